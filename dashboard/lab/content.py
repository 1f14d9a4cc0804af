"""What experiments found, as the site's Lab is told it: texts as HTML, figures as Plotly takes them (browser/lab/lab.js)."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from dashboard.lab import charts as lab_charts
from dashboard.lab import places as lab_places
from dashboard.lab import wording
from dashboard.lab.style import ground, recoloured, settings
from dashboard.shared import wording as shared
from vae_engine.experiments.result import Chart, Findings, Moment, Picture, Result

Lines = Sequence[Sequence[Any]]


def words() -> Mapping[str, Any]:
    """What is said around every experiment."""
    return {
        "experiments": wording.EXPERIMENTS,
        "unknown": wording.UNKNOWN_EXPERIMENT,
        "parts": wording.PARTS,
        "again": wording.AGAIN,
        "resultFile": wording.RESULT_FILE,
        "curvesFile": wording.CURVES_FILE,
        "moment": wording.MOMENT,
        "dark": recoloured(),
        "leafing": {**shared.LEAFING, "pages": wording.MOMENT},
    }


def told(result: Result) -> dict[str, Any]:
    """Everything that the page shows of one experiment."""
    found = result.findings
    live = wording.LIVE.get(result.name)
    return {
        "name": result.name,
        "question": _text(result.question),
        **_said(found),
        "live": live and {"label": shared.in_new_tab(live[1]), "link": f"./learn/?step={live[0]}"},
        "charts": [_chart(result.name, chart) for chart in found.charts],
        "pictures": list(map(_picture, found.pictures)),
        "moments": [_moment(found.moments, at) for at in range(len(found.moments))],
        "tables": [{"title": _text(one.title), **_table(one.columns, one.rows)} for one in found.tables],
        "protocol": _table(("", ""), wording.provenance(result)),
        "command": result.command,
    }


def _said(found: Findings) -> dict[str, Any]:
    first, *further = found.says
    headline, rest = wording.headline(first)
    return {
        "headline": _text(headline),
        "rest": _text(rest),
        "errors": _text(wording.errors(found)),
        "further": list(map(_text, further)),
    }


def _text(text: str) -> str:
    return wording.symbols(html.escape(wording.signed(text), quote=False))


def _table(columns: Sequence[str], rows: Lines) -> dict[str, Any]:
    heads, numeric, shown = wording.cells(columns, rows)
    return {"heads": list(map(_text, heads)), "numeric": numeric, "rows": [list(map(_text, row)) for row in shown]}


def _chart(experiment: str, chart: Chart) -> dict[str, Any]:
    name = f"{experiment}-{chart.name}"
    shown = {"figure": _drawn(lab_charts.figure(chart)), "alt": wording.alt(chart), "settings": settings(name, "png")}
    return {"name": chart.name, "note": _text(chart.note), **shown}


def _moment(moments: Sequence[Moment], at: int) -> dict[str, Any]:
    moment = moments[at]
    seen, folded = moment.numbers[: wording.SEEN], moment.numbers[wording.SEEN :]
    told = {
        "label": moment.label,
        "text": f"<strong>{_text(wording.stands(at, len(moments), moment.label))}</strong> {_text(moment.text)}",
        "numbers": _table(*wording.in_columns(seen)) if seen else None,
        "folded": {"label": wording.more(len(folded)), **_table(*wording.in_columns(folded))} if folded else None,
        "pictures": list(map(_picture, moment.pictures)),
        "places": None,
    }
    if moment.points:
        is_later = at > lab_places.together(moments, at)[0]
        told["places"] = {
            "figure": _drawn(lab_places.figure(moments, at)),
            "alt": wording.places_alt(moment),
            "settings": settings(f"moment-{at + 1}", "png"),
            "note": wording.BEFORE if is_later else "",
        }
    return told


def _picture(picture: Picture) -> dict[str, Any]:
    return {"caption": picture.caption, "columns": picture.columns, "png": picture.png}


def _drawn(figure: go.Figure) -> dict[str, Any]:
    """A figure on a light ground as Plotly's script takes it; on a dark one `style.recoloured` says which colours are others."""
    plain = json.loads(figure.to_json(validate=False))
    plain["layout"].pop("template", None)
    for name, value in ground().items():
        plain["layout"][name] = {**plain["layout"].get(name, {}), **value} if isinstance(value, dict) else value
    return plain
