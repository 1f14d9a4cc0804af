"""Commands around runs: one file of a run, a run of such a file, and data to train on."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from vae_engine import datasets, fashion, run_archive
from vae_engine.commands import add_command, show


def add(commands: Any) -> None:
    """Add the commands to a program's subparsers."""
    pack = add_command(commands, "pack", _pack, "write a run to one file that is safe to hand around")
    pack.add_argument("run", type=Path, help="the folder of the run")
    pack.add_argument("-o", "--output", type=Path, required=True, help="the file to write, e.g. run.zip")

    unpack = add_command(commands, "unpack", _unpack, "make a run folder of such a file, after checking everything in it")
    unpack.add_argument("file", type=Path, help="the file")
    unpack.add_argument("--run-dir", type=Path, required=True, help="the folder to make")

    fetch = add_command(commands, "fetch", _fetch, "fetch a data set that is not bundled")
    fetch.add_argument("data", choices=(datasets.FASHION,))
    fetch.add_argument("--mirror", action="append", help="an address ending in / to fetch from instead of the known ones")


def _pack(arguments: argparse.Namespace) -> int:
    size = run_archive.pack(arguments.run, arguments.output)
    value = {"run": str(arguments.run), "output": str(arguments.output), "bytes": size}
    show(arguments, value, f"{arguments.output}: {size / 1e6:.1f} MB")
    return 0


def _unpack(arguments: argparse.Namespace) -> int:
    run_archive.unpack(arguments.file, arguments.run_dir)
    show(arguments, {"run_dir": str(arguments.run_dir)}, f"The run is in {arguments.run_dir}.")
    return 0


def _fetch(arguments: argparse.Namespace) -> int:
    from tqdm import tqdm

    with tqdm(total=1.0, bar_format="{l_bar}{bar}| {elapsed}<{remaining}", disable=None) as bar:

        def show_share(name: str, share: float) -> None:
            bar.set_description_str(name, refresh=False)
            bar.update(share - bar.n)

        place = fashion.fetch(show_share, arguments.mirror or fashion.MIRRORS)
    show(arguments, {"data": arguments.data, "folder": str(place)}, f"Fashion-MNIST is in {place}.")
    return 0
