"""Commands around images: what a file or folder of them holds, and data sets that are fetched."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from vae_engine.base.errors import EngineError
from vae_engine.base.files import write_atomically
from vae_engine.command import train_flags
from vae_engine.command.commands import add_command, show
from vae_engine.data import datasets, fashion, own
from vae_engine.data.formats import reading
from vae_engine.data.report import sheet


def add(commands: Any) -> None:
    """Add the commands to a program's subparsers."""
    data = add_command(commands, "data", _data, "say what a file or folder of images holds, and how it would be read")
    data.add_argument("data", metavar="PATH", nargs="?", help="a folder or a file of images")
    data.add_argument("--formats", action="store_true", help="print the table of formats for README instead")
    data.add_argument("--sheet", type=Path, metavar="FILE.png", help="write a picture of the first images of each class")
    train_flags.add_wishes(data)

    fetch = add_command(commands, "fetch", _fetch, "fetch a data set that is not bundled")
    fetch.add_argument("data", choices=(datasets.FASHION,))
    fetch.add_argument("--mirror", action="append", help="an address ending in / to fetch from instead of the known ones")


def _data(arguments: argparse.Namespace) -> int:
    if arguments.formats:
        print(reading.markdown())
        return 0
    if arguments.data is None:
        raise EngineError("Give the path of a folder or a file of images.")
    if not datasets.is_own(arguments.data):
        raise EngineError(f"{arguments.data} is a data set by name; give the path of images, as ./{arguments.data}.")
    address = train_flags.wished(arguments, own.address(arguments.data))
    found = own.known(address)
    lines = found.report.lines()
    if arguments.sheet:
        write_atomically(arguments.sheet, sheet(found.images.images, found.images.labels, found.classes, found.inverted))
        lines.append(f"sheet        {arguments.sheet}")
    show(arguments, {"data": address, **found.report.to_dict()}, "\n".join(lines))
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
