"""`import`: a model that another program wrote, read, proved and kept as a folder."""

from __future__ import annotations

import argparse
import dataclasses
import importlib.util
from pathlib import Path
from typing import Any

import numpy as np

from vae_engine.command.commands import add_command, show
from vae_engine.data import datasets
from vae_engine.exchange.imports import folder
from vae_engine.exchange.imports.proof import Runner
from vae_engine.exchange.imports.roles import Wishes
from vae_engine.stored.config import ListedConfig

_HELP = {
    "mu": "the value that is the mean of q(z|x), by its name in the file",
    "logvar": "the value that is its log-variance",
    "std": "or the value that is its standard deviation",
    "logits": "the value that holds the decoder's logits, where it does not end in a sigmoid",
    "decoder_input": "the value that is z, where one file holds both networks",
}


def add(commands: Any) -> None:
    """Add the command to a program's subparsers."""
    command = add_command(
        commands, "import", _import, "read a model that another program wrote, prove it and keep it as a folder"
    )
    command.add_argument(
        "files",
        nargs="+",
        type=Path,
        metavar="FILE",
        help="encoder.onnx and decoder.onnx, one .onnx file with both, or two .keras files",
    )
    command.add_argument("-o", "--output", type=Path, required=True, help="the folder to write")
    command.add_argument("--data", default=datasets.MNIST, help="the images that it is of: as for train (default mnist)")
    command.add_argument(
        "--protocol", choices=("grey", "dynamic", "threshold"), default="grey", help="what it sees of a pixel (default grey)"
    )
    for wish in dataclasses.fields(Wishes):
        command.add_argument("--" + wish.name.replace("_", "-"), default="", metavar="NAME", help=_HELP[wish.name])


def _import(arguments: argparse.Namespace) -> int:
    wishes = Wishes(**{wish.name: getattr(arguments, wish.name) for wish in dataclasses.fields(Wishes)})
    about = folder.import_model(
        arguments.files, arguments.output, data=datasets.named(arguments.data), protocol=arguments.protocol, wishes=wishes,
        others=_by_torch if importlib.util.find_spec("torch") else lambda config, found: {},
    )  # fmt: skip
    # Of Keras nothing is run, so there is nobody to ask.
    against = "differ from it" if about["against"] else "(the original was not run) differ"
    off = max(about["differs_by"].values())
    lines = [
        f"encoder      {about['encoder']}", f"decoder      {about['decoder']}", f"likelihood   {about['likelihood']}",
        f"pixels       {about['pixels']}",
        f"proved       {' and '.join(about['proved_in'])} {against} by at most {off:.1g} on {about['inputs']} inputs",
        f"kept in      {arguments.output}",
    ]  # fmt: skip
    show(arguments, {**about, "output": str(arguments.output)}, "\n".join(lines))
    return 0


def _by_torch(config: ListedConfig, weights: dict[str, np.ndarray]) -> dict[str, dict[str, Runner]]:
    import torch

    from vae_engine.model.models import build_model

    model = build_model(config)
    model.load_state_dict({key: torch.from_numpy(tensor) for key, tensor in weights.items()})
    model.eval().requires_grad_(False)

    def runner(network: Any) -> Runner:
        return lambda rows: network(torch.from_numpy(rows)).numpy()

    return {"torch": {"encoder": runner(model.encoder), "decoder": runner(model.decoder)}}
