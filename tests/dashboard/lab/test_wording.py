"""The Lab's sentences follow from the state of a run, and its tables from the numbers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support.lab_results import chart, line, scratch

from dashboard.jobs.experiment_view import ExperimentView
from dashboard.jobs.run_view import About, State
from dashboard.lab import wording
from vae_engine.experiments import BUNDLED, EXPERIMENTS
from vae_engine.experiments import result as experiment_result
from vae_engine.experiments.folder import Asked, Progress


def view(state: State, progress: Progress | None = None, position: int | None = None, message: str = "") -> ExperimentView:
    about, asked = About("collapse", "ann", 1_000_000.0), Asked("collapse", "quick", 7)
    return ExperimentView("a", Path("a"), about, state, message, asked, progress or Progress(), position)


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (view(State.QUEUED, position=1), "Its turn is next."),
        (view(State.QUEUED, position=2), "Waits for 1 other run to end."),
        (view(State.QUEUED, position=4), "Waits for 3 other runs to end."),
        (view(State.RUNNING, Progress("training", 0.25, 20.0)), "training · about 60 s left"),
        (view(State.RUNNING, Progress("training", 0.25, 100.0)), "training · about 5 min left"),
        (view(State.RUNNING, Progress("training", 0.001, 3.0)), "training · how long it takes cannot be told yet"),
        (view(State.RUNNING, Progress("last images", 1.0, 30.0)), "last images · nearly done"),
        (view(State.STOPPED), "This run was stopped before it found anything."),
        (view(State.FAILED, message="The disk is full."), "This run failed: The disk is full."),
    ],
)
def test_where_a_run_stands_is_said_in_a_line(seen: ExperimentView, expected: str) -> None:
    assert wording.told(seen) == expected


@pytest.mark.parametrize("state", [state for state in State if state is not State.QUEUED])
def test_every_state_has_its_sentence(state: State) -> None:
    assert len(wording.told(view(state))) > 4


def test_a_run_is_called_by_its_form_seed_and_time() -> None:
    assert wording.of_run(view(State.FINISHED)).startswith("Quick, seed 7, ")


def test_tables_have_numbers_to_the_right_as_many_decimals_as_needed_and_dashes() -> None:
    rows = [(1000, -137.256, 0.12345, "A|B", None), (2, 10.0, 3.0, "$C$", 0.5)]
    head, ruler, first, second = wording.table(("N_z", "ELBO", "share", "kind", "x"), rows).splitlines()
    assert head == "| $N_z$ | ELBO | share | kind | x |"
    assert ruler == "| ---: | ---: | ---: | :--- | ---: |"
    assert first == r"| 1,000 | −137.26 | 0.123 | A\|B | – |"
    assert second == r"| 2 | 10.00 | 3.000 | \$C\$ | 0.5 |"


def test_a_standard_error_stands_in_the_cell_of_its_number_with_as_many_decimals() -> None:
    rows = [("plain", -119.456, 0.85, 2), ("one layer", None, None, 3)]
    head, ruler, first, second = wording.table(("arm", "ELBO", "±", "seeds"), rows).splitlines()
    assert (head, ruler) == ("| arm | ELBO | seeds |", "| :--- | ---: | ---: |")
    assert (first, second) == ("| plain | −119.46\xa0±\xa00.85 | 2 |", "| one layer | – | 3 |")
    wide = wording.table(("ELBO", "±"), [(-5349.03, 61.71), (-166.49, 1.11)]).splitlines()
    assert wide[2:] == ["| −5,349\xa0±\xa062 |", "| −166.5\xa0±\xa01.1 |"]
    beside = wording.beside([("ELBO, nats", -203.41), ("± ELBO, nats", 0.5), ("move", 0.0183)]).splitlines()
    assert beside[1:] == ["| :--- | ---: |", "| ELBO, nats | −203.41\xa0±\xa00.50 |", "| move | 0.0183 |"]


def test_the_number_of_latent_dimensions_is_set_as_a_symbol_and_nothing_else_is() -> None:
    assert wording.plain("at N_z = 2 (-3.1), MN_z and $x$") == r"at $N_z$ = 2 (−3.1), MN\_z and \$x\$"
    assert wording.symbols("N_z = 2, MN_z") == "N<sub>z</sub> = 2, MN_z"


def test_numbers_of_different_kinds_are_each_written_as_they_need() -> None:
    rows = wording.beside([("ELBO", -203.41), ("move", 0.0183), ("none", 0.0)]).splitlines()
    assert rows[1:] == ["| :--- | ---: |", "| ELBO | −203.41 |", "| move | 0.0183 |", "| none | 0 |"]


def test_many_numbers_stand_in_columns_that_are_read_downwards() -> None:
    rows = wording.beside([(f"n{i}", i / 10) for i in range(15)]).splitlines()
    assert rows[1] == "| :--- | ---: | :--- | ---: |"
    assert rows[2] == "| n0 | 0 | n8 | 0.8 |"
    assert rows[-1] == "| n7 | 0.7 |  |  |"


def test_sentences_get_minus_signs_and_keep_hyphens_ranges_and_symbols() -> None:
    assert wording.plain("-1.5 nats (-2 at best), IS-500, z ~ q, 2e-3") == r"−1.5 nats (−2 at best), IS-500, z \~ q, 2e-3"
    assert wording.plain("by +1.5 ± 0.2 nats") == "by +1.5\xa0±\xa00.2 nats"  # no line ends within


def test_what_made_a_result_is_all_there() -> None:
    told = dict(wording.provenance(scratch("collapse")))
    assert told["data"] == "MNIST, 100 images"
    assert told["seeds"] == "0, 1"
    assert "1,234,567 samples" in told.values()
    assert {"full", "12 s", "0123456789ab"} <= set(told.values())


def test_a_chart_is_told_to_those_who_do_not_see_it() -> None:
    told = wording.alt(chart(line("AEVB", -160.0, -120.0), line("wake-sleep", -160.0, -130.5)))
    assert told == "A title. nats against samples. AEVB: −160 to −120; wake-sleep: −160 to −130.5."


_LACKS = "The first of them lacks as much as 4.69 nats"


@pytest.mark.parametrize(
    ("said", "headline", "rest"),
    [
        ("One is better by -1.5 nats.", "One is better by -1.5 nats.", ""),
        (f"{_LACKS}: lowered it {'changes ' * 20}it.", _LACKS, "Lowered it"),
        (f"{_LACKS} ({'so; ' * 30}much); {'others lack more ' * 5}.", f"{_LACKS} ({'so; ' * 30}much)", "Others lack"),
        ("Others lack more than " * 9 + "that.", None, ""),
        (f"{_LACKS}, the second {'rather ' * 20}more.", None, ""),
    ],
)  # fmt: skip
def test_a_long_finding_is_a_headline_and_a_sentence_and_says_the_same(said: str, headline: str | None, rest: str) -> None:
    found, more = wording.headline(said)
    assert found == (said if headline is None else headline)
    assert more.startswith(rest)
    assert more.lower() in said.lower()


@pytest.mark.parametrize("name", [one.name for one in EXPERIMENTS])
def test_a_bundled_sentence_has_minus_signs_raised_powers_and_no_negative_nought(name: str) -> None:
    for said in experiment_result.read(BUNDLED / name).findings.says:
        assert not re.search(r"(^|[\s(])-\d|\d\^|−0(\.0+)?(?![\d.])", said), said
        assert "oles" not in said, "what is far from every training code is called far, here as in Learn"


@pytest.mark.parametrize("name", [one.name for one in EXPERIMENTS])
def test_a_bundled_headline_ends_where_its_clause_does_and_it_is_said_what_its_errors_are_of(name: str) -> None:
    findings = experiment_result.read(BUNDLED / name).findings
    first = findings.says[0]
    headline, rest = wording.headline(first)
    assert len(headline) <= 270, "three lines"
    assert not rest or first[len(headline)] in ".;:"
    assert len(headline) + len(rest) >= len(first) - 2
    assert ("over the images" in wording.errors(findings)) == ("±" in first)
    for low, high in re.findall(r"\((\S+) to (\S+) over 3 seeds\)", " ".join(findings.says)):
        assert not low.startswith("−") or not high.startswith("+"), "zero among them"
