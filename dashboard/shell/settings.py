"""The dashboard's settings of Streamlit, as the variables of an environment: so none depends on the folder one starts in."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from vae_engine.base.places import place

FILE = ".streamlit/config.toml"
_HUMPS = re.compile("(?<=[a-z0-9])(?=[A-Z])|(?<=.)(?=[A-Z][a-z])")


def environment() -> dict[str, str]:
    """Every setting in FILE under the name by which Streamlit asks the environment."""
    return dict(_variables("streamlit", tomllib.loads(place(FILE).read_text(encoding="utf-8"))))


def unknown(names: Iterable[str]) -> str:
    """What to say where Streamlit knows only these variables and not all of ours; nothing where it knows them."""
    strange = sorted(environment().keys() - set(names))
    return f"This Streamlit has no {', '.join(strange)}: pages work, but may look otherwise or answer later." if strange else ""


def _variables(above: str, options: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in options.items():
        path = f"{above}_{_HUMPS.sub('_', name)}"
        if isinstance(value, Mapping):
            yield from _variables(path, value)
        else:
            yield path.upper(), value if isinstance(value, str) else json.dumps(value)
