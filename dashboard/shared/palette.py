"""The dashboard's ten colours, from the file that the browser's scripts have them from."""

from __future__ import annotations

import json

from vae_engine.base.places import place

_PALETTE = json.loads(place("dashboard/browser/base/colours.json").read_text(encoding="utf-8"))
COLOURS: tuple[str, ...] = tuple(_PALETTE["colours"])
"""Of the runs in a chart, in turn."""
CLASS_COLOURS = tuple(COLOURS[i] for i in _PALETTE["classes"])
"""By label; digits that are taken for one another have colours far apart."""
