"""Where the browser finds the parts of models: addresses named after their content, so that each is fetched once. No Streamlit.

A model comes as its bundle without encoder and images, which the maps need, its encoder, and the images of its data set:
the reader of the one-file page (browser/base/parts.js) puts them together.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from dashboard.shared.browser import digest
from vae_engine.exchange import bundle as export
from vae_engine.exchange.imports import probe
from vae_engine.stored.checkpoints import Stored

BUNDLE, ENCODER, IMAGES, PROBE = "bundle", "encoder", "images", "probe"
DECODER = "decoder"
"""A part of its own on a site alone."""
PARTS = (BUNDLE, ENCODER, IMAGES, PROBE)


_OTHERS: dict[str, Callable[[Stored], bytes]] = {IMAGES: lambda model: export.images_of(model.train.data), PROBE: probe.probe}


@dataclass(frozen=True)
class Library:
    """Models shown side by side, and the images that their maps show."""

    models: tuple[tuple[str, ...], ...]
    """For each the addresses of its bundle and its encoder, beside the address of the page."""
    images: str
    probes: tuple[str, ...] = ()
    """For each what a browser is asked before it shows it; an empty one where nothing is, none where that is of none."""

    @property
    def id(self) -> str:
        """Another for other models."""
        return digest(repr((self.models, self.images)).encode())

    def told(self) -> dict[str, Any]:
        """What a component is told of them; browser/hosts/served/library.js reads it."""
        return {"id": self.id, "models": self.models, "images": self.images, "probes": self.probes}


def address(name: str, part: str, content: bytes) -> str:
    """Where a part of a model with this content is."""
    return f"model/{quote(name, safe='')}/{part}/{digest(content)}"


def contents_of(model: Stored, wanted: Sequence[str]) -> list[bytes]:
    """The contents of parts. Raises EngineError for a model that a map cannot show."""
    found = dict(zip((BUNDLE, ENCODER), export.parted(model), strict=True)) if {BUNDLE, ENCODER} & {*wanted} else {}
    found |= {part: _OTHERS[part](model) for part in wanted if part in _OTHERS}
    return [found[part] for part in wanted]


def planes(content: bytes) -> bytes:
    """All even bytes, then all odd ones: half-precision numbers are packed smaller so."""
    return content[0::2] + content[1::2]


def packed(part: str, content: bytes) -> bytes:
    """A part as it travels: gzip over parted planes; images are packed as they are. Higher levels gain one in a hundred."""
    return content if part == IMAGES else gzip.compress(planes(content), 1, mtime=0)


def tightly(content: bytes) -> bytes:
    """As gzip, in whichever way is shorter: what is not text, and parted, by how often each byte is and runs of it alone.

    That takes a twentieth of the time of the highest level, too.
    """
    return min((_as_gzip(content, way) for way in (zlib.Z_DEFAULT_STRATEGY, zlib.Z_RLE)), key=len)


def _as_gzip(content: bytes, way: int) -> bytes:
    packer = zlib.compressobj(6, zlib.DEFLATED, 16 + zlib.MAX_WBITS, 9, way)
    return packer.compress(content) + packer.flush()
