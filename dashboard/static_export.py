"""One HTML file with the Explore page, one or two models and the test images: no server, no network.

Weights are fp16 and images already deflated, so the file is kept small in two ways. Before gzip the high and the
low bytes of each bundle are laid apart (signs and exponents repeat, low mantissa bits do not), which saves a fifth.
And bytes become text by base 85 rather than base 64: a quarter more instead of a third.
"""

from __future__ import annotations

import base64
import gzip
import html
import json
from collections.abc import Sequence
from pathlib import Path

from dashboard import browser_script
from vae_engine import datasets, export, registry
from vae_engine.errors import EngineError
from vae_engine.files import write_atomically

_ALPHABET = bytes(code for code in range(33, 127) if chr(code) not in "\"&'<>\\`")[:85]
"""Printable characters that mean nothing in HTML; static_payload.js counts on the same order."""
_FROM_B85 = bytes.maketrans(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~", _ALPHABET)


def write_html(names: Sequence[str], path: Path) -> int:
    """Write the page for one or two models, given by name or folder, atomically; its size in bytes.

    Raises EngineError when a model cannot be found, has other than two latent dimensions, or there are too many.
    """
    content = page(names)
    write_atomically(Path(path), content)
    return len(content)


def page(names: Sequence[str]) -> bytes:
    """The whole file for one or two models, given by name or folder. Raises as `write_html` does."""
    if not 1 <= len(names) <= 2:
        raise EngineError(f"The page shows one or two models, not {len(names)}.")
    stored = [registry.find(name) for name in names]
    payloads = {f"bundle-{i}": _planes(export.bundle(model, with_images=False)) for i, model in enumerate(stored)}
    if len({model.train.data for model in stored}) > 1:
        raise EngineError("The models were trained on different data; the page shows one set of images.")
    payloads["images"] = datasets.load(stored[0].train.data, "test").images.tobytes()
    title = "Latent explorer: " + " and ".join(model.name for model in stored)
    blocks = "\n".join(_block(name, content) for name, content in payloads.items())
    script = browser_script.script("static_host.js")
    return _PAGE.format(title=html.escape(title), styles=browser_script.styles(), blocks=blocks, script=script).encode()


def _planes(content: bytes) -> bytes:
    """All even bytes, then all odd ones."""
    return content[0::2] + content[1::2]


def _block(name: str, content: bytes) -> str:
    packed = gzip.compress(content, 9, mtime=0)
    described = json.dumps({"bytes": len(packed)})
    text = base64.b85encode(packed, pad=True).translate(_FROM_B85).decode("ascii")
    return f'<script type="text/plain" id="{name}" data-about=\'{described}\'>{text}</script>'


_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline' 'wasm-unsafe-eval' blob:; \
worker-src blob:; style-src 'unsafe-inline'; img-src blob: data:">
<title>{title}</title>
<style>
html, body {{ margin: 0; height: 100%; }}
{styles}
</style>
</head>
<body>
<div id="explorer" class="lx-static"><p class="lx-loading">Opening the models …</p></div>
{blocks}
<script>
{script}
latentExplorer.openStaticPage(document);
</script>
</body>
</html>
"""
