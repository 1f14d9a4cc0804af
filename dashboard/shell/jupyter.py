"""The dashboard in JupyterLab: what jupyter-server-proxy asks for, which shows a tile for it and serves it below its address."""

from __future__ import annotations

import sys
from typing import Any

from dashboard.shared.wording import TITLE


def server() -> dict[str, Any]:
    """How jupyter-server-proxy starts the dashboard; it puts the port in and takes its own path away."""
    command = [sys.executable, "-m", "dashboard", "run", "--no-browser", "--host", "localhost", "--port", "{port}"]
    return {"command": command, "timeout": 60, "launcher_entry": {"title": TITLE}}
