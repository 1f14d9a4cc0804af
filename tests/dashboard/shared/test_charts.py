"""The curves of runs: every logged number where it belongs, an autoencoder without a kl, few points however long the run."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from dashboard.shared import charts as run_charts
from dashboard.train import live_chart
from vae_engine.runs.log import LogEvent


def step(at: int, nll: float, kl: float) -> LogEvent:
    return {"type": "step", "step": at, "epoch": at / 10, "seconds": at / 5, "nll": nll, "kl": kl, "loss": nll + kl}


def epoch(at: int, **terms: float) -> LogEvent:
    return {"type": "epoch", "step": at, "epoch": at // 10, "seconds": at / 5, "terms": terms}


VAE = [step(1, 200.0, 0.5), {"type": "snapshot", "step": 1}, step(10, 150.0, 4.0), epoch(10, nll=152.0, kl=4.5, elbo=-156.5)]
AE = [step(1, 210.0, 0.0), step(10, 140.0, 0.0), epoch(10, nll=141.0)]


def lines(figure: Any) -> dict[tuple[str, str], tuple[list[float], list[float]]]:
    return {(trace.name, trace.yaxis): (list(trace.x), list(trace.y)) for trace in figure.data}


def test_a_vae_has_elbo_nll_and_kl_apart_on_training_batches_and_held_out_images() -> None:
    shown = lines(run_charts.losses([("one", VAE)]))
    assert shown == {
        (run_charts.TRAINING, "y"): ([1, 10], [-200.5, -154.0]),
        (run_charts.HELD_OUT, "y"): ([10], [-156.5]),
        (run_charts.TRAINING, "y2"): ([1, 10], [200.0, 150.0]),
        (run_charts.HELD_OUT, "y2"): ([10], [152.0]),
        (run_charts.TRAINING, "y3"): ([1, 10], [0.5, 4.0]),
        (run_charts.HELD_OUT, "y3"): ([10], [4.5]),
    }


def test_exact_learning_has_log_px_and_no_elbo_on_batches_until_the_encoder_is_fitted() -> None:
    exact = {**step(1, 118.0, 8.0), "halving": 0.4}, {**step(20, 121.0, 8.5), "halving": None}
    terms = {"log_px_points": -127.0, "nll": 132.0, "kl": 7.0, "elbo": -139.0}
    shown = lines(run_charts.losses([("one", [exact[0], epoch(10, **terms), exact[1]])]))
    assert shown[run_charts.TRAINING, "y"] == ([1], [-126.0])
    assert shown[run_charts.HELD_OUT, "y"] == ([10], [-127.0])
    assert shown[run_charts.TRAINING, "y2"] == ([20], [-129.5])
    assert shown[run_charts.HELD_OUT, "y2"] == ([10], [-139.0])
    beside = lines(run_charts.losses([("exact", exact), ("vae", VAE)]))
    assert (f"vae: {run_charts.TRAINING}", "y2") in beside
    assert (f"vae: {run_charts.TRAINING}", "y") not in beside


def test_an_autoencoder_has_neither_elbo_nor_kl_alone_or_beside_a_vae() -> None:
    assert {axis for _, axis in lines(run_charts.losses([("ae", AE)]))} == {"y"}
    both = lines(run_charts.losses([("vae", VAE), ("ae", AE)]))
    for axis in ("y", "y3"):
        assert [name for name, on in both if on == axis] == [f"vae: {run_charts.TRAINING}", f"vae: {run_charts.HELD_OUT}"]
    assert (f"ae: {run_charts.HELD_OUT}", "y2") in both


@pytest.mark.parametrize(("along", "expected"), [("step", [1, 10]), ("epoch", [0.1, 1.0]), ("seconds", [0.2, 2.0])])
def test_runs_can_be_compared_by_steps_epochs_or_seconds(along: str, expected: list[float]) -> None:
    figure = run_charts.losses([("one", VAE)], along=along)
    assert lines(figure)[run_charts.TRAINING, "y"][0] == expected
    assert figure.layout.xaxis3.title.text == run_charts.AXES[along]


def test_a_long_run_has_few_points_whose_mean_is_the_runs() -> None:
    values = np.random.default_rng(0).normal(130, 3, 5000)
    x, y, errors = run_charts.trained([step(i, value, 5.0) | {"nll_se": 3.0} for i, value in enumerate(values)], "nll")
    assert len(x) == len(y) == len(errors) <= 300
    assert np.mean(y) == pytest.approx(values.mean(), abs=0.1)
    assert x == sorted(x)
    assert errors[0] == pytest.approx(3.0 / math.sqrt(-(-5000 // 300)))


def test_every_mean_of_a_curve_says_its_standard_error_where_the_log_knows_it() -> None:
    terms = {"nll": 152.0, "nll_se": 0.7, "kl": 4.5, "elbo": -156.5, "elbo_se": 0.8}
    events = [step(1, 200.0, 0.5) | {"nll_se": 4.5}, step(10, 150.0, 4.0), epoch(10, **terms)]
    shown = {(one.name, one.yaxis): one for one in run_charts.losses([("one", events)]).data}
    assert shown[run_charts.HELD_OUT, "y"].customdata == ("−156.50 ± 0.80",)
    assert shown[run_charts.TRAINING, "y2"].customdata == ("200.00 ± 4.50", "150.00")
    assert shown[run_charts.HELD_OUT, "y2"].customdata == ("152.00 ± 0.70",)
    assert list(shown[run_charts.HELD_OUT, "y2"].error_y.array) == [0.7]
    elbo = live_chart.table(events, "elbo").to_pydict()
    assert (elbo["value"], elbo["told"][-1]) == ([-200.5, -154.0, -156.5], "−156.50 ± 0.80")
    live = live_chart.table(events, "nll").to_pydict()
    assert (live["told"][-1], live["low"][-1], live["high"][-1]) == ("152.00 ± 0.70", 151.3, 152.7)


def test_the_axes_show_the_fall_of_the_beginning_where_it_has_room() -> None:
    events = [step(1 + i, 200.0 if i < 5 else 130.0 + i % 7, 5.0) for i in range(100)]
    layout = run_charts.losses([("one", events)]).layout
    assert layout.yaxis.range is None
    assert layout.xaxis.type == layout.xaxis2.type == "log"
    shown = live_chart.table(events, "nll").to_pydict()
    assert max(shown["value"]) == 200.0
    assert shown["step"] == [1 + i for i in range(100)]
    scales = {layer["encoding"]["x"]["scale"]["type"] for layer in live_chart.drawing("nll", 200, [], None)["layer"]}
    assert scales == {"symlog"}


def test_the_instant_of_the_film_is_marked_in_the_growing_chart() -> None:
    rows = live_chart.table(VAE, "kl", shown=7).to_pylist()
    assert [(row["step"], row["value"]) for row in rows if row["of"] == live_chart.SHOWN] == [(7, None)]
    assert len(rows) == 1 + live_chart.table(VAE, "kl").num_rows
    assert live_chart.table([], "kl", shown=7).num_rows == 0, "no chart of an instant alone"


def test_of_many_held_out_numbers_so_few_are_marked_that_each_can_be_seen_the_last_among_them() -> None:
    events = [epoch(i, nll=300.0 - i) for i in range(1, 251)]
    shown = live_chart.table(events, "nll").to_pydict()
    assert len(shown["step"]) <= 60
    assert (shown["step"][-1], shown["value"][-1]) == (250, 50.0)
    assert all(value == 300.0 - at for at, value in zip(shown["step"], shown["value"], strict=True)), "as they were measured"


def test_the_end_of_a_run_is_held_out_too_unless_an_epoch_ended_there() -> None:
    def end(at: int) -> LogEvent:
        return {"type": "finished", "step": at, "seconds": 9.0, "reason": "budget", "terms": {"nll": 140.0}}

    assert run_charts.held_out([*VAE[:3], end(11)], "nll")[:2] == ([11], [140.0]), "a short run has no other"
    assert run_charts.held_out([*VAE, end(11)], "nll")[:2] == ([10, 11], [152.0, 140.0])
    assert run_charts.held_out([*VAE, end(10)], "nll")[:2] == ([10], [152.0])
    assert run_charts.held_out([*VAE, end(11)], "nll", "epoch")[:2] == ([1], [152.0])


def test_no_mark_of_the_growing_chart_has_rows_of_its_own_that_might_be_none() -> None:
    assert not [layer for layer in live_chart.drawing("nll", 200, [], None)["layer"] if "transform" in layer]
    assert live_chart.ahead().num_rows


def test_the_growing_chart_has_the_same_points_and_one_drawing_for_all_of_them() -> None:
    assert [(row["step"], row["value"], row["of"]) for row in live_chart.table(VAE, "kl").to_pylist()] == [
        (1, 0.5, run_charts.TRAINING), (10, 4.0, run_charts.TRAINING), (10, 4.5, run_charts.HELD_OUT)
    ]  # fmt: skip
    assert live_chart.table([], "nll").num_rows == 0
    assert drawn(VAE, "nll") == drawn(VAE[:3] + VAE, "nll") != drawn(VAE, "kl")


def drawn(events: list[LogEvent], term: str) -> dict[str, Any]:
    """The chart of a term without its data."""
    chart = live_chart.chart(live_chart.table(events, term), term, 200, is_first=True, is_last=False)
    return {key: value for key, value in chart.items() if key != "datasets"}


def test_the_legend_of_the_growing_chart_names_only_what_is_drawn() -> None:
    def legend(events: list[LogEvent]) -> list[str]:
        (words, *_) = (one["encoding"]["color"]["legend"] for one in drawn(events, "elbo")["layer"] if "color" in one["encoding"])
        return words["values"]

    assert legend(VAE[:3]) == [run_charts.TRAINING]
    assert legend(VAE) == [run_charts.TRAINING, run_charts.HELD_OUT]


def with_blown_up_batches() -> list[LogEvent]:
    """A run of which the encoder's variance explodes for single images, and which recovers."""
    steps = [step(1 + i, 130.0 + 400 / (1 + i), 6.0 - 5 / (1 + i)) | {"nll_se": 3.0, "kl_se": 0.5} for i in range(400)]
    steps[300] |= {"kl": 3.8e27, "nll": 6.8e13, "kl_se": math.inf, "nll_se": math.inf}
    steps[320] |= {"kl": math.nan, "kl_se": math.nan}
    steps[340] |= {"kl": 5.0, "kl_se": math.inf}
    return [*steps, epoch(400, nll=140.0, kl=6.0, elbo=-146.0, kl_se=0.1)]


def test_batches_far_beyond_the_rest_leave_the_axes_readable_and_are_said_beside_them() -> None:
    events = with_blown_up_batches()
    for term, most in (("elbo", 600), ("nll", 600), ("kl", 7)):
        shown = live_chart.table(events, term).to_pydict()
        drawn_at = [abs(one) for name in ("value", "low", "high") for one in shown[name] if one is not None]
        assert max(drawn_at) <= most, term
    on_runs = run_charts.losses([("one", events)])
    assert max(abs(y) for trace in on_runs.data for y in trace.y if y is not None) <= 600
    assert 530.0 in live_chart.table(events[:100], "nll").to_pydict()["value"], "never the beginning"
    assert live_chart.beyond_axes(events) == (
        "Beyond the axes, at whose ends triangles mark it: ELBO (2 points, the largest no number at step 321); "
        "nll (1 point, 6.80 · 10¹³ at step 301); KL (2 points, the largest no number at step 321)."
    )
    assert live_chart.beyond_axes(VAE) == "" == live_chart.beyond_axes([])


def test_where_a_number_is_beyond_the_axis_its_line_ends_and_a_mark_points_there() -> None:
    events = with_blown_up_batches()
    cut = [row for row in live_chart.table(events, "elbo").to_pylist() if row["beyond"]]
    assert [(row["step"], row["value"], row["of"], row["beyond"]) for row in cut[:1]] == [(301, None, run_charts.TRAINING, -1)]
    assert cut[0]["told"] == "−3.80 · 10²⁷, beyond the axis"
    marks = [layer["encoding"] for layer in live_chart.drawing("elbo", 136, [], None)["layer"] if "shape" in layer["encoding"]]
    assert [one["y"]["value"] for one in marks] == [{"expr": "datum.beyond > 0 ? 0 : height"}], "the ends of the axis"
    figure = run_charts.losses([("one", events)])
    batches, points = (
        next(one for one in figure.data if (one.name, one.yaxis) == (name, "y"))
        for name in (run_charts.TRAINING, run_charts.BEYOND)
    )
    assert batches.y[batches.x.index(301)] is None
    assert (points.x[0], points.text[0], points.marker.symbol[0]) == (301, cut[0]["told"], "triangle-down")
    assert points.y[0] == min(y for one in figure.data if one.yaxis == "y" for y in one.y if y is not None)


def test_the_held_out_numbers_of_a_run_that_overfits_badly_are_all_on_the_axis() -> None:
    """Ten images, learnt by heart within 300 steps of an epoch each: the batches fall to 150 nats, the held-out images rise."""
    rising = {at: 250.0 + 982.0 * min(1.0, at / 40) + 40.0 * math.sin(at) for at in range(1, 335)}
    events = [
        one for at, nll in rising.items() for one in (step(at, 150 + 400 / at, 1.0), epoch(at, nll=nll, kl=1.0, elbo=-nll - 1))
    ]
    for term, sign in (("nll", 1), ("elbo", -1)):
        assert not any(run_charts.beyond(events, term).values())
        x, y, _ = run_charts.held_out(events, term)
        found = {at: sign * nll - (term == "elbo") for at, nll in rising.items()}
        assert all(found[int(at)] == value for at, value in zip(x, y, strict=True)), "as they were measured"
        assert {min(found.values()), max(found.values())} <= set(y), "its highest and its lowest among them"
        assert len(x) <= 60
        assert x[-1] == 334
    assert live_chart.beyond_axes(events) == ""


def test_the_hump_of_a_kl_that_is_not_charged_yet_is_drawn() -> None:
    hump = [step(1 + i, 150.0, 25.0 if 10 < i < 40 else 6.0) for i in range(1000)]
    assert not any(run_charts.beyond(hump, "kl").values())


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan, 1e300, -1e300, 5e-324, 0.0])
def test_any_number_that_a_run_may_log_is_drawn_and_said(value: float) -> None:
    events = [step(1 + i, 150.0, 5.0) for i in range(40)]
    for key in ("nll", "kl", "nll_se", "kl_se"):
        odd = [*events, step(41, 150.0, 5.0) | {key: value}, epoch(41, elbo=-155.0, nll=150.0, kl=5.0)]
        odd[-1]["terms"][key] = value
        for term in run_charts.TERMS:
            live_chart.table(odd, term)
        run_charts.losses([("one", odd)])
        live_chart.beyond_axes(odd)
        for term in run_charts.TERMS:
            live_chart.table(odd[-2:], term)
