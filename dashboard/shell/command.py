"""`latent-explorer`: the engine's commands, and `run`, which opens the dashboard."""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
import webbrowser
from collections.abc import Sequence
from pathlib import Path

import segno

from dashboard.explore.one_file import write_html
from dashboard.jobs import brought
from dashboard.jobs.jobs import VARIABLE, Jobs, runs_dir
from dashboard.lecture import lecture as lectures
from dashboard.shell import settings, wording
from dashboard.shell.serving import FOLLOWS, Serving, add_options, serving
from dashboard.stock.material import LESSON_MODELS, gather
from dashboard.stock.own_runs import PREFIX
from vae_engine.base.errors import EngineError
from vae_engine.base.files import write_atomically
from vae_engine.base.places import CODE, place
from vae_engine.command import cli, import_commands
from vae_engine.command.doctor import port_is_free
from vae_engine.data.sets.catalogue import SETS
from vae_engine.stored import registry

_PATIENCE = 600  # tenths of a second that the server may take to answer


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; the exit code."""
    top, commands = cli.parser("latent-explorer", exporters={"html": _write_html})
    help = "html: the lecture in it, a file that the page Lecture saved, instead of the bundled one"
    commands.choices["export"].add_argument("--lecture", type=Path, metavar="FILE", help=help)
    _add_serving(cli.add_command(commands, "run", _run, "open the dashboard in a browser"))
    opened = cli.add_command(commands, "open", _open, "import a model that another program wrote and open Explore on it")
    import_commands.add_options(opened)
    _add_serving(opened)
    _add_worksheet(cli.add_command(commands, "worksheet", _worksheet, "judge what a class handed in: who has which task right"))
    _add_site(cli.add_command(commands, "site", _site, "write the pages as a folder of files that any web host serves"))
    return cli.main(argv, top)


def _add_site(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "-o", "--output", type=Path, required=True, metavar="DIR", help="the folder: a new or empty one, or an earlier site"
    )
    command.add_argument("--models", nargs="+", default=(), metavar="NAME", help="names or folders (default: all bundled models)")
    command.add_argument("--runs", nargs="+", default=(), type=Path, metavar="DIR", help="folders of runs whose films it shows")
    command.add_argument(
        "--lecture", type=Path, metavar="FILE", help="a file that the page Lecture saved, instead of the bundled one"
    )

    help = "what Train offers beside MNIST, as `fetch --list` names it (default: fashion, if it was fetched)"
    command.add_argument("--data", nargs="+", default=(), choices=sorted(SETS), metavar="NAME", help=help)
    help = "for whoever teaches: with model answers on the worksheet"
    command.add_argument("--teacher", action="store_true", help=help)


def _add_worksheet(command: argparse.ArgumentParser) -> None:
    command.add_argument("files", nargs="+", type=Path, metavar="FILE", help="answers that the page Worksheet saved as JSON")
    help = "write the table as a page, too, with all answers and the states behind them"
    command.add_argument("-o", "--output", type=Path, metavar="HTML", help=help)
    help = "the VAE and the autoencoder that the answers are about (default: those of the worksheet)"
    command.add_argument("--models", nargs=2, default=LESSON_MODELS, metavar=("VAE", "AE"), help=help)


def _add_serving(command: argparse.ArgumentParser) -> None:
    add_options(command)
    help = f"the folder of training runs (default {VARIABLE}, else where this program keeps its data)"
    command.add_argument("--runs-dir", type=Path, help=help)
    command.add_argument("--no-browser", action="store_true", help="serve without opening a browser")


def _write_html(arguments: argparse.Namespace) -> int:
    if not arguments.lecture:
        return write_html(arguments.models, arguments.output)
    lecture = lectures.read(arguments.lecture)
    return write_html(arguments.models, arguments.output, lecture, say=lambda sentence: print(sentence, file=sys.stderr))


def _site(arguments: argparse.Namespace) -> int:
    from dashboard.site import site, wording  # with them comes Plotly, which no other command waits for

    lecture = lectures.read(arguments.lecture) if arguments.lecture else None
    folder = arguments.output.absolute()
    runs = [run.absolute() for run in arguments.runs]
    files, size = site.write(folder, arguments.models, runs, lecture, arguments.teacher, arguments.data)
    cli.show(arguments, {"path": str(folder), "files": files, "bytes": size}, wording.written(folder, files, size))
    return 0


def _worksheet(arguments: argparse.Namespace) -> int:
    from dashboard.worksheet import handed_in, wording  # likewise

    sheets = [handed_in.read(file) for file in arguments.files]
    vae, ae = map(registry.find, arguments.models)
    material = gather(vae, ae)
    judged = [handed_in.judge(sheet, material) for sheet in sheets]
    if arguments.output:
        notes = wording.sheet_notes(vae.metrics, (vae.name, ae.name))
        write_atomically(arguments.output, handed_in.to_html(judged, notes).encode())
    cli.show(arguments, {"students": handed_in.told(judged)}, handed_in.table(judged))
    return 0


def _run(arguments: argparse.Namespace) -> int:
    asked = _askable(arguments)
    cli.show(arguments, {"url": asked.address, "join": asked.join}, wording.served(asked))
    return _serve(arguments, asked, asked.address)


def _open(arguments: argparse.Namespace) -> int:
    asked = _askable(arguments)
    runs = Jobs(runs_dir(arguments.runs_dir))
    run = brought.bring(runs, arguments.files, import_commands.options(arguments))
    about = brought.about(runs.run_folder(run))
    address = f"{asked.address}/?models={PREFIX}{run}"
    text = f"{import_commands.told(about)}\n{wording.served(asked, address)}"
    cli.show(arguments, {"url": address, "join": asked.join, "run": run, "imported": about}, text)
    return _serve(arguments, asked, address)


def _askable(arguments: argparse.Namespace) -> Serving:
    """What the options of a server come to. Raises EngineError where that cannot be, or its port is taken."""
    asked = serving(arguments)
    if not port_is_free(asked.port, asked.host):
        other = asked.port % 65_535 + 1
        where = "" if asked.host == Serving.host else f", and is {asked.host} an address of this machine"
        raise EngineError(f"Port {asked.port} is busy: is a dashboard already open there{where}? Try --port {other}.")
    return asked


def _serve(arguments: argparse.Namespace, asked: Serving, address: str) -> int:
    """Serve until the end, and open an address in a browser; the exit code."""
    if asked.qr and not arguments.json:
        segno.make(asked.join, error="m").terminal(compact=True)
    sys.stdout.flush()
    command = [sys.executable, "-m", "streamlit", "run", str(place("dashboard/shell/server.py"))]
    # Numpy's products share the processors with training: split among threads that wait for each other they take ten
    # times as long. In a folder of ours the settings of another Streamlit program are not found; its secrets neither.
    ours = {"PYTHONPATH": str(CODE), VARIABLE: str(runs_dir(arguments.runs_dir)), "OPENBLAS_NUM_THREADS": "1", FOLLOWS: "1"}
    environment = settings.environment() | os.environ | asked.environment() | ours
    server = subprocess.Popen(command, cwd=CODE, env=environment, stdin=subprocess.PIPE)
    if not arguments.no_browser:
        threading.Thread(target=_open_when_up, args=(asked.address, address), daemon=True).start()
    signal.signal(signal.SIGTERM, lambda number, frame: server.terminate())
    try:
        return server.wait()
    except KeyboardInterrupt:
        server.wait()  # Ctrl-C reached it, too
        return cli.INTERRUPTED


def _open_when_up(server: str, address: str) -> None:
    """Open the browser once the server answers. Streamlit itself would advertise to whoever it opens a browser for."""
    for _ in range(_PATIENCE):
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{server}/_stcore/health", timeout=1):  # noqa: S310
            webbrowser.open(address)
            return
        time.sleep(0.1)
