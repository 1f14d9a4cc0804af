"""Tasks that end in a place on a map, or in a walk between two images."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache

import numpy as np

from dashboard.learn.steps import links
from dashboard.shared.links import ExploreLink, read, state_of
from dashboard.shared.wording import number, percent
from dashboard.stock import measures
from dashboard.stock.material import Material
from dashboard.worksheet.limits import ByPlace, Said, Says, above, farthest
from dashboard.worksheet.task import ModelAnswer, Task, link_to, place_of
from dashboard.worksheet.verdict import Verdict
from vae_engine.stored import terms

Because = Callable[[Material, np.ndarray], str]
Check = Callable[[Material, ExploreLink], Verdict]

_BETWEEN = (4, 9)
_SHARE = 0.25
_DRAWS = 400
_RARE = 95
_HOLE = 3.0  # usual distances
_AROUND, _SEVERAL = 30.0, 5
"""Amid the codes is what has several of them on every side within so many usual distances."""
_NEAR = 2.0
_REACH = 3.0
_UNITS = {"vae": "prior sd", "ae": "code units"}


def _answer_between(material: Material) -> ModelAnswer:
    candidates = material.mu[np.isin(material.labels, _BETWEEN)][:_DRAWS]
    shares = [min(measures.neighbours(material, "vae", z).share(digit) for digit in _BETWEEN) for z in candidates]
    return _place(material, _BETWEEN_BOTH, "vae", candidates[int(np.argmax(shares))], _drawn_often)


def _is_between(material: Material, z: np.ndarray) -> bool:
    near = measures.neighbours(material, "vae", z)
    return min(near.share(digit) for digit in _BETWEEN) >= _SHARE


def _drawn_often(material: Material, z: np.ndarray) -> str:
    density = math.exp(float(terms.log_prior(z)) - float(terms.log_prior(np.zeros(2))))
    share = float(np.mean([_is_between(material, draw) for draw in _unsure_draws(material)[0]]))
    return (
        "They should use both: log p(z) says how densely the prior draws there, the codes say what is encoded there. The density "
        f"at this z is {percent(density)} of that at the origin, and {percent(share, 1)} of {_DRAWS} draws from the prior land "
        "where both digits have their share of the nearest codes. So the model does draw from such places, and not by accident."
    )


@lru_cache(maxsize=2)
def _unsure_draws(material: Material) -> tuple[np.ndarray, np.ndarray]:
    z = np.random.default_rng(0).standard_normal((_DRAWS, 2))
    return z, measures.unsure_pixels(material.vae, z)


def _many(material: Material) -> int:
    """So many undecided pixels that this share of draws from the prior has fewer."""
    unsure = np.sort(_unsure_draws(material)[1])
    return int(unsure[math.ceil(_RARE / 100 * _DRAWS) - 1]) + 1


def _answer_unsure(material: Material) -> ModelAnswer:
    z, unsure = _unsure_draws(material)
    return _place(material, _UNDECIDED, "vae", z[int(unsure.argmax())], _sharp)


def _sharp(material: Material, z: np.ndarray) -> str:
    return (
        "They should say that the picture shows the chance of ink in each pixel, not an image. An image x is drawn pixel by "
        "pixel from these chances, each pixel black or white: two such draws differ in "
        f"{measures.changed_pixels(material, z):.0f} of 784 pixels on average."
    )


def _answer_hole(material: Material) -> ModelAnswer:
    low, high = np.percentile(material.codes, [5, 95], axis=0)
    grid = np.stack(np.meshgrid(*np.linspace(low, high, 30).T), -1).reshape(-1, 2)
    farthest = int(measures.nearest_training_code(material, "ae", grid).argmax())
    return _place(material, _AMID_A_HOLE, "ae", grid[farthest], _uncorrected)


def _uncorrected(material: Material, z: np.ndarray) -> str:
    near = measures.neighbours(material, "ae", z)
    first, second = np.argsort(near.counts)[::-1][:2]
    here, *elsewhere = measures.unsure_pixels(material.ae, np.concatenate([z[None], material.codes[:_DRAWS]]))
    return (
        f"They should describe what they see: the nearest codes are {near.counts[first]} {first}s and {near.counts[second]} "
        f"{second}s of {near.total}, and of the pixels {here} are undecided, where {np.median(elsewhere):.0f} are usual at a "
        "test image's code. No training image is encoded there, so no loss was ever taken there and no gradient came of it: "
        "whatever is drawn is left over from the codes around."
    )


def _answer_gap(material: Material) -> ModelAnswer:
    along = np.linspace(-_REACH, _REACH, 61)
    grid = np.stack(np.meshgrid(along, along), -1).reshape(-1, 2)
    grid = grid[np.hypot(*grid.T) <= _REACH - 0.05]
    farthest = int(measures.nearest_training_code(material, "vae", grid).argmax())
    return _place(material, _IN_THE_PRIORS_GAP, "vae", grid[farthest], _not_the_prior)


def _not_the_prior(material: Material, z: np.ndarray) -> str:
    aggregate = float(np.logaddexp.reduce(terms.log_q(material.mu, material.std, z)) - math.log(len(material.mu)))
    prior = float(terms.log_prior(z))
    return (
        "They should say that the aggregate posterior is not the prior. At this z the prior's log density is "
        f"{number(prior)}, that of the mean of q(z|x) over the test images {number(aggregate)}. The average KL to the prior "
        "contains that of the aggregate posterior: training makes it small, but reconstruction has its price, and it is not "
        "nought. So some of the model's draws come from places that hardly any image had."
    )


def _answer_walk(material: Material) -> ModelAnswer:
    pairs = [(i, i + 1) for i in range(60) if material.labels[i] != material.labels[i + 1]]
    apart = [math.dist(material.mu[a], material.mu[b]) if farthest(material, "vae", [a, b]) <= _NEAR else 0 for a, b in pairs]
    a, b = pairs[int(np.argmax(apart))]
    given = f"#mode=walk&ends=i{a}%3Bi{b}"
    stays = farthest(material, "ae", [a, b]) <= _NEAR
    why = (
        f"They should read the second number: this path {'stays' if stays else 'does not stay'} within "
        f"{_length(material, 'ae', _NEAR)} of the autoencoder's codes. Either finding counts, if they measured it: nothing in "
        "the autoencoder's loss keeps the "
        "ground between codes filled, and nothing keeps it empty."
    )
    return ModelAnswer(_NEAR_THE_DATA(material, read(given)).text, given, why)


def _length(material: Material, kind: str, times: float) -> str:
    """A multiple of the usual distance."""
    return f"{times * measures.usual_distance(material, kind):.3f} {_UNITS[kind]}"


def _limit(times: float) -> str:
    """How a task's limit was chosen, as a sentence."""
    return f"That is {times:g} times the distance within which the z of {measures.USUAL} % of test images have a training code."


def _place(material: Material, check: Check, kind: str, z: np.ndarray, because: Because) -> ModelAnswer:
    given = link_to(kind, z)
    link = read(given)
    return ModelAnswer(check(material, link).text, given, because(material, np.array(place_of(link, kind))))


def _nearest(kind: str, digits: int) -> str:
    """How far the nearest training code is, as a part of a sentence."""
    return f"The nearest training code is {{distance:.{digits}}} {_UNITS[kind]} away, {_as_far('times')}."


def _as_far(name: str) -> str:
    return f"{{{name}:.1}} times the distance within which the z of {measures.USUAL} % of test images have one"


def _emptiest(material: Material) -> Says:
    """What is said of the quarter around a place that has the fewest codes."""
    within = f"within {_AROUND * measures.usual_distance(material, 'ae'):.1f}"
    fewest = (
        Said(f" In the emptiest of the four quarters around it are no test codes {within}", {"fewest": (0, 0)}),
        Said(f" In the emptiest of the four quarters around it is 1 test code {within}", {"fewest": (1, 1)}),
        Said(f" In the emptiest of the four quarters around it are {{fewest:d}} test codes {within}"),
    )
    return fewest, (Said(".", {"fewest": (_SEVERAL, math.inf)}), Said(": at the fringe a gap is no surprise."))


_BETWEEN_BOTH = ByPlace(
    "vae",
    lambda material: {f"near_{digit}": (_SHARE * measures.NEAREST, math.inf) for digit in _BETWEEN},
    lambda material: [
        [Said("Of the {near:d} test codes nearest to this z, {near_4:d} are fours and {near_9:d} are nines. ")],
        [Said("log p(z) = {log_prior:.2} nats; {beyond:%} of the prior's draws lie further out.")],
    ],
)
_UNDECIDED = ByPlace(
    "vae",
    lambda material: {"undecided": (_many(material), math.inf)},
    lambda material: [
        [
            Said(
                f"Undecided pixels at this z: {{undecided:d}}; {_RARE} % of {_DRAWS} draws from the prior have fewer than "
                f"{_many(material)}."
            )
        ]
    ],
)
_AMID_A_HOLE = ByPlace(
    "ae",
    lambda material: {"times": above(_HOLE), "fewest": (_SEVERAL, math.inf)},
    lambda material: [[Said(_nearest("ae", 2))], *_emptiest(material)],
    lambda material: _AROUND * measures.usual_distance(material, "ae"),
)
_IN_THE_PRIORS_GAP = ByPlace(
    "vae",
    lambda material: {"radius": (0, _REACH), "times": above(_NEAR)},
    lambda material: [
        [Said("This z is {radius:.2} from the origin ({beyond:%} of the prior lies further out). ")],
        [Said(_nearest("vae", 3))],
    ],
)
_NEAR_THE_DATA = ByPlace(
    "walk",
    lambda material: {"differ": (1, 1), "vae_times": (0, _NEAR)},
    lambda material: [
        [Said("From {from:a} to {to:a}. Where the straight path is farthest from any training code, it is ")],
        [Said(f"{{vae_distance:.3}} {_UNITS['vae']} away in the VAE's map, {_as_far('vae_times')}, and ")],
        [Said(f"{{ae_distance:.3}} {_UNITS['ae']} in the autoencoder's, {_as_far('ae_times')}.")],
    ],
)


PLACE_TASKS = (
    Task(
        name="between",
        step="latent-variable",
        short="Four or nine",
        title="Where fours and nines meet",
        form="place",
        text=lambda material: (
            "Find a z where images of fours and of nines are encoded side by side: at least a quarter of the "
            f"{measures.NEAREST} test codes nearest to it are fours, and at least a quarter are nines. What do "
            "log p(z) and these codes tell you about how often the model draws from there?"
        ),
        check=_BETWEEN_BOTH,
        hint="Show “Test codes” and look where the colours of 4 and 9 touch.",
        answer=_answer_between,
        state=lambda material: links.whole_map("prior"),
    ),
    Task(
        name="unsure",
        step="latent-variable",
        short="Undecided",
        title="The least decided picture",
        form="place",
        text=lambda material: (
            "Find a z at which more pixels are undecided (between a quarter and three quarters) than at "
            f"{_RARE} % of draws from the prior: {_many(material)} or more. Why is the picture blurred, although every "
            "image drawn from it has black and white pixels alone?"
        ),
        check=_UNDECIDED,
        hint="Show the layer “Decoder entropy”: pixels are undecided where many classes meet.",
        answer=_answer_unsure,
        state=lambda material: state_of(mode="move", layers=("points", "entropy")),
    ),
    Task(
        name="hole",
        step="autoencoder",
        short="A hole",
        title="A hole in the autoencoder's map",
        form="place",
        kind="ae",
        text=lambda material: (
            "Find a place amid the autoencoder's codes with no training code within "
            f"{_length(material, 'ae', _HOLE)}. {_limit(_HOLE)} Amid the codes means: each of the four quarters around it has "
            f"{_SEVERAL} test codes or more within {_AROUND * measures.usual_distance(material, 'ae'):.1f} {_UNITS['ae']}. "
            "What does the decoder draw there, and why was it never corrected?"
        ),
        check=_AMID_A_HOLE,
        hint="Show the layer “Distance to training codes”: the holes stand out.",
        answer=_answer_hole,
        state=lambda material: state_of(mode="move", layers=("points", "distance")),
    ),
    Task(
        name="walk",
        step="autoencoder",
        short="A walk",
        title="A walk that stays near the data",
        form="walk",
        text=lambda material: (
            "Choose two images of different digits. In the VAE's map, the straight path between them must stay within "
            f"{_length(material, 'vae', _NEAR)} of the training codes. {_limit(_NEAR)} In the autoencoder's map, "
            f"{_length(material, 'ae', _NEAR)} are as much: does the path between the two images stay within that there?"
        ),
        check=_NEAR_THE_DATA,
        hint="Choose neighbours in the VAE's map: the path must not cross empty ground.",
        answer=_answer_walk,
        state=lambda material: state_of(mode="walk"),
    ),
    Task(
        name="empty-prior",
        step="manifold",
        short="Never seen",
        title="Drawn by the prior, never seen in training",
        form="place",
        text=lambda material: (
            f"Find a z within {_REACH:g} of the origin whose nearest training code is more than "
            f"{_length(material, 'vae', _NEAR)} away. {_limit(_NEAR)} What does such a z say about the aggregate posterior?"
        ),
        check=_IN_THE_PRIORS_GAP,
        hint="Compare the layers “Prior contours” and “Aggregate posterior (AE: density of codes)”.",
        answer=_answer_gap,
        state=lambda material: links.whole_map("prior", "density"),
    ),
)
