"""How the dashboard is served: the options of `run`, each with a variable of the environment, and the addresses that follow."""

from __future__ import annotations

import argparse
import os
import re
import secrets
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from dashboard.jobs.jobs import READ_ONLY
from dashboard.shared.visitors import PRESENTER, SHARED
from vae_engine.base.errors import EngineError

PREFIX = "LATENT_EXPLORER_"
JOIN = "LATENT_EXPLORER_JOIN"
"""Tells the server by which address others reach it, where `--qr` asked for that."""
FOLLOWS = "LATENT_EXPLORER_FOLLOWS"
"""Tells the server that the command which started it holds its standard input open for as long as it lives."""
_SECRET = 16  # characters at least
_PAGE = re.compile(r"https?://[^\s/?#]+(/[^\s?#]*)?")
_NOT_SET = ("", "0", "false", "no", "off")
_HERE = ("localhost", "127.0.0.1", "::1")
_EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 (recognised, not bound)


@dataclass(frozen=True)
class Serving:
    """What `run` was asked for."""

    host: str = "localhost"
    port: int = 8501
    base_path: str = ""
    """What stands before every path, as `/explorer`; or nothing."""
    qr: bool = False
    read_only: bool = False
    presenter: str = ""
    """The secret of the link whose opener may change everything; or nothing, where nobody but a run's owner may."""
    outside: str = ""
    """The address by which others reach it through a proxy or a container, which it cannot find out itself; or nothing."""

    @property
    def presenters_link(self) -> str:
        """The address that makes a browser the presenter's; nothing without `presenter`."""
        reached = self.join if self.is_for_others else self.address
        return f"{reached}/?presenter={self.presenter}" if self.presenter else ""

    @property
    def address(self) -> str:
        """The address for a browser on this machine."""
        return self._at("localhost" if self.host in _EVERYWHERE else self.host)

    @property
    def join(self) -> str:
        """The address for the browsers of others."""
        return self.outside or self._at(own_address() if self.host in _EVERYWHERE else self.host)

    @property
    def is_for_others(self) -> bool:
        """Whether another machine can reach it."""
        return bool(self.outside) or self.host not in _HERE

    def _at(self, host: str) -> str:
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}{self.base_path}"

    def environment(self) -> dict[str, str]:
        """What the server is told, as variables of its environment."""
        found = {"STREAMLIT_SERVER_ADDRESS": self.host, "STREAMLIT_SERVER_PORT": str(self.port)}
        found |= {"STREAMLIT_SERVER_BASE_URL_PATH": self.base_path.strip("/"), READ_ONLY: "1" if self.read_only else ""}
        is_shared = self.is_for_others or self.base_path or self.presenter
        found |= {SHARED: "1" if is_shared else "", PRESENTER: self.presenter}
        if self.host in _EVERYWHERE:  # or Streamlit asks a machine far away what to call this one
            found["STREAMLIT_BROWSER_SERVER_ADDRESS"] = own_address()
        return found | {JOIN: self.join if self.qr else ""}


def add_options(command: argparse.ArgumentParser, environment: Mapping[str, str] = os.environ) -> None:
    """Add the options to a command; what the environment says is their default."""

    def given(name: str) -> str | None:
        return environment.get(f"{PREFIX}{name}") or None

    def add(name: str, help: str, **how: object) -> None:
        command.add_argument(name, help=f"{help} (or {PREFIX}{name[2:].upper().replace('-', '_')})", **how)  # type: ignore[arg-type]

    add("--host", "address to listen on; 0.0.0.0 for every network of this machine (default localhost)", default=given("HOST"))
    add("--port", "port to serve on (default 8501)", type=int, default=given("PORT"))
    add("--base-path", "path before all pages, where a proxy hands that on", default=given("BASE_PATH"), metavar="PATH")
    add(
        "--qr",
        "print the address as a QR code, and have a page that projects it",
        action="store_true",
        default=is_set(given("QR")),
    )
    help = "address by which others reach it, where a proxy or a container stands between: https://…"
    add("--address", help, default=given("ADDRESS"), metavar="URL")
    help = "print a link that lets its opener change every run; who else comes may change their own"
    add("--presenter", help, nargs="?", const=secrets.token_urlsafe(24), default=given("PRESENTER"), metavar="SECRET")
    read_only = is_set(given("READ_ONLY"))
    add("--read-only", "no training, no upload, no deletion: for everybody", action="store_true", default=read_only)


def is_set(text: str | None) -> bool:
    """Whether a variable of the environment says yes."""
    return (text or "").strip().lower() not in _NOT_SET


def serving(arguments: argparse.Namespace) -> Serving:
    """What the options come to. Raises EngineError for a port, a path, an address or a secret that cannot be."""
    port = 8501 if arguments.port is None else arguments.port
    if not 1 <= port <= 65_535:
        raise EngineError(f"There is no port {port}; give one from 1 to 65535, e.g. --port 8501.")
    path = (arguments.base_path or "").strip("/")
    if path != quote(path) or any(part in ("", ".", "..") for part in path.split("/") if path):
        raise EngineError(f"{arguments.base_path!r} cannot stand before an address; give a path like --base-path /explorer.")
    outside = (arguments.address or "").rstrip("/")
    if outside and not _PAGE.fullmatch(outside):
        raise EngineError(f"{arguments.address!r} is no address of a page; give one like --address https://explorer.example.org.")
    secret = arguments.presenter or ""
    if secret and not (len(secret) >= _SECRET and re.fullmatch(r"[\w.~-]+", secret, re.ASCII)):
        raise EngineError(
            f"The presenter's secret needs at least {_SECRET} letters, digits or -_.~; --presenter alone makes one."
        )
    host = (arguments.host or "localhost").strip("[]")
    base_path = f"/{path}" if path else ""
    return Serving(host, port, base_path, arguments.qr, arguments.read_only, secret, outside)


def own_address() -> str:
    """The address of this machine in its network, as it would show to another; nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # set aside for documentation: only the route there is looked up
            return str(probe.getsockname()[0])
        except OSError:
            return socket.gethostname()


def join_address(seen: str, given: str) -> str:
    """The address to show to a class: that by which the page at `seen` was opened, unless only this machine can open it."""
    parts = urlsplit(seen)
    folder = parts.path.rpartition("/")[0]
    return f"{parts.scheme}://{parts.netloc}{folder}" if parts.hostname and not leads_here(seen) else given


def leads_here(address: str) -> bool:
    """Whether an address leads nowhere but to the machine where it is opened."""
    return urlsplit(address).hostname in _HERE
