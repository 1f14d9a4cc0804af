"""The scripts and style sheets that `npm run build` makes of browser/, and the form in which data cross to them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from vae_engine.base.places import place

BUILT = "dashboard/browser/built"
EXPLORE = (
    "explore/explorer", "explore/legend", "explore/columns/columns", "explore/network/network", "explore/plane/note",
    "explore/posterior/posterior", "explore/presented/presented",
)  # fmt: skip
"""The style sheets of the explorer."""
LECTURE = (*EXPLORE, "learn/lesson", "lecture/lecture")
"""Those of a lecture, whose scenes are explorers and live views of Learn."""
LEARN = ("explore/explorer", "learn/lesson", "book/book", "words/terms", "learn/course")
"""Those of the steps of Learn as a page of its own."""
LAB = ("explore/explorer", "book/book", "lab/lab")
"""Those of what experiments found."""
WORKSHEET = ("explore/explorer", "book/book", "words/terms", "worksheet/sheet")
"""Those of the sheet of tasks."""
FILM = ("explore/explorer", "explore/legend", "film/film")
"""Those of a film."""
TRAIN = (*EXPLORE, "film/film", "train/page/train")
"""Those of a training in the browser, whose model is explored on the same page."""
TOY = ("explore/explorer", "train/page/train", "train/toy/page/toy")
"""Those of a training on points of the plane."""


def script(host: str) -> str:
    """The script of a host, as `streamlit/explore`."""
    return place(f"{BUILT}/{host}.js").read_text(encoding="utf-8")


def loaded(host: str) -> str:
    """A few lines that bring in the script of a host from its own address, once (browser/hosts/streamlit/loader.js)."""
    return f'{script("streamlit/loader")}export default latentExplorerLoader.load("{script_address(host)}");\n'


@lru_cache(maxsize=16)
def script_address(host: str) -> str:
    """Where the script of a host is, beside the address of the page; another for each content."""
    return f"view/{host}/{digest(script(host).encode())}"


def digest(content: bytes) -> str:
    """What a content is called in its address: 128 bits of its SHA-256."""
    return hashlib.sha256(content).hexdigest()[:32]


def styles(*views: str) -> str:
    """The style sheets of views, as `explore/explorer`, one after the other."""
    return "\n".join(place(f"{BUILT}/{view}.css").read_text(encoding="utf-8") for view in views)


def told(data: Mapping[str, Any]) -> dict[str, str]:
    """Data for a component, as one text: to see whether a list among them is a table, Streamlit would import pandas."""
    return {"json": json.dumps(data)}
