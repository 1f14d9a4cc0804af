"""The words of the knobs of a run that trains. What is said about a run is computed from that run."""

from __future__ import annotations

from collections.abc import Mapping

from dashboard.jobs import estimates
from dashboard.jobs.run_view import RunView
from vae_engine.base.errors import EngineError
from vae_engine.stored import knobs
from vae_engine.stored.config import ModelConfig, TrainConfig
from vae_engine.stored.knobs import Turned, Value

KNOBS = {"beta": "β", "noise": "Noise σ", "learning_rate": "Learning rate", "samples": "Samples of z", "kl": "KL"}
KNOB_HELP = {
    "beta": "Weight of the KL in the objective, from the next step on.",
    "noise": "σ of the Gaussian p(x|z), from the next step on. The squared error weighs 1/2σ² against the KL, so that only β·σ² "
    "decides what is learned: twice the σ does what four times the β does. But log p(x) is then of the new σ.",
    "learning_rate": "Its peak, from the next step on; the schedule goes on from it.",
    "samples": "Draws of z per image in a step, from the next one on: L of the ELBO, K of the IWAE bound.",
    "kl": "Off leaves the KL out of the objective from the next step on; z is still drawn.",
}
NO_NOISE = "Noise of p(x|z): –"
AS_IT_BEGAN, AS_IT_BEGAN_HELP = "As it began", "Sets every knob back to what the run began with."
AS_IT_BEGAN_ALREADY = "No knob stands elsewhere than at the beginning."


def knob_value(value: Value) -> str:
    """A value on a slider."""
    return f"{value:g}"


def turned(view: RunView) -> str:
    """What was turned while a run trained; nothing where nothing was."""
    if not view.turned:
        return ""
    said = f"Turned while it trained: {'; '.join(map(knobs.told, view.turned))}."
    noise = [turn.new for turn in view.turned if turn.knob == "noise"]
    if not noise:
        return said
    of = "of the weights that it keeps" if view.configs and view.configs[1].patience else f"{noise[-1]:g}, where it stood at last"
    return f"{said} Its terms and its log p(x) are of the noise {of}."


def objective(view: RunView, model: ModelConfig, train: TrainConfig, standing: Mapping[str, Value]) -> str:
    """The objective in force, and what changes with the next step; held-out numbers are of β = 1 whatever it is."""
    now = knobs.in_force(train, view.turned)
    applied = knobs.applied(train, now)
    said = f"minimises {minimised(model, applied, _weight(view, applied))}"
    changes = [Turned(0, knob, now[knob], value) for knob, value in standing.items() if value != now[knob]]
    return f"{said}, from the next step on {', '.join(map(knobs.change, changes))}" if changes else said


def minimised(model: ModelConfig, train: TrainConfig, weight: float) -> str:
    """The objective in signs, its KL with a weight."""
    given = f" at σ = {train.noise:g}" if model.noise_is_given else ""
    if train.is_exact and model.kind == "vae":
        return f"−log p(x){given}, K = {train.points:,} points"
    if train.objective == "iwae" and model.kind == "vae":
        return f"−IWAE bound{given}, K = {train.samples}"
    nll = f"nll{given}"
    if model.kind == "ae":
        return nll
    if not weight:
        return f"{nll}, without KL"
    return f"{nll} + KL" if weight == 1 else f"{nll} + {weight:.3g} · KL"


def _weight(view: RunView, train: TrainConfig) -> float:
    """β as it is now: it may still be growing."""
    if not train.kl_warmup_epochs:
        return train.beta
    try:
        epoch = view.step / estimates.steps_per_epoch(train)
    except EngineError:
        return train.beta  # images of one's own that are gone: nothing trains on them either
    return train.beta * min(1.0, epoch / train.kl_warmup_epochs)
