"""Commands around runs: one file of a run, a run of such a file, and many runs at once."""

from __future__ import annotations

import argparse
import json
import signal
import sys
from pathlib import Path
from typing import Any

from vae_engine.command import train_flags
from vae_engine.command.commands import add_command, positive, show
from vae_engine.runs import archive as run_archive
from vae_engine.runs import sweep


def add(commands: Any) -> None:
    """Add the commands to a program's subparsers."""
    pack = add_command(commands, "pack", _pack, "write a run to one file that is safe to hand around")
    pack.add_argument("run", type=Path, help="the folder of the run")
    pack.add_argument("-o", "--output", type=Path, required=True, help="the file to write, e.g. run.zip")
    help = "leave out the state of a finished run, then snapshots, until the file is no larger than this"
    pack.add_argument("--megabytes", type=positive, metavar="N", help=help)

    unpack = add_command(commands, "unpack", _unpack, "make a run folder of such a file, after checking everything in it")
    unpack.add_argument("file", type=Path, help="the file")
    unpack.add_argument("--run-dir", type=Path, required=True, help="the folder to make")

    grid = add_command(commands, "sweep", _sweep, "train every point of a grid of settings; run again, it trains what is missing")
    grid.add_argument("--grid", action="append", required=True, metavar="SETTING=V,V,…", help="an axis, e.g. beta=0.5,1,4")
    grid.add_argument("--out", type=Path, required=True, help="the folder of the sweep: a run for each point, and the summary")
    grid.add_argument("--workers", type=positive, default=1, help="processes of this machine at a time (default 1)")
    grid.add_argument("--threads", type=positive, default=1, help="processor threads of each (default 1)")
    grid.add_argument("--scheduler", metavar="ADDRESS", help="train on the Dask cluster of this scheduler, which must be trusted")
    train_flags.add(grid)


def _pack(arguments: argparse.Namespace) -> int:
    limit = arguments.megabytes and arguments.megabytes * 10**6
    size = run_archive.pack(arguments.run, arguments.output, limit)
    value = {"run": str(arguments.run), "output": str(arguments.output), "bytes": size}
    show(arguments, value, f"{arguments.output}: {size / 1e6:.1f} MB")
    return 0


def _unpack(arguments: argparse.Namespace) -> int:
    run_archive.unpack(arguments.file, arguments.run_dir)
    show(arguments, {"run_dir": str(arguments.run_dir)}, f"The run is in {arguments.run_dir}.")
    return 0


def _sweep(arguments: argparse.Namespace) -> int:
    from tqdm import tqdm

    grid = sweep.points(*train_flags.settings(arguments), [sweep.axis(text) for text in arguments.grid])
    address, threads = arguments.scheduler, arguments.threads
    trainer = sweep.on_cluster(address, threads) if address else sweep.locally(arguments.workers, threads)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a request to end stops the processes, too
    with tqdm(total=len(grid), unit="run", disable=None) as bar:
        table = sweep.run(grid, arguments.out, trainer, bar.update)
    rows = json.loads(table.with_suffix(".json").read_bytes())
    show(arguments, rows, table.read_text(encoding="utf-8").rstrip())
    failed = [row for row in rows if row["state"] != "finished"]
    if failed:
        print(f"{len(failed)} of {len(rows)} points failed: {failed[0].get('message', '')}", file=sys.stderr)
    return 2 if failed else 0
