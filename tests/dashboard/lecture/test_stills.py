"""The stills that a file from disk carries of what it cannot show alive."""

from __future__ import annotations

import json

import numpy as np
import pytest

from dashboard.explore import one_file
from dashboard.lecture.claims import found
from dashboard.lecture.lecture import bundled
from dashboard.lecture.stills import stills
from dashboard.stock import catalogue
from dashboard.stock.material import codes_of

SCENES = json.loads(bundled())["scenes"]


def test_every_scene_that_needs_the_lab_or_the_ladder_has_a_still_with_the_numbers_of_its_source() -> None:
    ladder = catalogue.material().ladder
    drawn = stills(SCENES, ladder)
    assert list(drawn) == [one["link"] for one in SCENES if "./lab" in one["link"] or "beta" in one["link"]]
    assert len(drawn) == 7
    assert all(one["caption"].startswith("A still of") for one in drawn.values())
    for one in (one for one in drawn.values() if "chart" in one):
        assert f"{one['chart']['y']}, against {one['chart']['x']}." in one["caption"], "it says what is seen"
    glide, ends = (one["planes"] for one in drawn.values() if "planes" in one)
    assert [plane["title"] for plane in glide] == [f"β = {one.train.beta:g}" for one in ladder]
    assert [plane["title"] for plane in ends] == ["β = 1", f"β = {ladder[-1].train.beta:g}"]
    codes = codes_of(ladder[-1])[: len(glide[-1]["points"]) // 2]
    shown = np.reshape(glide[-1]["points"], (-1, 2)) / 255 * 2 - 1
    reach = np.abs(codes).max()
    assert np.abs(shown * reach - codes).max() <= reach / 255 + 1e-9


@pytest.mark.long
@pytest.mark.parametrize(("kind", "most"), [("", 8_000_000), ("-small", 4_200_000)])
def test_exported_files_are_within_their_sizes(kind: str, most: int) -> None:
    assert len(one_file.page([f"vae-mnist{kind}", f"ae-mnist{kind}"])) <= most


def test_a_still_of_the_lab_shows_the_chart_that_its_link_names_or_that_the_page_shows_first() -> None:
    charts = found("collapse").findings.charts
    for asked, chart in (("&chart=helps", charts[2]), ("", charts[0]), ("&chart=none", charts[0])):
        (still,) = stills([{"link": f"./lab?experiment=collapse{asked}"}], ()).values()
        assert f"({chart.title})" in still["caption"]
        assert [one["y"] for one in still["chart"]["curves"]] == [one.y for one in chart.curves]


def test_a_curve_of_a_still_ends_at_the_right_where_its_name_stands() -> None:
    (still,) = stills([{"link": "./lab?experiment=likelihoods"}], ()).values()
    kept = found("likelihoods").findings.charts[0].curves
    assert any(list(one.x) != sorted(one.x) for one in kept), "so there is something to put in order"
    for drawn, one in zip(still["chart"]["curves"], kept, strict=True):
        points = sorted(zip(one.x, one.y, one.low, one.high, strict=True))
        assert list(zip(*(drawn[name] for name in ("x", "y", "low", "high")), strict=True)) == points


def test_what_has_no_figure_or_no_ladder_has_no_still() -> None:
    own, steps = (f"./lab?experiment=collapse&{more}" for more in ("run=a", "part=steps"))
    lab = ("./lab?experiment=autoencoders", "./lab?experiment=none", "./lab", own, steps)
    links = (*lab, "./learn?step=elbo", "./learn?step=beta", "./#mode=walk")
    assert stills([{"link": link} for link in links], ()) == {}
