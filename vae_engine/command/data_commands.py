"""Commands around images: what a file, a folder or a data set holds, and data sets that are fetched."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from vae_engine.base.errors import EngineError
from vae_engine.base.files import write_atomically
from vae_engine.command import train_flags
from vae_engine.command.commands import add_command, show
from vae_engine.data import datasets, fetched
from vae_engine.data.formats import reading
from vae_engine.data.report import sheet
from vae_engine.data.sets import catalogue
from vae_engine.data.sets.download import Step


def add(commands: Any) -> None:
    """Add the commands to a program's subparsers."""
    data = add_command(
        commands, "data", _data, "say what a file or folder of images, or a data set, holds, and how it would be read"
    )
    data.add_argument("data", metavar="PATH", nargs="?", help="a folder or a file of images, or the name of a data set")
    data.add_argument("--formats", action="store_true", help="print the table of formats for README instead")
    data.add_argument("--sheet", type=Path, metavar="FILE.png", help="write a picture of the first images of each class")
    train_flags.add_wishes(data)

    fetch = add_command(commands, "fetch", _fetch, "fetch a data set that is not bundled")
    fetch.add_argument("data", metavar="NAME", nargs="?", help="the data set; --list names them")
    fetch.add_argument("--list", action="store_true", help="say which there are, with their sizes and licences")
    fetch.add_argument("--markdown", action="store_true", help="with --list: the table for README")
    fetch.add_argument("--mirror", action="append", help="an address ending in / to fetch from instead of the known ones")


def _data(arguments: argparse.Namespace) -> int:
    if arguments.formats:
        print(reading.markdown())
        return 0
    if arguments.data is None:
        raise EngineError("Give the path of a folder or a file of images, or the name of a data set.")
    address = train_flags.wished(arguments, datasets.named(arguments.data))
    found = datasets.known(address)
    lines = found.report.lines()
    if arguments.sheet:
        write_atomically(arguments.sheet, sheet(found.images.images, found.images.labels, found.classes, found.inverted))
        lines.append(f"sheet        {arguments.sheet}")
    show(arguments, {"data": address, **found.report.to_dict()}, "\n".join(lines))
    return 0


def _fetch(arguments: argparse.Namespace) -> int:
    if arguments.list:
        sets = [
            {"name": one.name, "title": one.title, "what": one.what, "splits": one.counts, "classes": list(one.classes),
             "bytes": one.bytes, "licence": one.origin.licence, "citation": one.origin.citation, "checked": one.checked(),
             "is_here": fetched.is_here(one)}
            for one in catalogue.SETS.values()
        ]  # fmt: skip
        show(arguments, sets, catalogue.markdown() if arguments.markdown else catalogue.listed())
        return 0
    if arguments.data is None:
        raise EngineError("Name a data set; `fetch --list` says which there are.")
    one = catalogue.named(arguments.data)
    print(one.about(), file=sys.stderr)
    place = fetched.fetch(one, _Bar(), arguments.mirror or ())
    said = {"licence": one.origin.licence, "citation": one.origin.citation, "checked": one.checked()}
    show(arguments, {"data": one.name, "folder": str(place), **said}, f"{one.title} is in {place}. {one.checked()}")
    return 0


class _Bar:
    """A bar for each file: how much of it is here, how fast it comes, and how long the rest will take."""

    def __init__(self) -> None:
        self._file = ""
        self._bar: Any = None

    def __call__(self, step: Step) -> None:
        from tqdm import tqdm

        if self._bar is None or step.file != self._file:
            self._file = step.file
            self._bar = tqdm(desc=step.file, total=step.total, initial=step.done, unit="B", unit_scale=True, disable=None)
        self._bar.update(step.done - self._bar.n)
        if step.done >= step.total:
            self._bar.close()
