"""nginx by the configuration that comes with the dashboard, changed only where the file itself says that it is to be."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from support.serving import ROOT, free_port, program, until_up

NGINX = os.environ.get("NGINX") or shutil.which("nginx")
SITE = ROOT / "dashboard/shell/nginx.conf"
# What a distribution's nginx.conf is around a site; the log says which process answered whom.
_AROUND = """user root; daemon off; pid {folder}/pid; error_log {folder}/error.log; events {{ worker_connections 4096; }}
http {{
  log_format whom "$cookie_latent_explorer_visitor $upstream_addr $status $request_uri";
  access_log {folder}/access.log whom;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  include {folder}/site.conf;
}}
"""


def site(port: int, servers: Sequence[str], path: str = "") -> str:
    """The configuration for another port, these processes (`host:port`) and a path before all pages."""
    text = SITE.read_text(encoding="utf-8")
    changes = {"listen 80;": f"listen 127.0.0.1:{port};"}
    changes["server dashboard:8501;"] = " ".join(f"server {one};" for one in servers)
    if path:
        changes |= {
            "location / {": f"location {path}/ {{",
            "proxy_pass http://latent_explorer;": "proxy_pass http://latent_explorer/;",
        }
    for old, new in changes.items():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def configure(folder: Path, written: str) -> list[str]:
    """Lay a site out in a folder; the command that starts nginx there."""
    (folder / "site.conf").write_text(written, "utf-8")
    (folder / "nginx.conf").write_text(_AROUND.format(folder=folder), "utf-8")
    return [NGINX or "nginx", "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")]


@contextlib.contextmanager
def nginx(folder: Path, addresses: Sequence[str], path: str = "") -> Iterator[str]:
    """The address of nginx in front of dashboards."""
    folder.mkdir(exist_ok=True)
    port = free_port()
    servers = [address.removeprefix("http://").replace("localhost", "127.0.0.1") for address in addresses]
    with program(configure(folder, site(port, servers, path)), folder, dict(os.environ)):
        yield until_up(f"http://localhost:{port}{path}")


def answered(folder: Path) -> dict[str, set[str]]:
    """By cookie of a visitor, which processes answered so far; `-` stands for none."""
    found: dict[str, set[str]] = {}
    for line in (folder / "access.log").read_text("utf-8").splitlines():
        visitor, rest = line.split(" ", 1)
        found.setdefault(visitor, set()).update(rest.rsplit(" ", 2)[0].split(", "))
    return found
