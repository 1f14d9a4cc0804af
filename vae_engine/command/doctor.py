"""Checks of an installation, each with what was found and how to mend it."""

from __future__ import annotations

import importlib.metadata
import shutil
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from vae_engine.base import remedies
from vae_engine.base.errors import EngineError
from vae_engine.base.places import installed
from vae_engine.data import mnist as data
from vae_engine.stored import registry

PACKAGES = ("streamlit", "torch", "plotly", "numpy", "pillow", "safetensors", "tqdm", "platformdirs", "segno")
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge", "firefox")


@dataclass(frozen=True)
class Check:
    """One thing that was looked at."""

    what: str
    ok: bool
    found: str
    remedy: str = ""


def examine(port: int) -> list[Check]:
    """Look at Python, packages, data, pretrained models, browser and port."""
    return [_python(), *_packages(), *_data(), *_models(), _browser(), _port(port)]


def _python() -> Check:
    version = ".".join(map(str, sys.version_info[:3]))
    return Check("Python", (3, 11) <= sys.version_info[:2] <= (3, 14), version, "Use Python 3.11 to 3.14.")


def _packages() -> Iterator[Check]:
    for name in PACKAGES:
        try:
            yield Check(name, True, importlib.metadata.version(name))
        except importlib.metadata.PackageNotFoundError:
            yield _missing(name)


def _missing(name: str) -> Check:
    if name == "torch" and (installed() or remedies.is_intel_mac()):
        return Check(name, True, remedies.without_torch())
    return Check(name, False, "not installed", f"Install it {remedies.missing(name)}.")


def _sentence(remedy: str) -> str:
    return f"{remedy[0].upper()}{remedy[1:]}."


def _data() -> Iterator[Check]:
    for split in data.SPLITS:
        try:
            yield Check(f"MNIST {split}", True, f"{len(data.load(split)):,} images, hashes right")
        except EngineError as error:
            yield Check(f"MNIST {split}", False, str(error), _sentence(remedies.restored("assets/mnist")))


def _models() -> Iterator[Check]:
    for name in registry.names():
        try:
            yield Check(f"model {name}", True, f"SHA-256 {registry.find(name).sha256[:12]}… right")
        except EngineError as error:
            yield Check(f"model {name}", False, str(error), _sentence(remedies.restored(f"pretrained/{name}")))
    if not registry.names():
        yield Check("pretrained models", False, "none", _sentence(remedies.restored("pretrained")))


def _browser() -> Check:
    found = next((name for name in BROWSERS if shutil.which(name)), None)
    # Windows and macOS keep browsers off the path; every one of them ships with a suitable browser.
    ok = bool(found) or sys.platform != "linux"
    return Check("browser", ok, found or "none on the path", "Install Chromium, Chrome or Firefox.")


def _port(port: int) -> Check:
    run = f"latent-explorer run --port {port + 1}" if installed() else f"make run PORT={port + 1}"
    remedy = f"Another program listens there; choose another port, e.g. `{run}`."
    return Check(f"port {port}", port_is_free(port), "free" if port_is_free(port) else "busy", remedy)


def port_is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether a server can listen on a port."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        if sys.platform != "win32":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError):
            return False
    return True
