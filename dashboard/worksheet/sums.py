"""Tasks that end in a number or a choice, compared with what the models give."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from dashboard.learn.steps import links
from dashboard.shared.wording import number
from dashboard.stock import measures
from dashboard.stock.material import Material
from dashboard.worksheet.task import ModelAnswer, Task, Verdict
from vae_engine.stored import terms

_IMAGE = 7  # the one that the number tasks are about
_HALF_WIDTH = 5.0
_NOISE = 1.5
_BETA = 4.0
_RADIUS = 2.0


def _near(value: Callable[[Material], float], tolerance: float, digits: int) -> Callable[[Material, float], Verdict]:
    """Right when within a tolerance; the verdict does not give the value away."""

    def check(material: Material, given: float) -> Verdict:
        wanted = value(material)
        if abs(given - wanted) <= tolerance:
            return Verdict(True, f"{number(given, digits)} is right to within {tolerance:g}.")
        return Verdict(False, f"{number(given, digits)} is too {'high' if given > wanted else 'low'}.")

    return check


def _told(value: Callable[[Material], float], digits: int, why: str) -> Callable[[Material], ModelAnswer]:
    return lambda material: ModelAnswer(f"{number(value(material), digits)}. {why}", round(value(material), digits))


def _width(material: Material) -> float:
    return round(float(material.std[_IMAGE].min()), 3)


def _side(material: Material) -> float:
    return math.ceil(2 * _HALF_WIDTH / _width(material))


def _gap(material: Material) -> float:
    return float(material.truths.gap[_IMAGE])


def _rounded(material: Material) -> tuple[np.ndarray, np.ndarray]:
    return np.round(material.mu[_IMAGE], 3), np.round(material.std[_IMAGE], 4)


def _kl(material: Material) -> float:
    return float(terms.kl(*_rounded(material)))


def _moved(material: Material) -> float:
    mu, std = _rounded(material)
    return round(float(mu[0] + _NOISE * std[0]), 4)


def _noise(material: Material) -> float:
    mu, std = _rounded(material)
    return float((_moved(material) - mu[0]) / std[0])


def _loss(material: Material) -> float:
    metrics = material.vae.metrics
    return float(metrics["nll"] + _BETA * metrics["kl"])


def _outside(material: Material) -> float:
    return 100 * (1 - measures.prior_within(_RADIUS))


def _bits(material: Material) -> float:
    return float(-material.vae.metrics["log_px_exact"] / material.x.shape[1] / math.log(2))


def _closest(material: Material) -> int:
    return int(material.truths.gap.argmin())


def _quieter(material: Material) -> int:
    return int(np.argmin(measures.estimator_spreads(material, _closest(material))))


def _noisier(material: Material) -> int:
    reparameterised, score, _ = measures.gradient_variances(material, _IMAGE)
    return int(score > reparameterised)


def _chosen(value: Callable[[Material], int]) -> Callable[[Material, int], Verdict]:
    def check(material: Material, given: int) -> Verdict:
        right = given == value(material)
        return Verdict(right, "That is what the models show." if right else "Measured on the models it is another.")

    return check


_ESTIMATORS = ("A, all Monte Carlo", "B, with the closed-form KL", "Neither")
_GRADIENTS = ("Reparameterisation", "Score function")


def _answer_quieter(material: Material) -> ModelAnswer:
    a, b = measures.estimator_spreads(material, _closest(material))
    why = (
        f"At image {_closest(material)}, the one with the smallest gap, one draw of A has a standard deviation of {a:.2f}, "
        f"of B {b:.2f} nats."
    )
    return ModelAnswer(f"{_ESTIMATORS[_quieter(material)]}. {why}", _quieter(material))


def _answer_noisier(material: Material) -> ModelAnswer:
    reparameterised, score, centred = measures.gradient_variances(material, _IMAGE)
    why = (
        f"At image {_IMAGE} its variance is {score / reparameterised:,.0f} times as large, with the mean of the other samples "
        f"as a baseline {centred / reparameterised:,.1f} times."
    )
    return ModelAnswer(f"{_GRADIENTS[_noisier(material)]}. {why}", _noisier(material))


def _told_of_q(material: Material) -> str:
    mu, std = _rounded(material)
    return f"μ = ({number(mu[0], 3)}, {number(mu[1], 3)}) and σ = ({std[0]:.4f}, {std[1]:.4f})"


SUM_TASKS = (
    Task(
        name="grid",
        step="posterior",
        title="How fine a grid?",
        form="number",
        text=lambda material: (
            f"For test image {_IMAGE} the narrower σ of the encoder's q is {_width(material):.3f}. How many points per side "
            f"does a grid from −{_HALF_WIDTH:g} to {_HALF_WIDTH:g} need so that its spacing is no wider? And in 20 dimensions?"
        ),
        check=_near(_side, 1, 0),
        hint="Width of the range over the spacing, rounded up. In d dimensions take this to the power d.",
        answer=_told(_side, 0, "Range over spacing, rounded up; in 20 dimensions this to the 20th power."),
    ),
    Task(
        name="gap",
        step="identity",
        title="The distance you cannot see",
        form="number",
        text=lambda material: f"Read log p(x) and the ELBO of test image {_IMAGE} off Explore. What is KL(q‖p(z|x)) in nats?",
        check=_near(_gap, 0.1, 2),
        hint="The identity: two of the three numbers give the third.",
        answer=_told(_gap, 2, "log p(x) − ELBO."),
        state=lambda material: links.posterior_of(material, _IMAGE),
    ),
    Task(
        name="kl-by-hand",
        step="estimators",
        title="A divergence by hand",
        form="number",
        text=lambda material: f"For test image {_IMAGE} the encoder says {_told_of_q(material)}. Work out KL(q‖p(z)) in nats.",
        check=_near(_kl, 0.02, 2),
        hint="Add −½(1 + log σ² − μ² − σ²) over both dimensions, with the natural logarithm of the square of σ.",
        answer=_told(_kl, 2, "By the closed form."),
    ),
    Task(
        name="quieter",
        step="estimators",
        title="Which estimator falls silent?",
        form="choice",
        options=_ESTIMATORS,
        text=lambda material: "Suppose q is almost the exact posterior. Which estimator of the ELBO then scatters less, and why?",
        check=_chosen(_quieter),
        hint="If q = p(z|x), what is log p(x, z) − log q(z)?",
        answer=_answer_quieter,
    ),
    Task(
        name="epsilon",
        step="reparameterisation",
        title="Find the dice",
        form="number",
        text=lambda material: (
            f"The encoder says {_told_of_q(material)}, and a draw has z₁ = {number(_moved(material), 4)}. Which ε₁ made it?"
        ),
        check=_near(_noise, 0.05, 2),
        hint="Solve z = μ + σ·ε for ε.",
        answer=_told(_noise, 2, "(z₁ − μ₁)/σ₁. If μ₁ now moves by 0.1 and ε₁ stays, z₁ moves by 0.1: dz/dμ = 1."),
    ),
    Task(
        name="noisier",
        step="reparameterisation",
        title="The price of not knowing the slope",
        form="choice",
        options=_GRADIENTS,
        text=lambda material: "Two estimators of the same gradient, the same draws. Which has the larger variance?",
        check=_chosen(_noisier),
        hint="One knows the slope of log p(x, z) at each draw, the other only its value, far below zero.",
        answer=_answer_noisier,
    ),
    Task(
        name="prior-outside",
        step="manifold",
        title="Beyond two standard deviations",
        form="number",
        text=lambda material: (
            f"What per cent of draws from the prior lie more than {_RADIUS:g} from the origin? (Not 5 %: that is one dimension.)"
        ),
        check=_near(_outside, 0.5, 1),
        hint="In two dimensions the share beyond r is exp(−r²/2). Explore's caption says it, too.",
        answer=_told(_outside, 1, "exp(−2), in per cent."),
        state=lambda material: links.whole_map("prior"),
    ),
    Task(
        name="loss",
        step="beta",
        title="A loss that is no bound",
        form="number",
        text=lambda material: (
            f"On the test images this model has a reconstruction term of {material.vae.metrics['nll']:.2f} and a KL of "
            f"{material.vae.metrics['kl']:.2f} nats. What would its loss be at β = {_BETA:g}? Is minus that a bound of log p(x)?"
        ),
        check=_near(_loss, 0.1, 2),
        hint="loss = nll + β·KL. For β > 1 it lies below the ELBO.",
        answer=_told(_loss, 2, "Minus it is still a lower bound for β ≥ 1, only a looser one; for β < 1 it is none."),
    ),
    Task(
        name="bits",
        step="how-good",
        title="Bits per pixel",
        form="number",
        text=lambda material: (
            f"The exact log p(x) is {number(material.vae.metrics['log_px_exact'])} nats per image on average. How many "
            "bits per pixel is that, and why may it not be set beside a figure for grey pixels?"
        ),
        check=_near(_bits, 0.005, 3),
        hint="Divide by 784 pixels and by log 2.",
        answer=_told(_bits, 3, "Binary and grey pixels are different data, and so different probabilities."),
    ),
)
