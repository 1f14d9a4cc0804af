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

from dashboard.explore.one_file import write_html
from dashboard.jobs.jobs import VARIABLE, runs_dir
from dashboard.shell import settings
from vae_engine.base.errors import EngineError
from vae_engine.base.places import CODE, place
from vae_engine.command import cli
from vae_engine.command.doctor import port_is_free

_PATIENCE = 600  # tenths of a second that the server may take to answer


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; the exit code."""
    top, commands = cli.parser("latent-explorer", exporters={"html": write_html})
    run = cli.add_command(commands, "run", _run, "open the dashboard in a browser")
    run.add_argument("--port", type=int, default=8501, help="port to serve on (default 8501)")
    help = f"the folder of training runs (default {VARIABLE}, else where this program keeps its data)"
    run.add_argument("--runs-dir", type=Path, help=help)
    run.add_argument("--no-browser", action="store_true", help="serve without opening a browser")
    return cli.main(argv, top)


def _run(arguments: argparse.Namespace) -> int:
    port = arguments.port
    if not 1 <= port <= 65_535:
        raise EngineError(f"There is no port {port}; give one from 1 to 65535, e.g. --port 8501.")
    if not port_is_free(port):
        raise EngineError(f"Port {port} is busy: is a dashboard already open there? Try --port {port % 65_535 + 1}.")
    address = f"http://localhost:{port}"
    cli.show(arguments, {"url": address}, f"Opening {address}; stop with Ctrl-C.")
    sys.stdout.flush()
    command = [sys.executable, "-m", "streamlit", "run", str(place("dashboard/shell/server.py")), "--server.port", str(port)]
    # Numpy's products share the processors with training: split among threads that wait for each other they take ten
    # times as long. In a folder of ours the settings of another Streamlit program are not found; its secrets neither.
    ours = {"PYTHONPATH": str(CODE), VARIABLE: str(runs_dir(arguments.runs_dir)), "OPENBLAS_NUM_THREADS": "1"}
    server = subprocess.Popen(command, cwd=CODE, env=settings.environment() | os.environ | ours)
    if not arguments.no_browser:
        threading.Thread(target=_open_when_up, args=(address,), daemon=True).start()
    signal.signal(signal.SIGTERM, lambda number, frame: server.terminate())
    try:
        return server.wait()
    except KeyboardInterrupt:
        server.wait()  # Ctrl-C reached it, too
        return cli.INTERRUPTED


def _open_when_up(address: str) -> None:
    """Open the browser once the server answers. Streamlit itself would advertise to whoever it opens a browser for."""
    for _ in range(_PATIENCE):
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{address}/_stcore/health", timeout=1):  # noqa: S310
            webbrowser.open(address)
            return
        time.sleep(0.1)
