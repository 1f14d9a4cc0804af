"""`export`: a model written for another program."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from vae_engine.base.errors import EngineError
from vae_engine.command.commands import add_command, show
from vae_engine.exchange import bundle
from vae_engine.exchange.exports import onnx_files, projector, table, torch_file
from vae_engine.stored import registry
from vae_engine.stored.checkpoints import Stored

Exporter = Callable[[argparse.Namespace], int]
"""Writes `models`, given by name or folder, to the file `output`; returns its size in bytes. It may have options of its own."""

_HELP = (
    "bundle: one safetensors file for the browser; onnx: a folder with encoder.onnx and decoder.onnx; torch: a folder with a "
    "Python file that needs torch alone, and weights; table: codes as .csv or .parquet; projector: a folder for the "
    "Embedding Projector"
)


def add(commands: Any, exporters: Mapping[str, Exporter]) -> None:
    """Add the command to a program's subparsers, with formats of its own."""
    exporters = {
        "bundle": _of_one(bundle.write_bundle), "onnx": _of_one(onnx_files.write_onnx), "torch": _of_one(torch_file.write_torch),
        "table": _of_one(table.write_table), "projector": _of_one(projector.write_projector), **exporters,
    }  # fmt: skip
    export = add_command(commands, "export", _export, "write a model for another program")
    export.add_argument("models", nargs="+", metavar="model", help="a pretrained name or a folder")
    export.add_argument("--to", required=True, choices=tuple(exporters), help=_HELP)
    export.set_defaults(exporters=exporters)
    export.add_argument("-o", "--output", type=Path, required=True, help="the file to write, or the folder")


def _of_one(write: Callable[[Stored, Path], int]) -> Exporter:
    def exporter(arguments: argparse.Namespace) -> int:
        if len(arguments.models) != 1:
            raise EngineError(f"--to {arguments.to} writes one model, not {len(arguments.models)}.")
        return write(registry.find(arguments.models[0]), arguments.output)

    return exporter


def _export(arguments: argparse.Namespace) -> int:
    size = arguments.exporters[arguments.to](arguments)
    value = {"models": arguments.models, "output": str(arguments.output), "bytes": size}
    show(arguments, value, f"{arguments.output}: {size / 1e6:.1f} MB")
    return 0
