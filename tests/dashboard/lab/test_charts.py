"""What is drawn of an experiment: names that do not overlap, honest bars, axes that hold, colours that are seen."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.lab_results import MOMENTS, chart, line

from dashboard.lab import charts as lab_charts
from dashboard.lab import places as lab_places
from dashboard.lab import style as lab_style
from dashboard.lab.charts import apart
from vae_engine import experiments
from vae_engine.experiments import result as experiment_result
from vae_engine.experiments.result import Moment

BUNDLED = sorted(path.parent.name for path in experiments.BUNDLED.glob(f"*/{experiment_result.RESULT}"))


def numbers(value: Any) -> Iterator[float]:
    """Every number in plain values."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        for one in value:
            yield from numbers(one)
    elif isinstance(value, (int, float)):
        yield float(value)


def drawn(figure: go.Figure) -> dict[str, Any]:
    """A figure as the browser gets it; arrays as lists."""
    for trace in figure.data:
        for axis in ("x", "y"):
            if trace[axis] is not None:
                trace[axis] = list(trace[axis])
    return json.loads(figure.to_json())


def test_every_experiment_has_a_bundled_result() -> None:
    assert sorted(BUNDLED) == sorted(one.name for one in experiments.EXPERIMENTS)


@pytest.mark.parametrize("name", BUNDLED)
def test_everything_a_bundled_result_holds_can_be_drawn(name: str) -> None:
    found = experiment_result.read(experiments.BUNDLED / name).findings
    for one in found.charts:
        figure = drawn(lab_charts.figure(one))
        assert all(map(math.isfinite, numbers(figure)))
        assert len({trace["name"] for trace in figure["data"]}) == len(one.curves)
        for curve in one.curves:
            assert not one.x_log or min(curve.x) > 0, (one.name, curve.name)
            assert not one.y_log or min(curve.y) > 0, (one.name, curve.name)
    for at in range(0, len(found.moments), 5):
        if found.moments[at].points:
            assert all(map(math.isfinite, numbers(drawn(lab_places.figure(found.moments, at)))))


@pytest.mark.parametrize("name", BUNDLED)
def test_a_bundled_result_is_a_full_one_and_says_what_made_it(name: str) -> None:
    result = experiment_result.read(experiments.BUNDLED / name)
    one = experiments.named(name)
    assert (result.name, result.title, result.question) == (name, one.title, one.question)
    assert (result.scale, result.command) == ("full", f"python -m vae_engine experiment {name} --seed {result.seed}")
    assert len(result.commit) == 40
    assert int(result.commit, 16)
    assert result.seconds > 0
    curves = (experiments.BUNDLED / name / experiment_result.CURVES).read_text(encoding="utf-8")
    assert curves == experiment_result.curves_csv(result.findings.charts)


@given(st.lists(st.tuples(st.floats(-50, 450), st.sampled_from([23.0, 42.0])), min_size=1, max_size=7))
def test_names_of_curves_never_overlap_and_keep_their_order(labels: list[tuple[float, float]]) -> None:
    wanted, heights = zip(*labels, strict=True)
    middles = apart(wanted, heights, 316.0)
    order = sorted(range(len(labels)), key=lambda i: (middles[i], wanted[i]))
    assert [wanted[i] for i in order] == sorted(wanted)
    for below, above in itertools.pairwise(order):
        assert middles[above] - middles[below] >= (heights[above] + heights[below]) / 2 - 1e-6
    if sum(heights) <= 316:
        assert all(heights[i] / 2 - 1e-6 <= middles[i] <= 316 - heights[i] / 2 + 1e-6 for i in order)


def test_names_that_have_room_stand_where_their_curves_end() -> None:
    assert apart([250.0, 50.0, 150.0], [20.0, 20.0, 40.0], 300.0) == [250.0, 50.0, 150.0]
    figure = lab_charts.figure(chart(line("left end is its last", 1.0, 9.0, x=(2.0, 1.0)), line("other", 5.0, 5.0)))
    first, other = (note.y for note in figure.layout.annotations)
    assert first < other


def test_a_band_has_the_colour_of_its_curve_and_stays_on_a_logarithmic_axis() -> None:
    figure = lab_charts.figure(chart(line("plain", 1.0, 1.5), line("wide", 1.0, 4.0, spread=1.5), y_log=True))
    band, _, curve = figure.data
    colour = curve.line.color
    assert band.fillcolor.startswith(f"rgba({','.join(str(int(colour[i : i + 2], 16)) for i in (1, 3, 5))},")
    low = figure.layout.yaxis.range[0]
    assert min(band.y) == pytest.approx(10**low)
    assert min(curve.y) > 10**low


def test_a_level_to_compare_with_is_dashed_and_a_lone_point_is_marked() -> None:
    level, course, point = lab_charts.figure(chart(line("l", 2.0, 2.0), line("c", 1.0, 2.0), line("p", 3.0))).data
    assert (level.line.dash, course.line.dash) == ("dash", "solid")
    assert point.mode == "markers"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1.0, 10.0, 100.0], ["1", "10", "100"]),
        ([0.0001, 0.03, 0.1], ["0.0001", "0.03", "0.1"]),
        ([float(i) for i in range(1, 26)], ["1", "2", "5", "10", "20"]),
        ([float(i) for i in range(1, 101)], ["1", "3", "10", "30", "100"]),
        ([256.0, 768.0, 1792.0, 4480.0, 10752.0, 26112.0, 153600.0], ["256", "768", "1,792", "4,480", "26,112", "153,600"]),
        ([1.0, 1e7], ["1", "100", "10,000", "10⁶"]),
    ],
)
def test_logarithmic_axes_are_written_out(values: list[float], expected: list[str]) -> None:
    curve = line("one", *[1.0 + i for i in range(len(values))], x=tuple(values))
    assert list(lab_charts.figure(chart(curve, x_log=True)).layout.xaxis.ticktext) == expected


def test_bars_start_at_zero_unless_all_are_alike_then_they_are_dots() -> None:
    bars = lab_charts.figure(chart(line("b", 1.0, 3.0, x=(0.0, 1.0)), kind="bars", ticks=("one", "two")))
    assert isinstance(bars.data[0], go.Bar)
    assert bars.layout.yaxis.range is None
    dots = lab_charts.figure(chart(line("b", -137.0, -136.2, x=(0.0, 1.0), spread=0.3), kind="bars", ticks=("one", "two")))
    marks, written = dots.data
    assert isinstance(marks, go.Scatter)
    assert list(marks.error_y.arrayminus) == pytest.approx([0.3, 0.3])
    assert list(written.text) == ["−137.0", "−136.2"]


@pytest.mark.parametrize("values", [((3.0, 1.0), (2.0, -1.0)), ((-137.0, -136.0), (-136.5, -137.5))])
def test_bars_and_dots_of_several_curves_stand_side_by_side_with_their_numbers_beyond_the_whiskers(
    values: tuple[tuple[float, float], ...],
) -> None:
    curves = [line(f"c{i}", *y, x=(0.0, 1.0), spread=0.25) for i, y in enumerate(values)]
    figure = lab_charts.figure(chart(*curves, kind="bars", ticks=("one", "two")))
    first, first_numbers, second, second_numbers = figure.data
    assert [b - a for a, b in zip(first.x, second.x, strict=True)] == pytest.approx([0.4, 0.4])
    for marks, numbers, curve in ((first, first_numbers, curves[0]), (second, second_numbers, curves[1])):
        assert list(numbers.x) == list(marks.x)
        if isinstance(marks, go.Bar):
            assert marks.width == pytest.approx(0.4)
            ends = [high if y > 0 else low for y, low, high in zip(curve.y, curve.low, curve.high, strict=True)]
            assert list(numbers.y) == ends


def test_bars_with_long_names_lie_so_that_the_names_can_be_read() -> None:
    names = tuple(f"Gaussian, learned σ, floor {i}" for i in range(4))
    figure = lab_charts.figure(chart(line("b", 1.0, 2.0, 3.0, 4.0, x=(0.0, 1.0, 2.0, 3.0)), kind="bars", ticks=names))
    assert figure.data[0].orientation == "h"
    assert list(figure.layout.yaxis.ticktext) == list(names)
    assert (figure.layout.xaxis.title.text, figure.layout.yaxis.title.text) == ("nats", "samples")


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2) of #rrggbb."""
    encoded = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in encoded]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_every_curve_is_seen_on_a_dark_ground() -> None:
    ground = luminance("#191817")
    for place in range(10):
        assert (luminance(lab_style.colour(place, True)) + 0.05) / (ground + 0.05) >= 3


@pytest.mark.parametrize("dark", [False, True])
def test_everything_written_is_large_and_stands_out(dark: bool) -> None:
    figure = lab_charts.figure(chart(line("one", 1.0, 2.0)), dark)
    ground = luminance("#191817" if dark else "#ffffff")
    fonts = [figure.layout.xaxis.tickfont, figure.layout.yaxis.title.font, figure.layout.annotations[0].font, figure.layout.font]
    for font in fonts:
        assert font.size >= 15
        light, deep = sorted([luminance(font.color), ground], reverse=True)
        assert (light + 0.05) / (deep + 0.05) >= 7


def test_pictures_of_charts_are_saved_as_drawn_under_their_name() -> None:
    for form in ("png", "svg"):
        options = lab_style.settings("collapse-kl", form)["toImageButtonOptions"]
        assert (options["format"], options["filename"], options["width"]) == (form, "collapse-kl", None)


def test_moments_of_the_same_images_share_a_window_of_equal_scales_and_show_where_they_came_from() -> None:
    start, wake = (lab_places.figure(MOMENTS, at) for at in (0, 1))
    assert start.layout.xaxis.range == wake.layout.xaxis.range
    assert start.layout.yaxis.range == wake.layout.yaxis.range
    assert start.layout.yaxis.scaleanchor == "x"
    assert [trace.name for trace in start.data] == ["3", "7"]
    before, *classes = wake.data
    assert list(before.x) == [0.0, 0.2]
    assert [trace.name for trace in classes] == ["3", "7"]


def test_arrows_start_at_the_origin_in_a_window_of_their_own_and_name_their_axes() -> None:
    far = replace(MOMENTS[2], points=((4000.0, -9000.0),))
    figure = lab_places.figure((*MOMENTS, far), 2)
    (arrows,) = figure.data
    assert list(arrows.x) == [0.0, 1.0, None]
    assert list(arrows.y) == [0.0, 3.0, None]
    for axis, tip in ((figure.layout.xaxis, 1.0), (figure.layout.yaxis, 3.0)):
        assert axis.range[0] <= 0.0 < tip <= axis.range[1] < 10
    assert (figure.layout.xaxis.title.text, figure.layout.yaxis.title.text) == ("by μ₁", "by μ₂")


@pytest.mark.parametrize("points", [((0.5, 0.5),), ((0.0, 0.0), (0.0, 1.0)), ((0.0, 0.0), (9.0, 0.0))])
def test_points_on_a_line_or_on_one_spot_still_have_a_window(points: tuple[tuple[float, float], ...]) -> None:
    figure = lab_places.figure([Moment("m", points=points, classes=(1,) * len(points))], 0)
    (left, right), (bottom, top) = figure.layout.xaxis.range, figure.layout.yaxis.range
    assert 0.5 < (right - left) / (top - bottom) < 2
    assert all(left < x < right and bottom < y < top for x, y in points)
