"""What the site's Lab is told: figures that are the dashboard's own, on either ground, and texts that bring no markup."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import plotly.graph_objects as go
import pytest
from support.explorer_page import in_short
from support.lab_results import MOMENTS, chart, line, scratch

from dashboard.lab import charts as lab_charts
from dashboard.lab import content, style
from dashboard.lab import places as lab_places
from vae_engine import experiments
from vae_engine.experiments import result as experiment_result
from vae_engine.experiments.result import Findings, Result, Table

FOUND = Findings(
    says=("It is < 3 & N_z - 4 ± 1.", "More."),
    protocol=(("data", "<b>"),),
    seeds=(0,),
    samples_seen=10,
    charts=(chart(line("a", 1, 2)),),
    tables=(Table("A <table>", ("name", "ELBO", "±"), (("x", -1.5, 0.25), ("y", None, None))),),
    moments=MOMENTS,
)
RESULT = Result("wake-sleep", "Wake", "Why?", "full", 0, "command", "abc", 1.0, FOUND)


def recoloured(figure: go.Figure) -> Any:
    """A figure on a light ground as browser/lab/figure.js colours it on a dark one."""
    dark = style.recoloured()
    pattern = "|".join(rf"(?<![\d,]){re.escape(one)}(?!\d)" for one in dark)
    return json.loads(re.sub(pattern, lambda found: dark[found[0]], figure.to_json(validate=False)))


@pytest.mark.parametrize("name", in_short("", *(one.name for one in experiments.EXPERIMENTS)))
def test_a_figure_recoloured_is_the_one_drawn_for_a_dark_ground(name: str) -> None:
    found = experiment_result.read(experiments.BUNDLED / name).findings if name else scratch("any").findings
    pairs = [(lab_charts.figure(one), lab_charts.figure(one, dark=True)) for one in found.charts]
    pairs += [
        (lab_places.figure(found.moments, at), lab_places.figure(found.moments, at, dark=True))
        for at, moment in enumerate(found.moments)
        if moment.points
    ]
    for light, dark in pairs:
        assert recoloured(light) == json.loads(dark.to_json(validate=False))


def test_a_figure_is_the_labs_own_but_for_its_ground() -> None:
    (told,) = content.told(RESULT)["charts"]
    own = json.loads(lab_charts.figure(FOUND.charts[0]).to_json(validate=False))
    assert told["figure"]["data"] == own["data"]
    assert {key: own["layout"][key] for key in ("title", "height", "annotations")}.items() <= told["figure"]["layout"].items()
    assert told["figure"]["layout"]["xaxis"].items() >= own["layout"]["xaxis"].items()
    assert "template" not in told["figure"]["layout"]


def test_texts_bring_no_markup_of_their_own() -> None:
    told = content.told(RESULT)
    assert told["headline"] == "It is &lt; 3 &amp; N<sub>z</sub> - 4\N{NO-BREAK SPACE}±\N{NO-BREAK SPACE}1."
    assert told["tables"][0]["title"] == "A &lt;table&gt;"
    assert told["tables"][0]["rows"] == [["x", "−1.50\N{NO-BREAK SPACE}±\N{NO-BREAK SPACE}0.25"], ["y", "–"]]
    assert told["tables"][0]["numeric"] == [False, True]
    assert ["data", "&lt;b&gt;"] in told["protocol"]["rows"]


def test_a_moment_says_where_it_stands_and_what_grey_points_are() -> None:
    told = content.told(RESULT)["moments"]
    assert len(told) == len(MOMENTS)
    assert told[0]["text"].startswith(f"<strong>1 of {len(MOMENTS)}: {MOMENTS[0].label}.</strong>")
    many = replace(MOMENTS[0], numbers=tuple((f"n{i}", float(i)) for i in range(14)))
    folded = content.told(replace(RESULT, findings=replace(FOUND, moments=(many,))))["moments"][0]["folded"]
    assert folded["label"] == "4 more numbers"
