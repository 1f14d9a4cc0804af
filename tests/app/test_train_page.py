"""The Train page as Streamlit runs it, without a browser; nothing is trained here."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from builders import short, tiny
from streamlit.testing.v1 import AppTest

from dashboard import jobs as jobs_module
from dashboard import presets, run_settings
from dashboard import train_wording as wording
from dashboard.jobs import Jobs, Limits
from dashboard.run_settings import GROUPS, SPECS
from dashboard.run_view import State
from vae_engine import checkpoints, fashion, run_log, weights
from vae_engine.data import Images

KINDS = tuple(f"kind {label}" for label in range(10))
PROGRAM = "from dashboard.screens import train\ntrain.show()"


@pytest.fixture
def jobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Jobs:
    """A folder of runs where nothing ever starts, and no process stands by."""
    one = Jobs(tmp_path / "runs", Limits(running=0))
    monkeypatch.setattr(jobs_module, "shared", lambda: one)
    monkeypatch.setattr(one, "keep_spare", lambda: None)
    monkeypatch.setenv(fashion.VARIABLE, str(tmp_path / "no-fashion"))
    return one


@pytest.fixture
def page(jobs: Jobs) -> Callable[..., AppTest]:
    """Opens the page at an address."""

    def opened(**query: str) -> AppTest:
        app = AppTest.from_string(PROGRAM, default_timeout=60)
        for key, value in query.items():
            app.query_params[key] = value
        return ran(app)

    return opened


def ran(changed: Any) -> AppTest:
    """The page after it ran with what was changed on it."""
    app = changed.run()
    assert not app.exception
    return app


def start(app: AppTest) -> Any:
    return app.button(key="train-start")


def complaints(app: AppTest) -> list[str]:
    return [re.sub(r"\\(.)", r"\1", error.value) for error in app.error]


def test_it_opens_on_the_lecture_demo_with_everything_folded(page: Callable[..., AppTest]) -> None:
    app = page()
    demo = presets.presets()[0]
    assert app.radio(key="train-preset").value == demo.name
    assert app.code[0].value == run_settings.command(demo.model, demo.train)
    assert f"{weights.parameter_count(demo.model):,}" in app.markdown[0].value
    assert [tab.label for tab in app.tabs] == list(GROUPS)
    assert not app.expander[0].proto.expanded
    assert not start(app).disabled


def test_every_preset_fills_in_the_form(page: Callable[..., AppTest]) -> None:
    app = page()
    for preset in presets.presets():
        ran(app.radio(key="train-preset").set_value(preset.name))
        assert app.code[0].value == run_settings.command(preset.model, preset.train), preset.name
        assert f"{weights.parameter_count(preset.model):,}" in "".join(one.value for one in app.markdown), preset.name


def test_ranges_choices_and_help_are_those_of_the_settings(page: Callable[..., AppTest]) -> None:
    app = page()
    for name in [name for group in GROUPS.values() for name in group]:
        meta, key = SPECS[name].metadata, f"train-{name}"
        if meta["choices"]:
            widget = app.selectbox(key=key)
            assert len(widget.options) == len(meta["choices"])
        elif isinstance(SPECS[name].default, (bool, tuple)):
            widget = (app.toggle if isinstance(SPECS[name].default, bool) else app.text_input)(key=key)
        else:
            widget = app.number_input(key=key)
            assert (widget.min, widget.max) == (meta["low"], meta["high"])
        assert widget.help == meta["help"]


def test_a_changed_setting_reaches_the_command_and_can_be_taken_back(page: Callable[..., AppTest]) -> None:
    app = page()
    app.number_input(key="train-beta").set_value(4.0)
    app.text_input(key="train-encoder_widths").set_value("64, 32")
    ran(app)
    words = shlex.split(app.code[0].value)
    assert words[words.index("--beta") + 1] == "4.0"
    assert words[words.index("--encoder-widths") + 1] == "64,32"
    assert any("β" in one.value and "Encoder widths" in one.value for one in app.caption)
    ran(app.button(key="train-reset").click())
    assert "--beta" not in app.code[0].value


def test_a_bad_combination_is_told_in_place_and_cannot_be_trained(page: Callable[..., AppTest]) -> None:
    app = page()
    ran(app.selectbox(key="train-encoder").set_value("conv").run())
    ran(app.text_input(key="train-encoder_widths").set_value("8"))
    assert "conv encoder" in complaints(app)[0]
    assert start(app).disabled
    ran(app.text_input(key="train-encoder_widths").set_value("4, 8, 16"))
    assert not complaints(app)
    assert not start(app).disabled


@pytest.mark.parametrize(
    ("kind", "key", "value"),
    [("text_input", "encoder_widths", "a, b"), ("number_input", "budget-amount", 0.0)],
)
def test_impossible_values_are_told_in_place(page: Callable[..., AppTest], kind: str, key: str, value: Any) -> None:
    app = page()
    ran(getattr(app, kind)(key=f"train-{key}").set_value(value))
    assert len(complaints(app)) == 1
    assert start(app).disabled


def test_pressing_train_queues_what_the_form_says_and_the_address_names_it(page: Callable[..., AppTest], jobs: Jobs) -> None:
    app = page()
    app.radio(key="train-preset").set_value("aevb").run()
    app.text_input(key="train-name").set_value("My *run*")
    ran(start(ran(app)).click())
    (view,) = jobs.views()
    preset = next(one for one in presets.presets() if one.name == "aevb")
    assert view.configs == (preset.model, preset.train)
    assert view.about.name == "My *run*"
    assert view.about.owner
    assert app.query_params["run"] == view.id
    assert app.subheader[0].value == r"My \*run\*"
    assert "next in the queue" in app.get("progress")[0].proto.text


def test_a_run_without_a_name_has_its_presets(page: Callable[..., AppTest], jobs: Jobs) -> None:
    start(page()).click().run()
    assert jobs.views()[0].about.name == presets.presets()[0].title


def test_what_jobs_refuse_is_told_in_place(page: Callable[..., AppTest], jobs: Jobs) -> None:
    jobs.limits = Limits(running=0, waiting=0)
    app = ran(start(page()).click())
    assert "waiting already" in complaints(app)[0]
    assert jobs.views() == []
    assert not start(app).disabled
    assert not complaints(ran(app)), "it is told once"


def test_a_visitor_has_so_many_runs(page: Callable[..., AppTest], jobs: Jobs) -> None:
    jobs.limits = Limits(running=0, per_visitor=1)
    app = ran(start(page()).click())
    ran(app.button(key="train-new").click())
    assert "run" not in app.query_params
    app = ran(start(app).click())
    assert "wait until one ends" in complaints(app)[0]
    assert not complaints(ran(start(page()).click())), "someone else may"
    assert len(jobs.views()) == 2


def test_keys_that_make_no_sense_are_disabled(page: Callable[..., AppTest], jobs: Jobs) -> None:
    run = jobs.submit(tiny(), short(), "demo")
    app = page(run=run)
    assert app.button(key="train-cancel").disabled is False
    assert all(app.button(key=f"train-{key}").disabled for key in ("pause", "one-step", "one-epoch"))
    jobs.stop(run)
    app = page(run=run)
    assert not app.button(key="train-resume").disabled
    assert "Interrupted" in app.warning[0].value


def ended(jobs: Jobs, event: dict[str, Any]) -> str:
    """A run that is over, with a last word in its log."""
    run = jobs.submit(tiny(latent_dim=3), short(), "demo")
    jobs.stop(run)
    (jobs.folder / run / run_log.EVENTS).write_text("")
    with (jobs.folder / run / run_log.EVENTS).open("ab") as log:
        run_log.append(log, event)
    return run


def test_a_failed_run_says_why(page: Callable[..., AppTest], jobs: Jobs) -> None:
    run = ended(jobs, {"type": "failed", "step": 7, "message": "The disk is full: make room."})
    app = page(run=run)
    assert complaints(app) == ["The disk is full: make room."]
    assert not app.button(key="train-resume").disabled


def test_a_damaged_run_can_only_be_deleted(page: Callable[..., AppTest], jobs: Jobs) -> None:
    run = jobs.submit(tiny(), short(), "demo")
    (jobs.folder / run / checkpoints.CONFIG).write_text("{")
    app = page(run=run)
    assert checkpoints.CONFIG in complaints(app)[0]
    assert app.button(key="train-resume").disabled
    assert not app.button(key="train-delete").disabled


def test_a_run_is_resumed_renamed_deleted_and_brought_back(page: Callable[..., AppTest], jobs: Jobs) -> None:
    run = jobs.submit(tiny(), short(), "demo")
    jobs.stop(run)
    app = page(run=run)
    ran(app.button(key="train-resume").click())
    assert jobs.view(run).state is State.QUEUED
    app.text_input(key=f"train-rename-{run}").set_value("better")
    ran(app.button(key="train-keep-name").click())
    assert jobs.view(run).about.name == "better"
    ran(app.button(key="train-delete").click())
    assert jobs.views() == []
    other_window = page(run=run)
    assert any(wording.DELETED in one.value for one in other_window.markdown)
    ran(other_window.button(key="train-undo").click())
    assert jobs.view(run).about.name == "better"
    assert other_window.subheader[0].value == "better"


@pytest.mark.parametrize("run", ["nowhere", "../..", "x" * 300])
def test_an_address_that_names_no_run_says_so_and_offers_a_new_one(page: Callable[..., AppTest], run: str) -> None:
    app = page(run=run)
    assert "no run called" in app.warning[0].value
    assert start(app)


def test_the_queue_is_there_for_everyone_and_can_be_left(page: Callable[..., AppTest], jobs: Jobs) -> None:
    first, second = (jobs.submit(tiny(), short(), name) for name in ("first", "second"))
    app = page()
    texts = [one.value for one in app.markdown]
    assert any("first" in text and "next" in text for text in texts)
    assert any("second" in text and "place 2" in text for text in texts)
    ran(app.button(key=f"cancel-{first}").click())
    assert jobs.view(second).position == 1
    ran(app.button(key=f"watch-{second}").click())
    assert app.query_params["run"] == second


def test_images_of_ones_own_are_shown_before_they_are_trained_on(
    page: Callable[..., AppTest], jobs: Jobs, tmp_path: Path, digits: Images
) -> None:
    np.savez(tmp_path / "mine.npz", images=digits.images, labels=digits.labels, classes=KINDS)
    app = ran(page().selectbox(key="train-source").set_value("own"))
    assert complaints(app) == [wording.NO_OWN_DATA]
    ran(app.text_input(key="train-path").set_value(str(tmp_path / "nothing")))
    assert "no images at" in complaints(app)[0]
    ran(app.text_input(key="train-path").set_value(str(tmp_path / "mine.npz")))
    assert not complaints(app)
    assert any("kind 3" in one.value for one in app.caption)
    assert [caption for one in app.get("image") for caption in one.captions] == list(KINDS)
    ran(start(app).click())
    (view,) = jobs.views()
    assert view.configs
    assert view.configs[1].classes == KINDS
    assert view.configs[1].data == str(tmp_path / "mine.npz")


def test_an_upload_becomes_the_data_set(page: Callable[..., AppTest], jobs: Jobs, digits: Images, tmp_path: Path) -> None:
    np.savez(tmp_path / "mine.npz", images=digits.images)
    app = ran(page().selectbox(key="train-source").set_value("own"))
    uploader = app.get("file_uploader")[0]
    ran(uploader.set_value(("mine.npz", (tmp_path / "mine.npz").read_bytes(), "application/zip")))
    assert not complaints(app)
    ran(start(app).click())
    data = jobs.views()[0].configs[1].data  # type: ignore[index]
    assert Path(data).read_bytes() == (tmp_path / "mine.npz").read_bytes()


def test_fashion_that_is_not_here_is_told_and_offered(page: Callable[..., AppTest]) -> None:
    app = ran(page().selectbox(key="train-source").set_value("fashion"))
    assert "Fashion-MNIST is not here" in complaints(app)[0]
    assert start(app).disabled
    assert app.button(key="train-fetch").label == wording.FETCH


def test_a_run_with_other_than_two_dimensions_has_curves_and_no_map(page: Callable[..., AppTest], jobs: Jobs) -> None:
    step = {"type": "step", "step": 1, "epoch": 0.1, "progress": 0.1, "seconds": 1.0, "nll": 150.0, "kl": 3.0}
    app = page(run=ended(jobs, {**step, "loss": 153.0, "learning_rate": 0.1, "images_per_second": 10.0}))
    assert "has 3" in app.info[0].value
    assert len(app.get("vega_lite_chart")) == 2
    assert [metric.label for metric in app.metric][:3] == ["Step", "nll", "kl"]


def test_the_page_imports_no_torch(jobs: Jobs) -> None:
    import subprocess
    import sys

    from builders import ROOT

    program = "import sys; from dashboard.screens import train; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split()[-1] == "False"


def test_a_preset_leaves_the_images_as_they_are(page: Callable[..., AppTest], jobs: Jobs, tmp_path: Path, digits: Images) -> None:
    np.savez(tmp_path / "mine.npz", images=digits.images)
    app = ran(page().selectbox(key="train-source").set_value("own"))
    ran(app.text_input(key="train-path").set_value(str(tmp_path / "mine.npz")))
    ran(app.radio(key="train-preset").set_value("beta-4"))
    ran(start(app).click())
    train = jobs.views()[0].configs[1]  # type: ignore[index]
    assert replace(train, classes=tuple("0123456789"), data="mnist") == presets.presets()[2].train
    assert train.data == str(tmp_path / "mine.npz")
