"""Tasks that end in a number or a choice, compared with what the models give."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from dashboard.learn.steps import links
from dashboard.shared.wording import MINUS_LOSS, number, percent
from dashboard.stock import measures
from dashboard.stock.material import Material
from dashboard.worksheet.bands import ByNumber, near, option
from dashboard.worksheet.task import ModelAnswer, Task
from vae_engine.stored import terms

IMAGE = 7
"""The test image that the number tasks are about."""
_HALF_WIDTH = 5.0
_NOISE = 1.5
_FURTHER = 0.1
_BETA = 4.0
_RADIUS = 2.0


def _told_both(
    values: tuple[Callable[[Material], float], Callable[[Material], float]],
    digits: tuple[int, int],
    how: str,
    why: Callable[[Material], str],
) -> Callable[[Material], ModelAnswer]:
    def answer(material: Material) -> ModelAnswer:
        found = [(value(material), places) for value, places in zip(values, digits, strict=True)]
        said, given = (separator.join(form(*one) for one in found) for separator, form in ((" and ", number), ("; ", _typed)))
        return ModelAnswer(f"{said}. {how}", given, why(material))

    return answer


def _typed(value: float, digits: int) -> str:
    return f"{value:.{digits}f}"


def _told(
    value: Callable[[Material], float], digits: int, how: str, why: Callable[[Material], str]
) -> Callable[[Material], ModelAnswer]:
    def answer(material: Material) -> ModelAnswer:
        wanted = value(material)
        return ModelAnswer(f"{number(wanted, digits)}. {how}", _typed(wanted, digits), why(material))

    return answer


def _rounded(material: Material) -> tuple[np.ndarray, np.ndarray]:
    """μ and σ as every task prints them."""
    return np.round(material.mu[IMAGE], 3), np.round(material.std[IMAGE], 4)


def _width(material: Material) -> float:
    return float(_rounded(material)[1].min())


def _side(material: Material) -> float:
    """Points per side with both ends: one more than intervals."""
    return math.ceil(2 * _HALF_WIDTH / _width(material)) + 1


def _power(material: Material) -> float:
    """Of ten, in the number of points in 20 dimensions."""
    return 20 * math.log10(_side(material))


def _gap(material: Material) -> float:
    """The difference of the numbers as they are read off."""
    return round(float(material.truths.log_px[IMAGE]), 2) - round(float(material.truths.elbo[IMAGE]), 2)


def _kl(material: Material) -> float:
    return float(terms.kl(*_rounded(material)))


def _moved(material: Material) -> float:
    mu, std = _rounded(material)
    return round(float(mu[0] + _NOISE * std[0]), 4)


def _moved_on(material: Material) -> float:
    """Where the same noise leads from a μ that is larger."""
    return _moved(material) + _FURTHER


def _noise(material: Material) -> float:
    mu, std = _rounded(material)
    return float((_moved(material) - mu[0]) / std[0])


def _loss(material: Material) -> float:
    nll, kl = _terms(material)
    return nll + _BETA * kl


def _terms(material: Material) -> tuple[float, float]:
    """Both terms as the task prints them."""
    return round(float(material.vae.metrics["nll"]), 2), round(float(material.vae.metrics["kl"]), 2)


def _outside(material: Material) -> float:
    return 100 * (1 - measures.prior_within(_RADIUS))


def _bits(material: Material) -> float:
    return -_log_px(material) / material.x.shape[1] / math.log(2)


def _log_px(material: Material) -> float:
    """The model's log p(x) as the task prints it."""
    return round(float(material.vae.metrics["log_px_exact"]), 2)


def _closest(material: Material) -> int:
    return int(material.truths.gap.argmin())


def _quieter(material: Material) -> int:
    return int(np.argmin(measures.estimator_spreads(material, _closest(material))))


def _noisier(material: Material) -> int:
    reparameterised, score, _ = measures.gradient_variances(material, IMAGE)
    return int(score > reparameterised)


_ESTIMATORS = ("A, all Monte Carlo", "B, with the closed-form KL", "Neither")
_GRADIENTS = ("Reparameterisation", "Score function")


def _answer_quieter(material: Material) -> ModelAnswer:
    a, b = measures.estimator_spreads(material, _closest(material))
    text = (
        f"{_ESTIMATORS[_quieter(material)]}. At test image {_closest(material)}, which has the smallest gap, one draw of A "
        f"scatters by {a:.2f} nats and one of B by {b:.2f} (standard deviations)."
    )
    why = (
        "They should say that for q = p(z|x) the ratio p(x, z)/q(z) is p(x) whatever z was drawn, so A is the same number at "
        "every draw. B has the KL exactly, and is left with the scatter of log p(x|z)."
    )
    return ModelAnswer(text, _quieter(material), why)


def _answer_noisier(material: Material) -> ModelAnswer:
    reparameterised, score, centred = measures.gradient_variances(material, IMAGE)
    text = (
        f"{_GRADIENTS[_noisier(material)]}. At test image {IMAGE} its variance is {score / reparameterised:,.0f} times as "
        f"large; with the mean of the other samples taken off as a baseline, {centred / reparameterised:,.1f} times."
    )
    why = (
        "They should say that the score function multiplies the whole value of log p(x, z) − log q(z), here about "
        f"{number(float(material.truths.elbo[IMAGE]), 0)} nats, by a random direction, and that a baseline takes off the part "
        "that all draws share."
    )
    return ModelAnswer(text, _noisier(material), why)


def _told_of_q(material: Material) -> str:
    mu, std = _rounded(material)
    return f"μ = ({number(mu[0], 3)}, {number(mu[1], 3)}) and σ = ({std[0]:.4f}, {std[1]:.4f})"


def _in_twenty(material: Material) -> str:
    return (
        f"In 20 dimensions it takes {_side(material):,.0f} to the 20th power, about 10 to the {_power(material):.0f}th: no "
        f"computer will do it. Accept {_side(material) - 1:,.0f} as well, which counts the intervals."
    )


def _where_the_gap_comes_from(material: Material) -> str:
    log_px, elbo = float(material.truths.log_px[IMAGE]), float(material.truths.elbo[IMAGE])
    return (
        f"log p(x) = {number(log_px)} and ELBO = {number(elbo)}. Nobody had to know the posterior for it: the gap is the KL to a "
        "density that has no formula. Readings off the screen may differ in the last digit."
    )


def _two_parts(material: Material) -> str:
    mu, std = _rounded(material)
    parts = [float(terms.kl(mu[[i]], std[[i]])) for i in (0, 1)]
    return (
        f"{number(parts[0])} from z₁ and {number(parts[1])} from z₂. How narrow q is (−log σ) adds "
        f"{number(-float(np.log(std).sum()))} nats, how far from the origin it lies (½μ²) only "
        f"{number(float((mu**2).sum()) / 2)}."
    )


def _loss_bound(material: Material) -> str:
    log_px, (nll, kl) = _log_px(material), _terms(material)
    return (
        f"{MINUS_LOSS} Here −{number(_loss(material))} ≤ {number(-nll - kl)} ≤ {number(log_px)}; at β = 0 minus the loss would "
        f"be {number(-nll)}, {'above' if -nll > log_px else 'below'} log p(x)."
    )


SUM_TASKS = (
    Task(
        name="grid",
        step="posterior",
        short="A grid",
        title="How fine must a grid be?",
        form="numbers",
        asks_words=False,
        about=IMAGE,
        text=lambda material: (
            f"For test image {IMAGE} the smaller σ of the encoder's q is {_width(material):.4f}. A grid runs from "
            f"−{_HALF_WIDTH:g} to {_HALF_WIDTH:g}, with a point at both ends. How many points per side does it need so that "
            "neighbours are no more than this σ apart? And in 20 dimensions, which power of ten is the number of points (6 for "
            "10⁶)?"
        ),
        check=ByNumber((near(_side, 0.5), near(_power, 0.6))),
        hint="Divide the range by the spacing and round up: so many intervals. In d dimensions take the points to the power d; "
        "log₁₀ of that is d times log₁₀ of the points.",
        answer=_told_both(
            (_side, _power),
            (0, 0),
            "The range over the spacing, rounded up, and one more for the other end; then 20 times log₁₀ of it.",
            _in_twenty,
        ),
    ),
    Task(
        name="gap",
        step="identity",
        short="The gap",
        title="A distance to something unknown",
        form="number",
        asks_words=False,
        about=IMAGE,
        text=lambda material: f"Read log p(x) and the ELBO of test image {IMAGE} off Explore. What is KL(q‖p(z|x)) in nats?",
        check=ByNumber((near(_gap, 0.1),)),
        hint="log p(x) = ELBO + KL(q‖p(z|x)): two of the three numbers give the third.",
        answer=_told(_gap, 2, "log p(x) − ELBO.", _where_the_gap_comes_from),
        state=lambda material: links.posterior_of(material, IMAGE),
    ),
    Task(
        name="kl-by-hand",
        step="estimators",
        short="KL by hand",
        title="A divergence by hand",
        form="number",
        asks_words=False,
        about=IMAGE,
        text=lambda material: f"For test image {IMAGE} the encoder says {_told_of_q(material)}. Work out KL(q‖p(z)) in nats.",
        check=ByNumber((near(_kl, 0.02),)),
        hint="For each dimension take −½(1 + log σ² − μ² − σ²), with the natural logarithm, and add the two.",
        answer=_told(_kl, 2, "By the closed form, both dimensions added.", _two_parts),
    ),
    Task(
        name="quieter",
        step="estimators",
        short="Less scatter",
        title="Which estimator scatters less?",
        form="choice",
        options=_ESTIMATORS,
        text=lambda material: "Suppose q is almost the exact posterior. Which estimator of the ELBO then scatters less, and why?",
        check=ByNumber((option(_quieter),)),
        hint="If q = p(z|x), what is log p(x, z) − log q(z)?",
        answer=_answer_quieter,
    ),
    Task(
        name="epsilon",
        step="reparameterisation",
        short="Which ε",
        title="From the draw back to the noise",
        form="numbers",
        asks_words=False,
        about=IMAGE,
        text=lambda material: (
            f"For test image {IMAGE} the encoder says {_told_of_q(material)}, and a draw has z₁ = "
            f"{number(_moved(material), 4)}. Which ε₁ made it? And where would z₁ be, with the same ε₁, if μ₁ were "
            f"{_FURTHER:g} larger?"
        ),
        check=ByNumber((near(_noise, 0.05), near(_moved_on, 0.005))),
        hint="Solve z = μ + σ·ε for ε.",
        answer=_told_both(
            (_noise, _moved_on),
            (2, 4),
            "(z₁ − μ₁)/σ₁, and μ₁ + σ₁·ε₁ with the larger μ₁.",
            lambda material: f"z₁ would be {_FURTHER:g} larger as well: ε₁ stays, so dz₁/dμ₁ = 1.",
        ),
    ),
    Task(
        name="noisier",
        step="reparameterisation",
        short="Which gradient",
        title="The price of not knowing the slope",
        form="choice",
        options=_GRADIENTS,
        text=lambda material: "Two estimators of the same gradient use the same draws. Which has the larger variance, and why?",
        check=ByNumber((option(_noisier),)),
        hint="One knows the slope of log p(x, z) at each draw, the other only its value, far below zero.",
        answer=_answer_noisier,
    ),
    Task(
        name="prior-outside",
        step="manifold",
        short="Beyond 2",
        title="Beyond two standard deviations",
        form="number",
        is_share=True,
        text=lambda material: (
            f"What per cent of draws from the prior lie more than {_RADIUS:g} from the origin? It is not 5 %: why?"
        ),
        check=ByNumber((near(_outside, 0.5, is_share=True),)),
        hint="In two dimensions the share beyond r is exp(−r²/2). Explore says it under each digit, too.",
        answer=_told(
            _outside,
            1,
            "exp(−2), in per cent.",
            lambda material: (
                f"In one dimension {percent(math.erfc(_RADIUS / math.sqrt(2)), 1)} lie beyond {_RADIUS:g}; with two coordinates "
                "there are more ways to be far out, since either may be large, or both a little."
            ),
        ),
        state=lambda material: links.whole_map("prior"),
    ),
    Task(
        name="loss",
        step="beta",
        short="The loss",
        title="Is minus the loss a bound?",
        form="number",
        text=lambda material: (
            f"On the test images this model has a reconstruction term of {_terms(material)[0]:.2f} and a KL of "
            f"{_terms(material)[1]:.2f} nats. What would its loss be at β = {_BETA:g}? Is minus the loss a lower bound of log "
            "p(x), and for which β is it none?"
        ),
        check=ByNumber((near(_loss, 0.1),)),
        hint="loss = nll + β·KL and ELBO = −(nll + KL). Which of the two is larger, −loss or the ELBO?",
        answer=_told(_loss, 2, "nll + β·KL.", _loss_bound),
    ),
    Task(
        name="bits",
        step="how-good",
        short="Bits per pixel",
        title="Bits per pixel",
        form="number",
        text=lambda material: (
            f"The exact log p(x) is {number(_log_px(material))} nats per image on average. How many bits per pixel is that? And "
            "why may it not be set beside a figure for grey pixels?"
        ),
        check=ByNumber((near(_bits, 0.005),)),
        hint="Divide by 784 pixels and by log 2.",
        answer=_told(
            _bits,
            3,
            "−log p(x) / (784 · log 2).",
            lambda material: (
                "Black-and-white pixels and grey ones are different data. A probability of one and a density of the other have "
                "no common scale: a density can even exceed 1."
            ),
        ),
    ),
)
