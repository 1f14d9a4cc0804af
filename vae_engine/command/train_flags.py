"""The flags of `train`: one for every setting of a model and of its training, made from the configs themselves."""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
from pathlib import Path
from typing import Any, TypeVar

from vae_engine.base.errors import EngineError
from vae_engine.command.commands import positive
from vae_engine.data import datasets, own
from vae_engine.stored import checkpoints, registry
from vae_engine.stored.config import FRESH, LARGEST_SIDE, LIVE_MODEL, LIVE_TRAIN, SIDE, SMALLEST_SIDE, ModelConfig, TrainConfig

Settings = TypeVar("Settings", ModelConfig, TrainConfig)


def add(command: argparse.ArgumentParser) -> None:
    """Add the flags to a command."""
    command.add_argument("--model", choices=("vae", "ae"), help="variational or plain autoencoder (default vae)")
    command.add_argument("--config", type=Path, help="start from the settings of this config.json")
    for title, kind in (("network", ModelConfig), ("training", TrainConfig)):
        _add_settings(command.add_argument_group(title), kind)
    add_wishes(command.add_argument_group("images of your own"))


def add_wishes(group: Any) -> None:
    """Add the flags that say what to make of images where their files do not."""
    group.add_argument("--polarity", choices=own.POLARITIES, help="their ink: noticed (auto), bright on dark, or dark on light")
    group.add_argument("--orientation", choices=own.ORIENTATIONS, help="known by the format (auto), upright, or transposed")
    group.add_argument("--labels", metavar="FILE", help="a file with their labels, or none to do without")
    group.add_argument("--damaged", choices=own.DAMAGED, help="pictures that cannot be read: refuse all, or leave these out")
    group.add_argument(
        "--classes", metavar="NAME,NAME,…", help="what to call their classes, in the order in which `data` has them"
    )
    help = f"pixels a side that they are read at, {SMALLEST_SIDE} to {LARGEST_SIDE} (default {SIDE}); the model takes such images"
    group.add_argument("--side", type=int, choices=range(SMALLEST_SIDE, LARGEST_SIDE + 1), metavar="N", help=help)
    group.add_argument("--limit", type=positive, metavar="N", help="only N of them, drawn at random once and for all")


def wished(arguments: argparse.Namespace, data: str) -> str:
    """The address of images with what the flags wish for them. Raises EngineError for wishes about other data sets."""
    names = [wish.name for wish in dataclasses.fields(own.Wishes)]
    given = {name: value for name in names if (value := getattr(arguments, name)) is not None}
    if not given:
        return data
    if not datasets.is_own(data):
        raise EngineError(f"--{next(iter(given))} is about images of your own, which {data} is not.")
    return own.address(data, dataclasses.replace(own.wishes_of(data), **given))


def _add_settings(group: Any, kind: type) -> None:
    for spec in dataclasses.fields(kind):
        if spec.name == "kind" or spec.metadata["from_data"]:
            continue  # `--model` sets the one, the images the other
        flag, meta = "--" + spec.name.replace("_", "-"), spec.metadata
        names = [flag, "--from"] if spec.name == "begin" else [flag]
        help = meta["help"].replace("%", "%%")
        if isinstance(spec.default, bool):
            group.add_argument(*names, action=argparse.BooleanOptionalAction, default=None, help=help)
        elif isinstance(spec.default, tuple):
            group.add_argument(*names, type=_widths, default=None, metavar="N,N,…", help=help)
        else:
            parse = type(spec.default)
            group.add_argument(*names, type=parse, default=None, choices=meta["choices"] or None, help=help)


def _widths(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(",") if part)


def settings(arguments: argparse.Namespace) -> tuple[ModelConfig, TrainConfig]:
    """The configs of a train command: the file's or the live recipe's, changed by the flags given. Raises EngineError.

    The network is that of the model to begin with, where there is one and no file.
    """
    model, train = LIVE_MODEL, LIVE_TRAIN
    if arguments.config:
        model, train = checkpoints.read_config_file(arguments.config)
    elif arguments.begin:
        model = _network(arguments.begin)
    given = {key: value for key, value in vars(arguments).items() if value is not None and key != "classes"}  # a wish
    if arguments.model:
        given["kind"] = arguments.model
    if {"seconds", "steps", "epochs"} & given.keys():
        # A budget on the command line replaces the one of the recipe, whatever its unit.
        given = {"seconds": 0.0, "steps": 0, "epochs": 0.0} | given
    data = wished(arguments, given.get("data", train.data))
    if "data" in given or data != train.data:
        given["data"] = datasets.pinned(data)
        given["classes"] = list(datasets.classes(given["data"]))
        given["side"] = datasets.side(given["data"])
    return _changed(model, given), _changed(train, given)


def _network(name: str) -> ModelConfig:
    """The network that a training has where no flag says otherwise: that of the model that it begins with. Raises EngineError."""
    return LIVE_MODEL if name == FRESH else registry.find(name).model


def of(model: ModelConfig, train: TrainConfig) -> list[str]:
    """The shortest flags of `train` that ask for these settings: the inverse of `settings`."""
    network = LIVE_MODEL
    with contextlib.suppress(EngineError):  # of a model that is gone
        network = _network(train.begin)
    flags = [] if model.kind == network.kind else ["--model", model.kind]
    budget = {"seconds", "steps", "epochs"}
    other_budget = any(getattr(train, name) != getattr(LIVE_TRAIN, name) for name in budget)
    for config, recipe in ((model, network), (train, LIVE_TRAIN)):
        for spec in dataclasses.fields(config):
            value = getattr(config, spec.name)
            if spec.name == "kind" or spec.metadata["from_data"]:
                continue
            asked = bool(value) and other_budget if spec.name in budget else value != getattr(recipe, spec.name)
            if asked and spec.name == "data":
                flags += _flag("data", own.unpinned(value))
            elif asked:
                flags += _flag(spec.name.replace("_", "-"), value)
    return flags


def _flag(name: str, value: Any) -> list[str]:
    if isinstance(value, bool):
        return [f"--{name}" if value else f"--no-{name}"]
    text = ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
    return [f"--{name}={text}"] if not text or text.startswith("-") else [f"--{name}", text]


def _changed(base: Settings, given: dict[str, Any]) -> Settings:
    fields = {spec.name for spec in dataclasses.fields(base)}
    return type(base).from_dict(base.to_dict() | {key: value for key, value in given.items() if key in fields})
