"""The command `experiment`: do one of the lectures' experiments, or list them."""

from __future__ import annotations

import argparse
import json
import signal
from dataclasses import asdict
from pathlib import Path
from typing import Any

from vae_engine import experiments
from vae_engine.base.errors import EngineError
from vae_engine.base.figures import with_minus
from vae_engine.command.commands import add_command, show
from vae_engine.experiments import folder as experiment_run
from vae_engine.experiments import result as experiment_result
from vae_engine.experiments.result import Result

_BAR = "\\|"  # a bar within a cell of a table


def add(commands: Any) -> None:
    """Add the command to a program's subparsers."""
    command = add_command(commands, "experiment", _experiment, "do an experiment of the lectures")
    command.add_argument("name", nargs="?", help="which one; --list names them")
    command.add_argument("--list", action="store_true", help="name the experiments, with what the bundled results say")
    command.add_argument("--markdown", action="store_true", help="with --list: the table for README")
    command.add_argument("--quick", action="store_true", help="a form of under a minute; without it, under ten on two cores")
    command.add_argument("--seed", type=int, default=0, help="first seed (default 0)")
    command.add_argument(
        "--run-dir", type=Path, help="do what experiment.json in this folder asks for, and keep everything there"
    )
    command.add_argument("-o", "--output", type=Path, help="a folder for result.json and curves.csv")


def _experiment(arguments: argparse.Namespace) -> int:
    if arguments.list:
        return _list(arguments)
    result = _done(arguments)
    if arguments.output:
        experiment_result.write(result, arguments.output)
    written = f"{result.title} ({result.seconds:.0f} s)\n" + "\n".join(f"- {line}" for line in result.findings.says)
    show(arguments, asdict(result), written)
    return 0


def _done(arguments: argparse.Namespace) -> Result:
    """What the experiment found that was asked for by name or by a folder."""
    if arguments.run_dir:
        if arguments.name:
            raise EngineError("Give the name of an experiment or --run-dir, not both.")
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # a request to end is noted in the folder
        return experiment_run.work(arguments.run_dir)
    if arguments.name is None:
        raise EngineError("Name an experiment; `experiment --list` says which there are.")
    if not 0 <= arguments.seed <= experiment_run.MAX_SEED:
        raise EngineError(f"--seed must be from 0 to {experiment_run.MAX_SEED}, not {arguments.seed}.")
    experiments.named(arguments.name)
    from vae_engine.training import progress as console

    with console.StageBar() as bar:
        return experiments.run(arguments.name, "quick" if arguments.quick else "full", arguments.seed, bar.show)


def _list(arguments: argparse.Namespace) -> int:
    rows = [{**asdict(one), "finding": _bundled_finding(one.name)} for one in experiments.EXPERIMENTS]
    if arguments.markdown:
        lines = ["| experiment | what was found |", "| --- | --- |"]
        lines += [f"| `{row['name']}`: {row['title']} | {row['finding'].replace('|', _BAR)} |" for row in rows]
        print(with_minus("\n".join(lines)))
        return 0
    print(json.dumps(rows) if arguments.json else "\n".join(f"{row['name']:<22}{row['title']}" for row in rows))
    return 0


def _bundled_finding(name: str) -> str:
    """The headline of the bundled result; nothing where none is bundled."""
    folder = experiments.BUNDLED / name
    return experiment_result.read(folder).findings.says[0] if (folder / experiment_result.RESULT).exists() else ""
