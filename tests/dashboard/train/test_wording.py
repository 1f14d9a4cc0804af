"""What the Train page says of a run, computed from that run."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from pathlib import Path

import pytest
from support.builders import short, tiny

from dashboard.jobs.run_view import NAME_LENGTH, About, RunView, State
from dashboard.shared.wording import plus_minus
from dashboard.train import wording
from vae_engine.data.sets.catalogue import SETS
from vae_engine.data.sets.download import Step
from vae_engine.runs.log import Log, LogEvent

STEP: LogEvent = {
    "type": "step", "step": 40, "epoch": 0.8, "progress": 0.4, "seconds": 8.0, "nll": 141.26, "nll_se": 0.31, "kl": 5.04,
    "images_per_second": 24_500.4, "time": 1000.0,
}  # fmt: skip
EPOCH: LogEvent = {
    "type": "epoch", "step": 50, "epoch": 1, "seconds": 10.0, "n": 27,
    "terms": {"elbo": -147.31, "elbo_se": 0.94, "nll": 142.0, "kl": 5.3},
}  # fmt: skip


def view(state: State, *events: LogEvent, kind: str = "vae", message: str = "", position: int | None = None) -> RunView:
    configs = (tiny(kind=kind), short())
    return RunView("id", Path("id"), About("demo"), state, message, configs, Log(events), position, None)


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (view(State.QUEUED, position=1), "next in the queue"),
        (view(State.QUEUED, position=3), "place 3 in the queue"),
        (view(State.STARTING), "starting …"),
        (view(State.RUNNING, STEP), "40 %, 12 s left"),
        (view(State.PAUSED, STEP), "40 %, waiting after step 40"),
        (view(State.STOPPED, STEP), "40 %, stopped at step 40"),
        (view(State.FINISHED, STEP, {"type": "finished", "step": 90, "seconds": 20.2, "reason": "budget"}), "20 s of training"),
        (view(State.FINISHED, STEP, {"type": "finished", "step": 90, "reason": "patience"}), "no longer better"),
    ],
)
def test_the_bar_says_where_a_run_stands(one: RunView, said: str) -> None:
    assert said in wording.progress(one, 12.0, slow=False)


def test_slow_motion_promises_no_time() -> None:
    assert wording.progress(view(State.RUNNING, STEP), 12.0, slow=True) == "40 %, in slow motion"


def test_every_state_has_a_word_a_colour_and_an_icon() -> None:
    assert set(wording.STATES) == set(State)
    assert len({word for word, _, _ in wording.STATES.values()}) == len(State)


SPEED = f"{40 * short().batch_size / 8:,.0f}"
"""Of STEP: on average, since the last interval may hold one slow step alone."""


def test_readings_are_the_last_logged_numbers_with_their_protocol() -> None:
    found = {label: value for label, value, *_ in wording.readings(view(State.RUNNING, STEP, EPOCH), 32)}
    assert found == {
        "Step": "50",
        "nll": "141.3 ± 0.3",
        "KL": "5.0",
        "Held-out ELBO": "−147.3 ± 0.9",
        "Images/s": SPEED,
    }
    help = {label: words for label, *_, words in wording.readings(view(State.RUNNING, STEP, EPOCH), 32)}
    assert "27 validation images, dynamic pixels, nats per image; measured at step 50" in help["Held-out ELBO"]
    ahead = view(State.RUNNING, {**STEP, "step": 60}, EPOCH)
    assert wording.steps_of(ahead) == "training at step 60 · held out at step 50"
    assert wording.steps_of(ahead, 55) == "held out at step 50"
    assert wording.steps_of(view(State.STARTING)) == ""
    unsaid: LogEvent = {key: value for key, value in EPOCH.items() if key != "n"}
    help = {label: words for label, *_, words in wording.readings(view(State.RUNNING, STEP, unsaid), 32)}
    assert help["Held-out ELBO"].startswith("32 validation images")


def test_readings_of_exact_learning_tell_log_px_and_how_far_its_points_may_be_from_the_truth() -> None:
    configs = tiny(), short(objective="exact", points=512)
    told: LogEvent = {**EPOCH, "terms": {**EPOCH["terms"], "log_px_points": -121.04, "log_px_points_se": 0.31}}

    def of(*events: LogEvent) -> dict[str, tuple[str, str]]:
        seen = replace(view(State.RUNNING, *events), configs=configs)
        return {label: (value, words) for label, value, words in wording.readings(seen, 32)}

    learning = of({**STEP, "halving": 0.34}, told)
    value, words = learning["Held-out log p(x)"]
    assert value == "−121.0 ± 0.3"
    assert "a lower bound by 512 points" in words
    assert "0.34 lower" in words
    assert "of the exact posterior" in learning["KL"][1]
    fitting = of({**STEP, "halving": None}, told)
    assert "the decoder is held" in fitting["Held-out log p(x)"][1]
    assert "of the exact posterior" not in fitting["KL"][1]


def test_an_exact_posterior_beside_an_encoder_is_no_overfitting() -> None:
    far: LogEvent = {**EPOCH, "step": 60, "terms": {"nll": 190.0, "kl": 5.0, "elbo": -195.0}}
    assert wording.overfitting(view(State.RUNNING, {**STEP, "step": 60, "halving": None}, far), 32)
    assert not wording.overfitting(view(State.RUNNING, {**STEP, "step": 60, "halving": 0.3}, far), 32)


def test_a_standard_error_that_is_there_is_never_nought() -> None:
    assert plus_minus(-147.31, 0.94, 1) == "−147.3 ± 0.9"
    assert plus_minus(6.7123, 0.0304, 1) == "6.71 ± 0.03"
    assert plus_minus(6.7123, 0.0, 1) == "6.7 ± 0.0", "of images all alike"


def test_any_float_has_its_words() -> None:
    odd = (math.inf, -math.inf, math.nan, 1e300, -1e300, 5e-324)
    assert [plus_minus(5.0, one) for one in odd[:3]] == ["5.00"] * 3, "an error that overflowed says nothing"
    assert [plus_minus(one, None) for one in odd[:4]] == ["∞", "−∞", "no number", "1.00 · 10³⁰⁰"]
    assert all(plus_minus(value, error) for value in odd for error in odd)
    strange: LogEvent = {**STEP, "nll": 6.8e13, "kl": 3.8e27, "kl_se": math.inf}
    found = {label: value for label, value, *_ in wording.readings(view(State.RUNNING, strange, EPOCH), 32)}
    assert found["KL"] == "3.80 · 10²⁷"
    assert len(found["nll"]) < 20


def test_readings_of_an_instant_of_the_film_are_those_logged_by_then() -> None:
    later: LogEvent = {**STEP, "step": 60, "nll": 120.0}
    found = {label: value for label, value, *_ in wording.readings(view(State.FINISHED, STEP, EPOCH, later), 1, step=45)}
    assert found == {"Step": "45", "nll": "141.3 ± 0.3", "KL": "5.0", "Held-out ELBO": "–", "Images/s": SPEED}
    help = {label: words for label, *_, words in wording.readings(view(State.FINISHED), 1)}
    assert help["Held-out ELBO"].startswith("1 validation image,")


def test_overfitting_is_told_with_the_numbers_and_only_where_there_is_some() -> None:
    def at(step: int, own: float, other: float) -> tuple[LogEvent, LogEvent]:
        return {**STEP, "step": step, "nll": own}, {
            **EPOCH,
            "step": step,
            "terms": {"nll": other, "kl": 5.0, "elbo": -other - 5.0},
        }

    few = (tiny(), short(train_size=60))
    one = replace(view(State.FINISHED), configs=few)
    one = replace(one, log=Log((*at(10, 200.0, 210.0), *at(20, 100.0, 180.5), *at(30, 46.6, 569.9))))
    said = wording.overfitting(one, 5)
    for part in ("46.6", "569.9", "5 held-out images", "180.5", "step 20"):
        assert part in said
    assert wording.overfitting(one, 5, step=12) == "", "5 % above"
    assert "180.5" in wording.overfitting(one, 1, step=25)
    assert "it was lowest" not in wording.overfitting(one, 1, step=25), "it is lowest now"
    assert all(part in said for part in ("more training images", "stopping near step 20", "smaller networks"))
    patient = replace(one, configs=(tiny(), short(patience=3, train_size=50_000)))
    helps = wording.overfitting(patient, 5).split("What helps: ")[1]
    assert helps == "smaller networks.", "it has all images there are, and stops early by itself"
    assert wording.overfitting(view(State.RUNNING, STEP), 5) == ""


def test_overfitting_is_counted_from_the_least_nll_and_within_one_noise() -> None:
    def told(own: float, other: float, *turns: LogEvent, likelihood: str = "gaussian-fixed") -> str:
        events: tuple[LogEvent, ...] = (
            {**STEP, "step": 9, "nll": own}, {**EPOCH, "step": 9, "terms": {"nll": other, "kl": 5.0, "elbo": -other - 5.0}},
            *turns, {**STEP, "step": 20, "nll": own},
        )  # fmt: skip
        one = replace(view(State.FINISHED), configs=(tiny(likelihood=likelihood), short(noise=0.25)), log=Log(events))
        return wording.overfitting(one, 5)

    least = 784 * (math.log(0.25) + 0.5 * math.log(2 * math.pi))  # of a decoder whose mean is the image
    assert told(-40.0, -37.8) == "", "a density's nll may be below 0"
    assert told(least + 300, least + 329) == ""
    assert "**Overfitting**" in told(least + 300, least + 331)
    turn: LogEvent = {"type": "turned", "step": 12, "knob": "noise", "old": 0.1, "new": 0.25}
    assert told(-40.0, 1076.0, turn) == "", "the held-out images were measured with the noise of before"
    assert "**Overfitting**" in told(-40.0, 1076.0, {**turn, "knob": "beta", "old": 1.0})
    assert "**Overfitting**" in told(-40.0, 1076.0, {**turn, "step": 5}), "both are of the new noise"
    assert told(-900.0, -880.0, likelihood="gaussian") == ""


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("beta must be a number from 0 to 1000, not -1.0.", "β must be a number from 0 to 1000, not −1.0."),
        ("learning_rate is empty: give a number.", "Learning rate is empty: give a number."),
        ("The budget is empty: give a number of steps.", "The budget is empty: give a number of steps."),
    ],
)
def test_a_refused_setting_is_called_as_the_form_calls_it(message: str, said: str) -> None:
    assert wording.refusal(message) == said


def test_an_autoencoder_has_neither_kl_nor_elbo() -> None:
    one = view(State.RUNNING, {**STEP, "kl": 0.0}, {**EPOCH, "terms": {"nll": 139.9}}, kind="ae")
    assert {label: value for label, value, *_ in wording.readings(one, 32)}["Held-out nll"] == "139.9"
    assert not {"KL", "Held-out ELBO"} & {label for label, *_ in wording.readings(one, 32)}


def test_before_the_first_step_there_are_no_numbers() -> None:
    assert {value for label, value, *_ in wording.readings(view(State.STARTING), 32) if label != "Step"} == {"–"}


def test_trouble_says_why_and_what_to_do() -> None:
    assert "Resume goes on" in wording.trouble(view(State.INTERRUPTED, STEP))
    assert wording.trouble(view(State.FAILED, message="The disk is full.")) == "The disk is full."
    assert wording.trouble(view(State.RUNNING, STEP)) == ""


@pytest.mark.parametrize(
    ("seconds", "said"), [(19.6, "20 s"), (99.0, "99 s"), (100.0, "2 min"), (5900.0, "98 min"), (7200.0, "2.0 h")]
)
def test_lengths_of_time_are_said_roughly(seconds: float, said: str) -> None:
    assert wording.duration(seconds) == said


HOSTILE = [
    "![x](http://h/p.png)", "[a](javascript:alert(1))", "<b>x</b>", ":red[x]", "$x$", "`x`", "# x", "http://h.org", "a@b.org",
    "www.h.org",
]  # fmt: skip
SIGNS = r"[!-/:-@\[-`{-~]"


@pytest.mark.parametrize("text", HOSTILE)
def test_a_visitors_words_are_shown_and_do_nothing(text: str) -> None:
    shown = wording.plain(text)
    assert not re.search(SIGNS, re.sub(rf"\\{SIGNS}", "", shown)), "every sign is escaped"
    read = re.sub(rf"\\({SIGNS})", r"\1", shown)
    assert read.replace("\u2060", "") == text
    assert not re.search(r"://\w|www\.|@\w", read), "nothing looks like an address"


def test_commands_in_complaints_keep_their_type() -> None:
    assert wording.told("fetch it with `python -m x`") == "fetch it with `python -m x`"


def test_a_fetch_says_how_much_is_here_and_how_long_the_rest_takes() -> None:
    one = SETS["kmnist"]
    assert wording.fetching(one, None) == "Fetching KMNIST"
    file = one.files[0].name
    assert wording.fetching(one, Step(file, 4_500_000, 18_000_000, 27.2)) == (
        f"Fetching KMNIST: {file}, 4.5 of 18.0 MB, about 27 s to go"
    )
    assert wording.fetching(one, Step(file, 4_500_000, 0, None)) == f"Fetching KMNIST: {file}, 4.5 MB"


def test_terms_name_licence_and_authors_and_what_else_comes_along() -> None:
    for one in SETS.values():
        said = wording.terms(one)
        wanted = (one.title, f"{one.total:,} images", one.origin.licence, one.origin.citation, one.checked())
        assert all(text in said for text in wanted)
        assert ("all splits of EMNIST" in said) == one.name.startswith("emnist")


def test_the_list_says_what_is_still_to_be_fetched() -> None:
    assert wording.source("qmnist", here=False) == "QMNIST (to be fetched)"
    assert wording.source("qmnist", here=True) == "QMNIST"
    assert next(iter(wording.SOURCES)) == "mnist"
    assert set(wording.SOURCES) == {"mnist", "own", *SETS}


def test_commands_in_a_complaint_are_shown_as_they_are_typed() -> None:
    said = wording.told("a_b is gone: fetch it with `python -m vae_engine fetch emnist-letters`, or *not*.")
    assert "`python -m vae_engine fetch emnist-letters`" in said
    assert said.startswith(r"a\_b")
    assert r"\*not\*" in said
    assert wording.told("one ` alone") == r"one \` alone"


def test_a_run_is_called_after_its_preset_and_after_other_images_in_a_name_that_can_be_kept() -> None:
    assert wording.default_name("Lecture demo", "") == "Lecture demo"
    assert wording.default_name("Lecture demo", "my\nimages ") == "Lecture demo on myimages"
    assert len(wording.default_name("Lecture demo", 200 * "x")) == NAME_LENGTH


def test_it_is_said_what_happens_when_a_budget_is_spent() -> None:
    assert "after 20 seconds of training, and is then measured" in wording.ending("20", "seconds", early=False)
    assert "5 epochs of training, or earlier" in wording.ending("5", "epochs", early=True)
    assert all(wording.TRAIN_ON in wording.ending("5", unit, early=False) for unit in wording.UNITS)
