"""The words of the Train page. What is said about a run is computed from that run."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from dashboard.jobs.estimates import Estimate
from dashboard.jobs.experiment_view import ExperimentView
from dashboard.jobs.run_view import LIVE, NAME_LENGTH, RunView, State
from dashboard.shared.wording import NO_COOKIES, number, plus_minus
from vae_engine.data import datasets
from vae_engine.data.sets.catalogue import DataSet
from vae_engine.data.sets.download import Step
from vae_engine.runs.log import LogEvent
from vae_engine.stored import nats
from vae_engine.stored import terms as stored_terms
from vae_engine.stored.config import LARGEST_SIDE, SMALLEST_SIDE, ModelConfig, TrainConfig

TRAIN = "Train"
PRESETS = "What to train"
SETTINGS = "All settings"
NAME, START, START_HELP = "Name", "Train", "Starts at once, or waits its turn in the queue."
START_NOT_YET = "First mend the setting that is complained of above."
COMMAND = "The same on the command line"
OWN_IMAGES, OWN_IMAGES_HELP = "Images of your own …", "Opens All settings, Data: a folder or files to upload."
STEP = "Step"
SPEED_HELP = "Training images a second, on average since the run began; waiting left out."
RUN_DIR = "my-run"
CHANGED, RESET = "Changed from the preset:", "Back to the preset"

NETWORK, OBJECTIVE, OPTIMISER, DATA = "Network", "Objective", "Optimiser", "Data"
LABELS = {
    "kind": "Model", "latent_dim": "Latent dimensions", "encoder": "Encoder", "encoder_widths": "Encoder widths",
    "decoder": "Decoder", "decoder_widths": "Decoder widths", "fourier_features": "Fourier features",
    "fourier_scale": "Fourier scale", "activation": "Activation", "layer_norm": "Layer norm", "dropout": "Dropout",
    "likelihood": "Likelihood", "noise": "Noise σ", "spread": "Spread of q", "data": "Images", "train_size": "Training images",
    "side": "Pixels a side", "protocol": "Pixels", "objective": "Estimator", "samples": "Samples of z (L, K)", "beta": "β",
    "points": "Points (K)", "encoder_share": "Share for the encoder", "begin": "Begin with",
    "kl_warmup_epochs": "Warm-up of β, epochs", "initialisation": "First weights", "optimizer": "Optimiser",
    "learning_rate": "Learning rate", "schedule": "Schedule", "lr_warmup": "Warm-up of the rate", "adam_beta2": "Adam's β₂",
    "weight_decay": "Weight decay", "grad_clip": "Gradient clipping", "batch_size": "Batch", "ema": "Averaging of weights",
    "patience": "Patience, epochs",
    "held_out": "Held-out images", "seed": "Seed",
}  # fmt: skip
CHOICES = {
    "vae": "VAE", "ae": "Plain autoencoder", "A": "A: all Monte Carlo", "B": "B: analytic KL", "iwae": "IWAE", "mlp": "MLP",
    "exact": "log p(x), exact", "exact-em": "log p(x), exact EM",
    "gaussian": "gaussian, σ learned", "gaussian-fixed": "gaussian, σ given",
    "conv": "convolutional", "fourier": "Fourier features + MLP", "adam": "Adam", "adagrad": "Adagrad", "sgd": "SGD", "he": "He",
}  # fmt: skip
BROUGHT = "Another program trained this model: how is not known here, so there is nothing to watch and nothing to train on."
TRAIN_ON, MORE = "Train on", "How much more"
BUDGET, BUDGET_UNIT = "Budget", "Unit"
UNITS = {"seconds": "seconds", "epochs": "epochs", "steps": "steps"}

TOGETHER = "own images"
"""What files that were sent together are called in the name of a run."""
SOURCES = {**datasets.TITLES, "own": "Images of your own"}
PATH = "A folder or a file of images on the machine of this server"
UPLOAD = (
    "… or files: .npz, .npy, .csv, .parquet, .mat, .h5, IDX, a .zip of folders, or pictures; each becomes a small grey square"
)
FOLDER = "… or a folder of pictures, one folder in it for each class"
FOLDER_HELP = "Each picture is sent by itself: of thousands a .zip of the folder is faster."
NO_UPLOADS = f"{NO_COOKIES}put the images on the machine of the server and give their place in the field above."
INK, TURNED = "Ink", "Way up"
POLARITY = {"auto": "as noticed", "bright": "bright on dark", "dark": "dark on light"}
ORIENTATION = {"auto": "as the format says", "upright": "as it is", "transposed": "rows and columns exchanged"}
NO_OWN_DATA = "No images yet: give their place or upload some, under Data in All settings."
UNUSED_DATA = "Your images, under Data in All settings, cannot be used yet."
NOT_COUNTED = "Once your images are read, it is known how many there are."
LEAVE_OUT = "Leave out pictures that cannot be read"
OR_LEAVE_OUT = f", or tick “{LEAVE_OUT}”."
ASIDE = "Refused before, and not counted among the images: {names}. × takes a file out."
PREVIEW = "The first images of each class, as the files show them"
LEAVE_OUT_HELP = "They are counted and named among what was left out. Otherwise a damaged picture is a reason to train on none."
CORRECT = "What was inferred wrongly is put right here, before anything starts:"
LABEL_FILE, NAMES, LIMIT = "Labels", "Names of the classes", "At most so many"
LABEL_HELP = "A table of labels: its name where it lies among the images, else its path on this server; none to do without."
NAMES_HELP = "With commas between them, in the order in which the classes stand above."
SIDE, NO_SIDE = LABELS["side"], f"Pixels a side must be a whole number from {SMALLEST_SIDE} to {LARGEST_SIDE}."
SIDE_HELP = (
    f"How large images are read, whatever their size: {SMALLEST_SIDE} to {LARGEST_SIDE} pixels a side. The model takes such."
)
LIMIT_HELP = "So many of the images, drawn at random once and for all."
NO_LIMIT = "At most so many images must be a whole number above 0."

PAUSE, GO_ON, ONE_STEP, ONE_EPOCH, SLOW = "Pause", "Go on", "One step", "One epoch", "Slow motion"
STOP, CANCEL, RESUME, RENAME, DELETE, NEW = "Stop", "Cancel", "Resume", "Rename", "Delete", "New run"
CLOSE = "Close"
"""What leads away from a run where none can be begun."""
ONE_STEP_HELP, ONE_EPOCH_HELP = "One step, then wait.", "One pass over the training images, then wait."
SLOW_HELP = "Waits a quarter of a second after each step."
STOP_HELP, STOP_NOT_YET = "Ends after the current step; the run can be resumed.", "It is stopping already."
PAUSE_FIRST = "Pause first; then it goes on one step or one epoch at a time."
DELETE_HELP = "It can be brought back for an hour."
DELETE_SURE, STOP_AND_DELETE = "It is training. Stop and delete it?", "Stop and delete"
MORE_NOT_YET = "First give an amount that can be trained."
RESUME_HELP, RESUME_DAMAGED = "Goes on from the last checkpoint.", "A damaged run cannot go on."
EXPLORE = "Final model in Explore"
EXPLORE_HELP = "The model as training left it, at whatever instant the film stands."
STOP_EARLY = "Set up a run that stops early"
STOP_EARLY_HELP = (
    "Fills in the form with this run's settings and patience: it ends once held-out images get no better, and keeps the best "
    "weights."
)
NEW_NAME, KEEP_NAME = "New name", "Rename"
UNDO, DELETED = "Bring it back", "This run was deleted."
QUEUE, QUEUE_SHORT, WATCH = "Now training and waiting", "Also going on", "Watch"
NO_MAP = "A map needs two latent dimensions; this run has {dimensions}. The curves are of all of them."
WAITING_FOR_MAP = "The map appears with the first snapshot."

STATES = {
    State.QUEUED: ("waiting", "gray", ":material/hourglass_empty:"),
    State.STARTING: ("starting", "blue", ":material/rocket_launch:"),
    State.RUNNING: ("training", "blue", ":material/model_training:"),
    State.PAUSED: ("paused", "orange", ":material/pause:"),
    State.FINISHED: ("finished", "green", ":material/check:"),
    State.STOPPED: ("stopped", "gray", ":material/stop:"),
    State.INTERRUPTED: ("interrupted", "orange", ":material/bolt:"),
    State.FAILED: ("failed", "red", ":material/error:"),
    State.DAMAGED: ("damaged", "red", ":material/broken_image:"),
}
TERM_NAMES = {"log_px_points": "log p(x) by points", "elbo": "ELBO", "nll": "nll", "kl": "KL"}
_FAR = 0.1
"""From this share on above the nll of training batches, from the least possible, that of others is told as overfitting."""
STOPPING = ("stopping", "orange", ":material/stop:")


def plain(text: str) -> str:
    """A visitor's words as Markdown that shows them and does nothing else."""
    # What looks like an address becomes a link even where it is escaped, unless something unseen stands within it.
    apart = re.sub(r"(://|@|www)", "\\1\u2060", text)
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", apart)


def default_name(preset: str, data: str) -> str:
    """What a run is called if its visitor calls it nothing; `data` where its images are not the preset's."""
    on = f" on {''.join(filter(str.isprintable, data)).strip()}" if data else ""
    return f"{preset}{on}"[:NAME_LENGTH].rstrip()


def unused(complaint: str) -> str:
    """Why images of one's own cannot be trained on."""
    return f"{UNUSED_DATA} {complaint}"


def refusal(message: str) -> str:
    """What the engine complains of, the setting that it begins with called as the form calls it."""
    name, space, rest = message.partition(" ")
    return f"{LABELS.get(name, name)}{space}{rest.replace(', not -', ', not −')}"


def told(message: str) -> str:
    """What the engine complains of as Markdown, its commands in their type."""
    parts = message.split("`")
    return "`".join(part if place % 2 else plain(part) for place, part in enumerate(parts)) if len(parts) % 2 else plain(message)


def duration(seconds: float) -> str:
    """A length of time, as roughly as one speaks of it."""
    if seconds < 99.5:
        return f"{seconds:.0f} s"
    minutes = seconds / 60
    return f"{minutes:.0f} min" if minutes < 99.5 else f"{minutes / 60:.1f} h"


def estimated(estimate: Estimate) -> str:
    """How long training takes, and how one knows."""
    about = f"about {duration(estimate.seconds)}"
    return {
        "budget": f"{about}: the budget",
        "like": f"{about} on this machine, as fast as “{estimate.like}” trained here",
        "guess": f"{about}, roughly estimated from the speed of a matrix product on this machine",
    }[estimate.basis]


def summary(kind: str, parameters: int, estimate: Estimate) -> str:
    """A training to be, in one line of Markdown."""
    return f"{CHOICES[kind]} · **{parameters:,}** parameters · {plain(estimated(estimate))}"


def ending(amount: str, unit: str, early: bool) -> str:
    """What happens when a budget is spent; `early`: whether training may end before."""
    sooner = ", or earlier, once held-out images gain nothing more" if early else ""
    return f"It ends after {amount} {UNITS[unit]} of training{sooner}, and is then measured; *{TRAIN_ON}* gives it more."


def changed(fields: Sequence[str]) -> str:
    """Which settings are no longer the preset's."""
    return f"{CHANGED} {', '.join(LABELS.get(field, BUDGET) for field in fields)}."


def queued(view: RunView | ExperimentView) -> str:
    """A run in the list of what is going on, in Markdown."""
    share = view.progress if isinstance(view, RunView) else view.progress.share
    where = _place(view.position) if view.position else f"{STATES[view.state][0]}, {100 * share:.0f} %"
    return f"{plain(view.about.name)} :gray[{where}]"


def also_going(count: int) -> str:
    """How much more is trained or waits."""
    return f"{QUEUE_SHORT}: {count}"


def _place(position: int | None) -> str:
    return "next in the queue" if position == 1 else f"place {position} in the queue"


def progress(view: RunView, remaining: float | None, slow: bool) -> str:
    """What stands on the bar of a run."""
    share = f"{100 * view.progress:.0f} %"
    match view.state:
        case State.QUEUED:
            return _place(view.position)
        case State.STARTING:
            return "starting …"
        case State.RUNNING if slow:
            return f"{share}, in slow motion"
        case State.RUNNING:
            return f"{share}, {duration(remaining)} left" if remaining is not None else share
        case State.PAUSED:
            return f"{share}, waiting after step {view.step:,}"
        case State.FINISHED:
            return f"{reason(view)} after {duration(trained_seconds(view))} of training"
        case _:
            return f"{share}, {STATES[view.state][0]} at step {view.step:,}"


def reason(view: RunView) -> str:
    """Why a finished run ended."""
    early = any(event.get("reason") == "patience" for event in view.log.events[-1:])
    return "no longer better on held-out images" if early else "budget spent"


def training_on(view: RunView) -> str:
    """What more budget does to a finished run."""
    rate = ""
    if view.configs and view.configs[1].schedule != "constant":
        fallen = any(event.get("reason") == "budget" for event in view.log.events[-1:])
        rate = "The learning rate goes on where the schedule of the whole new budget is by then"
        rate += ": having fallen to 0, it rises again. " if fallen else ". "
    return f"{rate}Until training ends again, Explore cannot open this model."


def trained_seconds(view: RunView) -> float:
    """How long a run trained, waiting left out."""
    return max((float(event.get("seconds") or 0.0) for event in view.log.events), default=0.0)


def trouble(view: RunView) -> str:
    """Why a run does not go on, and what can be done; nothing where all is well."""
    match view.state:
        case State.INTERRUPTED:
            return (
                f"Interrupted at step {view.step:,}: the process ended without a word, as after a restart of the machine. "
                "Resume goes on from the last checkpoint."
            )
        case State.FAILED | State.DAMAGED:
            return view.message
        case _:
            return ""


def readings(view: RunView, held_out: int, step: int | None = None) -> list[tuple[str, str, str]]:
    """The numbers of the moment, or as last logged by a step: label, value, and what exactly it is.

    `held_out` is how many validation images there are, for logs that do not say how many were measured.
    """
    last, measured = _logged(view.log.events, step)
    terms: Mapping[str, float] = measured.get("terms", {})
    train = view.configs[1] if view.configs else TrainConfig()
    count = measured.get("n", held_out)
    images = f"{count:,} validation image{'s' * (count != 1)}, {train.protocol} pixels, nats per image"
    images += f"; measured at step {measured['step']:,}" if measured else ""
    if view.configs and (said := nats.caveat(view.configs[0].likelihood, train.protocol)):
        images += f". {said.rstrip('.')}"
    batches = f"mean over the training batches up to step {last.get('step', 0):,}, nats per image"
    found = [(STEP, f"{view.step if step is None else step:,}", f"epoch {last.get('epoch', 0.0):.2f}")]
    if train.is_exact and view.configs and view.configs[0].kind == "vae":
        found.append(("Held-out log p(x)", _mean(terms, "log_px_points"), f"{images}; {_by_points(train, last)}"))
        if last.get("halving") is not None:
            batches += "; of the exact posterior over the points, in which no encoder has a part"
    found.append(("nll", _mean(last, "nll"), batches))
    if view.configs and view.configs[0].kind == "vae":
        found.append(("KL", _mean(last, "kl"), batches))
        found.append(("Held-out ELBO", _mean(terms, "elbo"), f"{images}; β = 1, one sample of z"))
    else:
        found.append(("Held-out nll", _mean(terms, "nll"), images))
    seconds = last.get("seconds")
    speed = last["step"] * min(train.batch_size, train.train_size) / seconds if seconds else None
    found.append(("Images/s", "–" if speed is None else f"{speed:,.0f}", SPEED_HELP))
    return found


def _by_points(train: TrainConfig, last: LogEvent) -> str:
    """How log p(x) was found without an encoder, and how far the points may still be from the truth."""
    said = f"a lower bound by {train.points:,} points of z"
    halving = last.get("halving")
    if halving is None:
        return f"{said}; the decoder is held by now, and the encoder fitted to it"
    return f"{said}: half as many find it {halving:.2f} lower on training batches, so about so much more is left at most"


def steps_of(view: RunView, step: int | None = None) -> str:
    """Of which images and steps the numbers are: the film beside them stands at an instant, the log goes on."""
    last, measured = _logged(view.log.events, step)
    parts = [f"training at step {last['step']:,}"] if last else []
    parts += [f"held out at step {measured['step']:,}"] if measured else []
    return " · ".join(parts)


def _logged(events: Sequence[LogEvent], step: int | None) -> tuple[LogEvent, LogEvent]:
    """What was logged last of training batches and of held-out images, by a step if one is given."""
    past = [event for event in reversed(events) if step is None or event["step"] <= step]
    trained = next((event for event in past if event["type"] == "step"), {})
    return trained, next((event for event in past if event.get("terms")), {})


def overfitting(view: RunView, held_out: int, step: int | None = None) -> str:
    """That a run tells the images it is trained on far better than others, with the numbers; nothing where it does not.

    Only numbers of one noise of p(x|z) are compared, and not that of an exact posterior with that of an encoder.
    """
    trained, measured = _logged(view.log.events, step)
    own, other = trained.get("nll") if trained.get("halving") is None else None, measured.get("terms", {}).get("nll")
    turned = [turn for turn in view.turned if turn.knob == "noise" and turn.step < trained.get("step", 0)]
    since = turned[-1].step if turned else -1
    model, train = view.configs or (ModelConfig(), TrainConfig())
    least = stored_terms.least_nll(model, float(turned[-1].new if turned else train.noise))
    if own is None or other is None or measured["step"] <= since or other - own <= _FAR * (own - least):
        return ""
    past = [event for event in view.log.events if event.get("terms") and since < event["step"] <= measured["step"]]
    lowest, at = min((event["terms"]["nll"], event["step"]) for event in past)
    images = f"{held_out:,} held-out image{'s' * (held_out != 1)}"
    said = f"**Overfitting**: nll {number(own, 1)} on training batches, {number(other, 1)} on the {images}"
    said += f"; it was lowest there, {number(lowest, 1)}, at step {at:,}" if lowest < other else ""
    return f"{said}. What helps: {_remedies(view, at if lowest < other else None)}."


def _remedies(view: RunView, best: int | None) -> str:
    """What helps against overfitting, of what this run has not done yet; `best` is the step at which it should have ended."""
    train = view.configs[1] if view.configs else TrainConfig()
    stop = "stopping earlier" if best is None else f"stopping near step {best:,}"
    more = "more training images" if datasets.is_own(train.data) or train.train_size < datasets.count(train.data, "train") else ""
    return ", ".join(part for part in (more, "" if train.patience else stop, "smaller networks") if part)


def why_idle(view: RunView) -> str:
    """Why a run that is not training now has nothing to pause or slow down."""
    return f"Nothing to do now: the run is {STATES[view.state][0]}."


def why_not_in_explore(configs: tuple[ModelConfig, TrainConfig] | None, view: RunView | None) -> str:
    """Why Explore cannot open a run or a bundled model; nothing where it can."""
    if configs is None:
        return "A damaged model cannot be opened in Explore."
    if configs[0].latent_dim < 2:
        return "Explore shows two latent dimensions; this model has one."
    if view is None or view.has_model:
        return ""
    if view.state in LIVE:
        return "Explore can open it once training has ended or is stopped."
    return "It has no weights yet that Explore could show."


def _mean(terms: Mapping[str, float], term: str) -> str:
    return plus_minus(terms[term], terms.get(f"{term}_se"), 1) if term in terms else "–"


def curve_alt(view: RunView, term: str) -> str:
    """What a curve shows, in words; the same for as long as it grows."""
    return f"{TERM_NAMES[term]} of {view.about.name} by training step, on training batches and on held-out images"


def source(name: str, here: bool) -> str:
    """A data set in the list of them."""
    return SOURCES[name] if here else f"{SOURCES[name]} (to be fetched)"


def fetch(one: DataSet) -> str:
    """The button that fetches a data set."""
    return f"Fetch {one.title}"


def terms(one: DataSet) -> str:
    """What a data set is, on what terms, whom to name, and what its files are believed by: told before it is fetched."""
    within = " They come in one file with all splits of EMNIST." if one.archive else ""
    whose = f"Licence: {one.origin.licence}. Please cite: {one.origin.citation}."
    return f"{one.title}: {one.what}, {one.total:,} images.{within} {whose} {one.checked()}"


def fetching(one: DataSet, step: Step | None) -> str:
    """How far a fetch has come."""
    if step is None:
        return f"Fetching {one.title}"
    size = f"{step.done / 1e6:,.1f} of {step.total / 1e6:,.1f} MB" if step.total else f"{step.done / 1e6:,.1f} MB"
    left = "" if step.left is None else f", about {duration(step.left)} to go"
    return f"Fetching {one.title}: {step.file}, {size}{left}"
