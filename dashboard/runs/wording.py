"""The sentences of the Runs page. What is said about a state is computed from that state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dashboard.jobs.run_view import State
from dashboard.learn.steps.reconstruction import LAB, in_lab
from dashboard.runs.groups import Group
from dashboard.runs.groups import text as value_text
from dashboard.runs.pictures import REACH, Gaussian
from dashboard.runs.table import BUNDLED, HELD_OUT, IMPORTED, NOTHING, TEST, TURNED, Row, varied
from dashboard.shared.wording import NO_COOKIES, number, plus_minus
from dashboard.train.wording import BUDGET, LABELS, plain, told
from vae_engine.data.datasets import Splits
from vae_engine.stored import nats

RUNS = "Runs"
TABLE_ALT = "Bundled models and own runs, with their settings and numbers"
NO_RUNS = "There are no runs of your own yet. [Train one](./train), or upload the file of one."
NOTHING_FITS = "No run fits the filters."
HOW_TO_PIN = "Tick a row to see its map, curves and what can be done with it; tick two to four to see them side by side."
SIDE_BY_SIDE = "Side by side"
TOO_MANY = "Four fit side by side; the first four of those ticked are shown."
SORT_HELP = "Choose a column's head to sort, a picture to enlarge it."

SEARCH, SEARCH_HINT = "Search", "name, network, data …"
SHOW, SHOW_OWN, SHOW_BUNDLED = "Only", "own", "bundled"
KIND, STATE, DATA = "Kind", "State", "Data"
KINDS = {"vae": "VAE", "ae": "AE", "": "–"}
ANY = "any"

SPLITS = {HELD_OUT: "val.", TEST: "test"}
SPLIT_HELP = {
    HELD_OUT: "On the validation split, which training does not see; runs and bundled models alike.",
    TEST: "On the test split, which was used once, for the bundled models; runs have no such number.",
}
TERMS = {"elbo": "ELBO", "nll": "nll", "kl": "KL", "log_px_exact": "log p(x)"}
TERM_HELP = {
    "elbo": "ELBO = −(nll + KL) at β = 1 and sampled z: nats per image, higher is better.",
    "nll": "Reconstruction −log p(x|z), summed over pixels: nats per image, lower is better.",
    "kl": "KL(q ‖ prior), summed over latent dimensions: nats per image. An autoencoder has none.",
    "log_px_exact": "log p(x), exact by quadrature in two dimensions: nats per image, higher is better.",
}
COLUMNS = {
    "picture": ("", "The manifold; in other than two dimensions, draws from the prior or an autoencoder's own Gaussian."),
    "name": ("Name", None),
    "state": ("State", "Bundled with the software, or where a run of your own stands."),
    "kind": ("Kind", None),
    "d": ("Dim.", "Latent dimensions."),
    "beta": ("β", "Weight of the KL in the loss; an autoencoder has none, and a run whose knobs were turned not one alone."),
    "data": ("Data", None),
    "network": ("Network", "Encoder → decoder with the widths of their hidden layers; 3×512: three of 512."),
    "objective": ("Objective", "Estimator of the bound and draws of z per image."),
    "budget": ("Budget", "How long it was to train."),
    "seconds": ("Took", "Time spent training; bundled models do not say."),
    "when": ("Begun", None),
    "message": ("Note", None),
}

UPLOAD = "Upload a run"
UPLOAD_FILE = "Run file (.zip)"
UPLOAD_HELP = "A file that Download made here or elsewhere. Its numbers are as its sender says; its weights are checked."
NO_UPLOADS = f"{NO_COOKIES}unpack the file on the server's machine, by `latent-explorer unpack`, in its folder of runs."
UPLOADED = "The run is in the table now."
DOWNLOAD = "Download"
DOWNLOAD_HELP = (
    "One file with settings, log, weights and snapshots; without some snapshots if it would be too large to upload. "
    "Images of your own on which it was trained travel along, small and grey."
)
DOWNLOAD_WITHOUT_IMAGES = "The images on which it was trained are gone; without them it cannot be handed around."
DOWNLOAD_DAMAGED = "A damaged run cannot be handed around."
IN_TRAIN, IN_EXPLORE, BOTH_IN_EXPLORE = "Train", "Explore", "Both in Explore"
ACTIONS = "Actions"
NEW_NAME, RENAME, RENAME_NOT_YET = "New name", "Rename", "First type another name."
STOP_FIRST = "It is training: stop it first, then it can be deleted."
RESUME, STOP, DELETE, UNDO = "Resume", "Stop", "Delete", "Undo"

_NAMED = 3
NUMBERS = "Numbers"
NUMBER, SETTING = "Number", "Setting"
DIFFERENCES = "What differs in the settings"
NO_DIFFERENCES = "They differ in no setting."
SETTINGS = "Settings"
MAPS, TIME_LAPSE = "Maps", "Time-lapse"
MAPS_ALT = "Where each model puts the same images, coloured by class"
MANIFOLDS = "Manifolds"
CURVES = "Curves"
CURVES_ALT = "How ELBO, nll and KL of each run changed while it trained, on training batches and on held-out images"
NO_CURVES = "Of bundled and imported models no log of their training is kept."
NO_WEIGHTS = "It has no weights yet."
SAMPLES = "Images from the same z"
SEED, DICE = "Seed", "Roll the dice"
GROUPS = "One setting at a time"
GROUP = "Runs that differ in"
GROUP_PANELS = {"nll": "nll, nats/image", "kl": "KL of each dimension, nats/image", "active": "active dimensions"}
CLASSES, TURNS = "Classes", "Turned while it trained"
SYMBOLS = {"beta": "β", "latent_dim": "latent dimensions"}
LADDER_IN_LEARN = "Walk the ladder in Learn"


def named(row: Row) -> str:
    """A model in a list of all of them."""
    return f"{row.name} ({SHOW_BUNDLED})" if row.state == BUNDLED else row.name


def unknown_pins(ids: Sequence[str]) -> str:
    """That the address names runs which are not here."""
    return f"The address names {'runs' if len(ids) > 1 else 'a run'} that {'are' if len(ids) > 1 else 'is'} not here: " + (
        ", ".join(one[:60] for one in ids) + "."
    )


def deleted(name: str) -> str:
    """After a deletion."""
    return f"{name} was deleted."


def protocols(found: Sequence[Row]) -> str:
    """Under which protocol the numbers of a table were measured: images × draws of z, and of which rows where it is not one.

    Where some are log-densities of Gaussian pixels and some log-probabilities of bits, which are which.
    """
    parts = []
    for split, short in SPLITS.items():
        ways: dict[tuple[str, int, int], list[str]] = {}
        for row in found:
            one = row.numbers.get(split)
            if one and one.terms and one.n and one.samples:
                ways.setdefault((one.protocol, one.n, one.samples), []).append(row.name)
        told = [
            f"{pixels} pixels, {n:,} images × {samples} draw{'s' * (samples != 1)} of z"
            + (f" ({_listed(names)})" if len(ways) > 1 else "")
            for (pixels, n, samples), names in sorted(ways.items())
        ]
        parts += [f"{short}: {', '.join(told)}"] if told else []
    if not parts:
        return ""
    measured = [(row.name, row.configs[0]) for row in found if row.configs and any(one.terms for one in row.numbers.values())]
    gaussian = [name for name, model in measured if model.likelihood != "bernoulli"]
    mixed = [f"Not to be compared with the others: densities of Gaussian pixels ({_listed(gaussian)})."]
    said = [f"Nats per image, ± standard error of the mean over images. {'; '.join(parts)}."]
    return " ".join([*said, *(mixed if 0 < len(gaussian) < len(measured) else []), *_caveats(found)])


def _caveats(found: Sequence[Row]) -> list[str]:
    """Of which rows the nats are no log-probabilities, and what they are."""
    of: dict[str, list[str]] = {}
    for row in found:
        for one in {numbers.protocol for numbers in row.numbers.values() if numbers.terms and row.configs}:
            if row.configs and (said := nats.caveat(row.configs[0].likelihood, one)):
                of.setdefault(said, []).append(row.name)
    return [f"{_listed(names)}: {said[0].lower()}{said[1:]}" for said, names in of.items()]


def _listed(names: Sequence[str]) -> str:
    """A few names as Markdown, and how many more there are."""
    more = len(names) - _NAMED
    return ", ".join(map(plain, names[:_NAMED])) + (f" and {more} more" if more > 0 else "")


def several_differ(varied: Sequence[str], differences: Mapping[str, Sequence[str]]) -> str:
    """That a comparison is of more than one thing; nothing where it is of one.

    `varied` are the settings that count; of the other `differences`, which the table lists as well, it is said why they do not.
    """
    if len(varied) < 2:
        return ""
    others = [name for name in differences if name not in varied]
    lacking = [name for name in others if NOTHING in differences[name]]
    drawn = [name for name in others if name not in lacking]
    also = [*([_and(drawn)] if drawn else []), *([f"{_and(lacking)}, which not all of them have"] if lacking else [])]
    rest = f" The table of settings also lists {'; and '.join(also)}." if also else ""
    return (
        f"These models differ in {len(varied)} settings: {_and(varied)}. What differs between them may come from any of "
        f"these.{rest}"
    )


def _and(settings: Sequence[str]) -> str:
    *names, last = [plain(_label(name)) for name in settings]
    return f"{', '.join(names)} and {last}" if names else last


def of_two_kinds(found: Sequence[Row]) -> str:
    """What the nll of autoencoders and of VAEs is, and in what else these differ; nothing where there are not both."""
    if {row.kind for row in found if any("nll" in one.terms for one in row.numbers.values())} < {"vae", "ae"}:
        return ""
    told = "An AE's nll is −log p(x|z) at the one code of each image, a VAE's its mean over z of q(z|x); an AE has no KL."
    if foreign := [row.name for row in found if row.state == IMPORTED]:
        return f"{told} How {_listed(foreign)} came about is not known here, so their nll does not say which kind is better."
    others = [name for name in varied(found) if name != "kind"]
    if not others:
        return f"{told} These were trained alike."
    lab = ""
    if alike := in_lab():
        lab = f" In the [Lab]({LAB}), trained alike, it was {plus_minus(*alike[0])} of an AE, {plus_minus(*alike[1])} of a VAE."
    return f"{told} These differ in {_and(others)}, too, so their nll does not say which kind reconstructs better.{lab}"


def by_label(told: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """What is said of settings, each called as the form of Train calls it."""
    return {_label(name): values for name, values in told.items()}


def _label(setting: str) -> str:
    return {"budget": BUDGET, "classes": CLASSES, TURNED: TURNS}.get(setting) or LABELS.get(setting, setting)


def summary(row: Row) -> str:
    """The numbers of a row in a line: on the test split where there are such, else held out."""
    split = next((one for one in (TEST, HELD_OUT) if one in row.numbers and row.numbers[one].terms), None)
    if split is None:
        return ""
    told = {label: figure(row.term(split, term), row.error(split, term)) for term, label in TERMS.items()}
    return " · ".join(f"{label} {value}" for label, value in told.items() if value != figure(None)) + f" ({SPLITS[split]})"


def figure(value: float | None, error: float | None = None) -> str:
    """A number with its standard error in a table of few, or a dash."""
    return "–" if value is None else plus_minus(value, error)


def state_of(row: Row) -> str:
    """How a row stands, as Markdown."""
    parts = [f"**{row.state}**", KINDS[row.kind] if row.kind else "", plain(row.data)]
    if row.configs:
        model, train = row.configs
        parts.append(f"{model.latent_dim} latent dimension{'s' * (model.latent_dim != 1)}")
        numbers = ({"β": train.beta} if model.kind == "vae" and row.state != IMPORTED else {}) | (
            {"σ": train.noise} if model.noise_is_given else {}
        )
        told_numbers = ", ".join(f"{name}\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}{value:g}" for name, value in numbers.items())
        parts.append(f"{'began with ' if row.turned and numbers else ''}{told_numbers}")
    if row.view and row.view.position:
        parts[0] = f"**{row.state}**, place {row.view.position}"
    elif row.view and row.state not in (State.FINISHED, IMPORTED, State.DAMAGED):
        parts[0] += f" at step {row.view.step:,}"
    lines = [" · ".join(part for part in parts if part), turned(row), told(row.message)]
    return "  \n".join(line for line in lines if line)


def turned(row: Row) -> str:
    """What was turned while a run trained; nothing where nothing was."""
    return f"Turned while it trained: {row.turned}." if row.turned else ""


def unit(row: Row) -> str:
    """Of the axes of a map."""
    return "prior sd" if row.kind == "vae" else "code units"


def no_map(rows: Sequence[Row]) -> str:
    """Why some have no map; nothing when all have one."""
    told = [f"{row.name} has {row.configs[0].latent_dim}" for row in rows if row.configs and row.configs[0].latent_dim != 2]
    return f"A map needs two latent dimensions, and {', '.join(told)}." if told else ""


def manifold_range(row: Row, gaussian: Gaussian, count: int) -> str:
    """What a manifold covers."""
    (low1, low2), (high1, high2) = gaussian.mean - gaussian.half_width, gaussian.mean + gaussian.half_width
    whose = "the prior" if row.kind == "vae" else "its own codes' Gaussian (the wider axis)"
    when = "" if row.is_finished else f" at step {row.stamp[0]:,}"
    z1, z2 = f"z₁ {number(low1, 1)} to {number(high1, 1)}", f"z₂ {number(low2, 1)} to {number(high2, 1)}"
    return f"{row.name}{when}: {count} × {count}, {z1}, {z2}, ±{REACH:g} sd of {whose}"


_SEEN = {
    "dynamic": "drawn once as black and white", "threshold": "black and white as they are darker than half or not",
    "grey": "in their greys",
}  # fmt: skip
"""What an encoder sees of the images of a map, by protocol."""


def images_shown(found: Sequence[Row], splits: Sequence[Splits], sizes: Sequence[Splits]) -> str:
    """Which images stand in the maps: `splits` counts those of each row, `sizes` all that its data set has."""
    sets = {row.data: _counted(one, whole) for row, one, whole in zip(found, splits, sizes, strict=True)}
    parts = [f"{images} of {name}" for name, images in sets.items()]
    same = f"The same {parts[0]} in each" if len(parts) == 1 else f"Of each model's own data: {'; '.join(parts)}"
    seen = {_SEEN[row.configs[1].protocol] for row in found if row.configs}
    pixels = seen.pop() if len(seen) == 1 else "each as its encoder sees them"
    return f"{same}, {pixels}. The dashed square is what the manifold shows."


def _counted(splits: Splits, sizes: Splits) -> str:
    """How many images of which split, of how many there are, and how those other than of the test split are marked."""
    words = {"test": "test", "validation": "validation (with a dot)", "train": "training (open)"}
    shown, there = sum(splits.values()), sum(sizes.values()) if len(splits) > 1 else sizes["test"]
    count = f"{shown:,} of {there:,}" if shown < there else f"{shown:,}"
    if len(splits) == 1:
        return f"{count} test images"
    return f"{count} images ({', '.join(f'{one:,} {words[split]}' for split, one in splits.items())})"


def sampled(row: Row, own: bool) -> str:
    """What a strip of digits was drawn from."""
    return f"{row.name}, {'its own Gaussian' if own else 'N(0, I)'}"


def samples_note(found: Sequence[Row], seed: int) -> str:
    """How the strips hang together."""
    note = f"Each column is one draw ε of seed {seed}, decoded to E[x|z]: z = ε for N(0, I)."
    if any(row.kind == "ae" for row in found):
        note += " An autoencoder was given no distribution; its own Gaussian is fitted to its codes, with z = m + C^½ ε."
    dims = {row.configs[0].latent_dim for row in found if row.configs}
    if len(dims) > 1:
        note += " Models with fewer dimensions use the first numbers of ε."
    return note


def group_name(group: Group) -> str:
    """A group in the list to choose from."""
    symbol = SYMBOLS.get(group.setting, group.setting)
    values = list(dict.fromkeys(map(value_text, group.values)))
    span = f"{values[0]} … {values[-1]}" if len(values) > 4 else ", ".join(values)
    own = f"runs such as {group.own[0].name}" if group.own else ""
    mixed = f"bundled models and your {own}" if len(group.own) < len(group.rows) else own
    whose = mixed if own else "bundled models"
    return f"{symbol}: {span} ({len(group.rows)} {whose})"


def group_alt(group: Group) -> str:
    """The chart of a group for who does not see it."""
    return f"nll, KL of each dimension and active dimensions against {SYMBOLS.get(group.setting, group.setting)}"


def group_note(group: Group) -> str:
    """Where a group's numbers were measured."""
    where = "test" if group.split == TEST else "validation"
    measured = [row.numbers[group.split] for row in group.rows if group.split in row.numbers]
    ways = dict.fromkeys(f"{one.protocol} pixels, n = {one.n:,}" for one in measured if one.n)
    note = f"{where.capitalize()} split, {' or '.join(ways)}. Values stand evenly spaced, not to scale."
    if 0 < len(group.own) < len(group.rows):
        note += " Diamonds are runs of your own. The KL of each dimension of a bundled model is of the test split."
    if group.kind == "vae":
        note += " A dimension is active while the means of different images vary (variance above 0.01)."
    return note


def beta_zero(group: Group) -> str:
    """What β = 0 with sampling is and is not, with the numbers of this ladder; nothing where there is no such run."""
    if group.setting != "beta" or group.kind != "vae" or 0 not in group.values:
        return ""
    zero = group.values.index(0)
    dearer = next(value for value in group.values if value > 0)
    rows = [group.rows[zero], group.rows[group.values.index(dearer)]]
    kl, other_kl, nll, other_nll = (
        figure(row.term(group.split, term), row.error(group.split, term)) for term in ("kl", "nll") for row in rows
    )
    return (
        "**β = 0 still draws z from q(z|x)**; only the KL is left out of the loss, which is then no bound of log p(x). It is "
        "not the plain autoencoder, which stores one point for each image. Leaving the prior costs nothing, so q "
        f"narrows and moves away: its KL is {kl} nats, against {other_kl} at β = {dearer:g}, for an nll of {nll} against "
        f"{other_nll}."
    )
