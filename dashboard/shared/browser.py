"""The scripts and style sheets that `npm run build` makes of browser/, and the forms in which data cross to them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from vae_engine.base.places import place

BUILT = "dashboard/browser/built"
EXPLORE = ("explore/explorer", "explore/network/network")
"""The style sheets of the explorer."""


def script(host: str) -> str:
    """The script of a host, as `streamlit/explore`."""
    return place(f"{BUILT}/{host}.js").read_text(encoding="utf-8")


def styles(*views: str) -> str:
    """The style sheets of views, as `explore/explorer`, one after the other."""
    return "\n".join(place(f"{BUILT}/{view}.css").read_text(encoding="utf-8") for view in views)


def told(data: Mapping[str, Any]) -> dict[str, str]:
    """Data for a component, as one text: to see whether a list among them is a table, Streamlit would import pandas."""
    return {"json": json.dumps(data)}


def pack(bundles: Sequence[bytes]) -> bytes:
    """One byte string, because Streamlit carries bytes only on their own: header length, JSON header, bundles."""
    return _pack(tuple(bundles))


@lru_cache(maxsize=4)
def _pack(bundles: tuple[bytes, ...]) -> bytes:
    header = {
        "id": hashlib.sha256(b"".join(hashlib.sha256(one).digest() for one in bundles)).hexdigest(),
        "lengths": [len(one) for one in bundles],
    }
    text = json.dumps(header).encode()
    text += b" " * (-(4 + len(text)) % 8)
    return b"".join([len(text).to_bytes(4, "little"), text, *bundles])


def identity(packed: bytes) -> str:
    """What `pack` calls the bundles in it."""
    return str(json.loads(packed[4 : 4 + int.from_bytes(packed[:4], "little")])["id"])
