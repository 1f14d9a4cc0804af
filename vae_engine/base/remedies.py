"""How this copy of the program is mended and added to, which depends on how it came here."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import platform
import sys

from vae_engine.base import places

DISTRIBUTION = "latent-explorer"
TORCH = "torch>=2.13,<3"
"""What the extra `train` brings."""


def restored(path: str) -> str:
    """What to do where `path`, a file or folder that came with the program, is missing or damaged."""
    if not places.installed():
        return f"restore it with `git checkout -- {path}`"
    command = _install(f"--force-reinstall --no-deps '{_origin()}'")
    return f"install the program again: `{command}`"


def missing(package: str) -> str:
    """How to add a package that is not installed and that this program needs."""
    return optional(package) if places.installed() else "with `make install`, or `pip install -r requirements.txt`"


def optional(package: str) -> str:
    """How to add a package that only an extra brings."""
    return f"with `{_install(package)}`"


def without_torch() -> str:
    """Why nothing can be trained or measured here, and how to change that; nothing where PyTorch is installed."""
    if importlib.util.find_spec("torch"):
        return ""
    if is_intel_mac():
        return (
            "PyTorch is no longer made for Macs with an Intel processor, so nothing can be trained or measured here; "
            "everything else works."
        )
    way = missing(f'"{TORCH}"')
    return f"Training and measuring need PyTorch, which is not installed here; everything else works. Add it {way}."


def is_intel_mac() -> bool:
    """Whether this is a Mac for which there is no PyTorch of the version that we need."""
    return sys.platform == "darwin" and platform.machine() == "x86_64"


def _install(what: str) -> str:
    """The command that installs into the environment of this Python; uv makes environments without pip."""
    python = f'"{sys.executable}"' if " " in sys.executable else sys.executable
    return f"{python} -m pip install {what}" if importlib.util.find_spec("pip") else f"uv pip install --python {python} {what}"


def _origin() -> str:
    """The address or file that the program was installed from, as the installer noted it; else its name."""
    try:
        noted = importlib.metadata.distribution(DISTRIBUTION).read_text("direct_url.json")
    except importlib.metadata.PackageNotFoundError:
        noted = None
    return json.loads(noted)["url"] if noted else DISTRIBUTION
