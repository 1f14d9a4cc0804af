"""`import`: a model that another program wrote, read, proved and kept as a folder."""

from __future__ import annotations

import argparse
import dataclasses
import importlib.util
from pathlib import Path
from typing import Any

from vae_engine.base import bounds
from vae_engine.command.commands import add_command, show
from vae_engine.data import datasets
from vae_engine.exchange.imports import assumed, folder, understood
from vae_engine.exchange.imports.assumed import Said
from vae_engine.exchange.imports.roles import Wishes
from vae_engine.exchange.imports.scale import scale

MOST_MEMORY, MOST_SECONDS = 2 * 2**30, 120
_HELP = {
    "mu": "the value that is the mean of q(z|x), by its name in the file",
    "logvar": "the value that is its log-variance",
    "std": "or the value that is its standard deviation",
    "logits": "the value that holds the decoder's logits, where it does not end in a sigmoid",
    "decoder_input": "the value that is z, where one file holds both networks",
}
_FILES = (
    "encoder.onnx and decoder.onnx, one .onnx file with both, two .keras files, one .keras file of a model with both, "
    "encoder.json decoder.json and vae.weights.h5, a .safetensors file and a .json list of its layers, or the folder of a pythae "
    "model"
)


def add(commands: Any) -> None:
    """Add the command to a program's subparsers."""
    command = add_command(
        commands, "import", _import, "read a model that another program wrote, prove it and keep it as a folder"
    )
    command.add_argument("-o", "--output", type=Path, required=True, help="the folder to write")
    command.add_argument("--layers", action=_Layers, nargs=0, help="print the table of layers for README, and no more")
    add_options(command)


class _Layers(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        print(understood.markdown())
        parser.exit()


def add_options(command: argparse.ArgumentParser) -> None:
    """The files of a model, and what they do not tell of it."""
    command.add_argument("files", nargs="+", type=Path, metavar="FILE", help=_FILES)
    command.add_argument(
        "--data",
        default=datasets.MNIST,
        help="the images that it is of: as for train, those of your own at its size (default mnist)",
    )
    command.add_argument(
        "--protocol", choices=("grey", "dynamic", "threshold"), default="grey", help="what it sees of a pixel (default grey)"
    )
    command.add_argument(
        "--likelihood", choices=(assumed.BERNOULLI, assumed.GAUSSIAN), default="",
        help="p(x|z): bernoulli, where its decoder ends in a sigmoid or gives --logits (default), or gaussian around its means",
    )  # fmt: skip
    help = "σ of a gaussian in the scale of its own pixels (default 1, with which nll is half the squared error and a constant)"
    command.add_argument("--noise", type=float, metavar="σ", help=help)
    help = "how a map shows more than two latent dimensions: pca (default), axes:I,J or images:A,B,C, all counted from 0"
    command.add_argument("--plane", default="", metavar="PLANE", help=help)
    help = (
        "by what its pixels in [0, 1] were normalised, as torchvision's Normalize is told: 0.1307,0.3081, or 0.5,0.5 of pixels "
        "in [-1, 1] (default: of a decoder that ends in tanh the latter, else nothing)"
    )
    command.add_argument("--normalised", default="", metavar="MEAN,STD", help=help)
    for wish in dataclasses.fields(Wishes):
        command.add_argument("--" + wish.name.replace("_", "-"), default="", metavar="NAME", help=_HELP[wish.name])


def options(arguments: argparse.Namespace) -> dict[str, str]:
    """What was said of a model, as this command's options without their dashes; nothing of what was left as it is."""
    names = (
        "data",
        "protocol",
        "likelihood",
        "noise",
        "normalised",
        "plane",
        *(wish.name for wish in dataclasses.fields(Wishes)),
    )
    return {name.replace("_", "-"): str(value) for name in names if (value := getattr(arguments, name)) not in (None, "")}


def take_in(arguments: argparse.Namespace, output: Path) -> dict[str, Any]:
    """Import the model that `add_options` names into a folder; what is known of it. Raises EngineError."""
    wishes = Wishes(**{wish.name: getattr(arguments, wish.name) for wish in dataclasses.fields(Wishes)})
    said = Said(arguments.likelihood, arguments.noise, scale=scale(arguments.normalised))
    with bounds.memory(MOST_MEMORY), bounds.seconds(MOST_SECONDS):
        return folder.import_model(
            arguments.files, output, data=datasets.named(arguments.data), protocol=arguments.protocol, wishes=wishes,
            said=said, others=_others(), plane=arguments.plane,
        )  # fmt: skip


def told(about: dict[str, Any]) -> str:
    """What was assumed of an imported model, and how far it is proved: a line each."""
    # Of Keras and pythae nothing is run, so there is nobody to ask.
    against = "differ from it" if about["against"] else "(the original was not run) differ"
    off = max(about["differs_by"].values())
    keys = ("encoder", "decoder", "likelihood", "images", "pixels", "plane", "nats")
    lines = {key: about[key] for key in keys if about.get(key)}
    proved = f"{' and '.join(about['proved_in'])} {against} by at most {off:.1g} on {about['inputs']} inputs"
    lines["proved"] = f"{proved}; a browser is asked as well, when it first opens it"
    return "\n".join(f"{key:<13}{value}" for key, value in lines.items())


def _import(arguments: argparse.Namespace) -> int:
    about = take_in(arguments, arguments.output)
    text = f"{told(about)}\n{'kept in':<13}{arguments.output}"
    show(arguments, {**about, "output": str(arguments.output)}, text)
    return 0


def _others() -> folder.Others:
    if not importlib.util.find_spec("torch"):
        return lambda config, found: {}
    from vae_engine.exchange.live.by_torch import by_torch

    return by_torch
