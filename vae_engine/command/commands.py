"""What all commands share: how one is added, the `--json` that each has, and how it prints its result."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from typing import Any


def add_command(commands: Any, name: str, handler: Callable[[argparse.Namespace], int], help: str) -> argparse.ArgumentParser:
    """Add a command with the `--json` that every command has."""
    command = commands.add_parser(name, help=help, description=help)
    command.add_argument("--json", action="store_true", help="print one JSON value")
    command.set_defaults(handler=handler)
    return command


def show(arguments: argparse.Namespace, value: Any, text: str) -> None:
    """Print a result as JSON or as text, as asked."""
    print(json.dumps(value, allow_nan=False) if arguments.json else text)


def positive(text: str) -> int:
    """A whole number of at least 1, from a flag."""
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"must be at least 1, not {value}")
    return value
