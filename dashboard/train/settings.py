"""The settings of a training as a form holds them, and back: made from the configs' own tables. Pure."""

from __future__ import annotations

import dataclasses
import shlex
from collections.abc import Mapping
from typing import Any

from dashboard.shared.numbers import NumberError, read_number
from dashboard.train import wording
from vae_engine.base.errors import EngineError
from vae_engine.command import train_flags
from vae_engine.stored import beginning, knobs
from vae_engine.stored.config import EXACT, LIVE_TRAIN, ModelConfig, TrainConfig, why_not_exact

Values = dict[str, Any]
"""By name of the setting: what its widget holds; numbers and lists of widths as text."""

SPECS = {spec.name: spec for kind in (ModelConfig, TrainConfig) for spec in dataclasses.fields(kind)}
UNITS = ("seconds", "epochs", "steps")
UNIT, AMOUNT = "budget-unit", "budget-amount"
"""Of the budget, the one setting that a form holds otherwise than the configs."""
GROUPS = {
    wording.NETWORK: (
        "kind", "latent_dim", "likelihood", "noise", "spread", "encoder", "encoder_widths", "layer_norm", "dropout", "decoder",
        "decoder_widths", "fourier_features", "fourier_scale", "activation",
    ),
    wording.OBJECTIVE: ("beta", "kl_warmup_epochs", "objective", "samples", "points", "encoder_share"),
    wording.OPTIMISER: (
        "initialisation", "begin", "optimizer", "learning_rate", "schedule", "lr_warmup", "batch_size", "ema", "adam_beta2",
        "weight_decay", "grad_clip", "patience", "seed",
    ),
    wording.DATA: ("train_size", "protocol", "held_out"),
}  # fmt: skip
"""What is asked for where; the images themselves, `data`, have widgets of their own."""
_FORM_ONLY = ("data",)


def shown(model: ModelConfig, train: TrainConfig) -> Values:
    """What the widgets hold for these settings."""
    names = [name for group in GROUPS.values() for name in group] + list(_FORM_ONLY)
    held = {name: getattr(model if hasattr(model, name) else train, name) for name in names}
    unit = budget_unit(train)
    return {name: _text(value) for name, value in {**held, UNIT: unit, AMOUNT: getattr(train, unit)}.items()}


def _text(value: Any) -> Any:
    """What the widget of a value holds."""
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return repr(value).removesuffix(".0") if type(value) in (int, float) else value


def read(values: Mapping[str, Any]) -> tuple[ModelConfig, TrainConfig]:
    """The settings that the widgets ask for; classes of images are left to whoever reads the images.

    Raises EngineError, naming the setting, for impossible ones.
    """
    given = {name: _read(name, value) for name, value in values.items() if name in SPECS}
    given |= _budget(values[UNIT], values[AMOUNT])
    model, train = ({spec.name for spec in dataclasses.fields(kind)} for kind in (ModelConfig, TrainConfig))
    asked = (
        ModelConfig.from_dict({name: value for name, value in given.items() if name in model}),
        TrainConfig.from_dict({name: value for name, value in given.items() if name in train}),
    )
    if reason := why_not_exact(*asked):
        raise EngineError(reason)
    beginning.weights(*asked)
    return asked


def _read(name: str, value: Any) -> Any:
    default = SPECS[name].default
    if isinstance(default, tuple):
        return _widths(name, value)
    return _number(name, value, whole=type(default) is int) if is_number(name) else value


def is_number(name: str) -> bool:
    """Whether a setting is a number, which is typed."""
    return type(SPECS[name].default) in (int, float)


def _number(name: str, typed: Any, whole: bool, of: str = "") -> float:
    """The number that was typed, an int if it is `whole`; whether it is possible is for the configs to say."""
    text = "" if typed is None else str(typed).strip()
    if not text:
        raise EngineError(f"{name} is empty: give a number{of}.")
    try:
        value = read_number(text, whole)
    except NumberError as error:
        sentence = str(error)
        raise EngineError(f"{name} cannot be read: {sentence[0].lower()}{sentence[1:]}") from None
    return int(value) if whole and value.is_integer() else value


def read_amount(name: str, unit: str, typed: Any) -> float:
    """A budget, or a part of one, that was typed, called `name` in complaints. Raises EngineError."""
    amount = _number(name, typed, whole=unit == "steps", of=f" of {unit}")
    most = SPECS[unit].metadata["high"]
    if not 0 < amount <= most:
        raise EngineError(f"{name} must be a number of {unit} above 0, at most {most:,.0f}.")
    if unit == "steps" and not isinstance(amount, int):
        raise EngineError(f"{name} must be a whole number of steps.")
    return amount


def as_much_again(train: TrainConfig) -> Values:
    """What the widgets of more budget hold at first: about as much as there was."""
    unit = budget_unit(train)
    return {UNIT: unit, AMOUNT: _text(float(f"{getattr(train, unit):.2g}"))}


def budget_unit(train: TrainConfig) -> str:
    """What a budget is counted in: the first unit that is not 0."""
    return next(unit for unit in ("seconds", "steps", "epochs") if getattr(train, unit))


def _budget(unit: Any, typed: Any) -> Values:
    if unit not in UNITS:
        raise EngineError(f"The budget is counted in one of {', '.join(UNITS)}.")
    amount = read_amount("The budget", unit, typed)
    budget: Values = {"seconds": 0.0, "steps": 0, "epochs": 0.0, unit: amount}
    # The demo's own budget leaves the other units as the command line does, so that its command is the shortest.
    of_the_demo = unit == budget_unit(LIVE_TRAIN) and budget[unit] == getattr(LIVE_TRAIN, unit)
    return {name: getattr(LIVE_TRAIN, name) for name in budget} if of_the_demo else budget


def _widths(name: str, text: Any) -> tuple[int, ...]:
    parts = [part.strip() for part in str(text or "").split(",") if part.strip()]
    if not all(part.isascii() and part.isdigit() and len(part) < 8 for part in parts):
        raise EngineError(f"{name} must be whole numbers with commas between them, such as 512, 256; not {str(text)[:40]!r}.")
    return tuple(map(int, parts))


def senseless(values: Mapping[str, Any]) -> dict[str, str]:
    """The settings that change nothing beside the others, each with the reason."""
    cases = (
        (values["schedule"] == "constant", ("lr_warmup",), "A constant rate has no warm-up."),
        (values["optimizer"] != "adam", ("adam_beta2",), "Only Adam has it."),
        (values["decoder"] != "fourier", ("fourier_features", "fourier_scale"), "Only a decoder with Fourier features has it."),
        (values["likelihood"] in knobs.NO_NOISE, ("noise",), knobs.NO_NOISE.get(values["likelihood"], "")),
        (values["objective"] == "iwae", ("beta", "kl_warmup_epochs"), "The IWAE bound has no KL of its own to weigh."),
        (values["objective"] in EXACT, ("beta", "kl_warmup_epochs"), "log p(x) is no bound, and has no KL to weigh."),
        (values["objective"] not in EXACT, ("points", "encoder_share"), "Only exact learning has it."),
        (values["kind"] == "ae", ("spread", "beta", "kl_warmup_epochs", "objective", "samples", "points", "encoder_share"),
         "A plain autoencoder has neither q(z|x) nor KL."),
    )  # fmt: skip
    return {name: why for holds, names, why in cases if holds for name in names}


def differing(values: Mapping[str, Any], others: Mapping[str, Any]) -> list[str]:
    """The names under which two forms differ."""
    return [name for name, value in values.items() if value != others.get(name)]


def command(model: ModelConfig, train: TrainConfig, folder: str = wording.RUN_DIR) -> str:
    """The command line that trains with these settings."""
    return shlex.join(["python", "-m", "vae_engine", "train", "--run-dir", folder, *train_flags.of(model, train)])
