"""The Lab page as Streamlit runs it, without a browser: bundled results, steps, numbers, and runs of one's own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from support.builders import ROOT
from support.lab_results import MOMENTS, scratch

from dashboard.jobs import jobs as jobs_module
from dashboard.jobs.jobs import Jobs, Limits
from dashboard.jobs.run_view import State
from dashboard.lab import wording
from dashboard.shared.wording import NEXT, PREVIOUS
from vae_engine import experiments
from vae_engine.base import remedies
from vae_engine.base.errors import EngineError
from vae_engine.experiments import EXPERIMENTS
from vae_engine.experiments import result as experiment_result
from vae_engine.experiments.folder import MAX_SEED, Asked

PROGRAM = "from dashboard.lab import page as lab\nlab.show()"
NAME, EMPTY = "wake-sleep", "collapse"


@pytest.fixture
def jobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Jobs:
    """One bundled result, and runs that never start."""
    bundled = tmp_path / "bundled"
    monkeypatch.setattr(experiments, "BUNDLED", bundled)
    (bundled / NAME).mkdir(parents=True)
    experiment_result.write(scratch(NAME), bundled / NAME)
    one = Jobs(tmp_path / "runs", Limits(running=0))
    monkeypatch.setattr(jobs_module, "shared", lambda asking=None: one)
    return one


def lab(**query: str) -> AppTest:
    """The page run once at an address."""
    app = AppTest.from_string(PROGRAM, default_timeout=60)
    for key, value in query.items():
        app.query_params[key] = value
    return run(app)


def run(app: AppTest) -> AppTest:
    app.run()
    assert not app.exception
    return app


def press(app: AppTest, label: str) -> AppTest:
    next(one for one in app.button if one.label == label).click()
    return run(app)


def choose(app: AppTest, option: str) -> AppTest:
    """Choose in whichever control has this option."""
    for control in app.get("button_group"):
        if option in control.options:
            control.select(option)
            return run(app)
    raise AssertionError(f"nothing to choose {option} from")


def written(app: AppTest) -> str:
    return "\n".join(one.value for one in app.markdown)


def finish(jobs: Jobs, headline: str) -> str:
    """A finished run of the bundled experiment."""
    run = jobs.submit_experiment(Asked(NAME, "quick", 5))
    experiment_result.write(scratch(NAME, headline, "quick"), jobs.folder / run)
    return run


@pytest.mark.parametrize("place", range(len(EXPERIMENTS)))
def test_each_experiment_has_its_section_with_its_question(place: int, jobs: Jobs) -> None:
    app = lab(experiment=EXPERIMENTS[place].name)
    assert app.subheader[0].value == EXPERIMENTS[place].title
    assert EXPERIMENTS[place].question in written(app)
    assert app.radio[0].value == place
    assert len(app.radio[0].options) == len(EXPERIMENTS) == 11


def test_the_bundled_result_is_shown_at_once_with_findings_and_charts(jobs: Jobs) -> None:
    app = lab(experiment=NAME)
    assert "#### One is better by −1.5 nats." in written(app)
    assert "- A second finding." in written(app)
    charts = app.get("plotly_chart")
    assert len(charts) == 3
    assert json.loads(charts[0].proto.config)["toImageButtonOptions"]["format"] == "png"
    assert "falling_fast: 5 to 1" in charts[0].proto.alt
    assert [one.label for one in app.download_button] == [wording.RESULT_FILE, wording.CURVES_FILE]


def test_the_chart_that_the_address_names_comes_first_until_another_experiment_is_chosen(jobs: Jobs) -> None:
    titles = lambda app: [json.loads(one.proto.spec)["layout"]["title"]["text"] for one in app.get("plotly_chart")]  # noqa: E731
    usual, last = titles(lab(experiment=NAME)), scratch(NAME).findings.charts[-1].name
    app = lab(experiment=NAME, chart=last)
    assert titles(app) == [usual[-1], *usual[:-1]]
    assert titles(lab(experiment=NAME, chart="none")) == usual
    app.radio[0].set_value(6)
    run(app)
    assert "chart" not in app.query_params


def test_moments_are_stepped_through_by_buttons_and_slider(jobs: Jobs) -> None:
    app = lab(experiment=NAME, part="steps")
    assert f"1 of 3: {MOMENTS[0].label}" in written(app)
    press(app, NEXT)
    assert f"2 of 3: {MOMENTS[1].label}" in written(app)
    assert app.select_slider[0].value == 1
    app.select_slider[0].set_value(2)
    run(app)
    assert f"3 of 3: {MOMENTS[2].label}" in written(app)
    assert next(one for one in app.button if one.label == NEXT).disabled
    press(app, PREVIOUS)
    assert "| ELBO, nats | −180 |" in written(app)


@pytest.mark.parametrize(("part", "said"), [("numbers", r"| 2 | −137.26 | A\|B |"), ("protocol", "| data | MNIST, 100 images |")])
def test_numbers_and_protocol_have_a_part_of_their_own(part: str, said: str, jobs: Jobs) -> None:
    app = lab(experiment=NAME, part=part)
    assert said in written(app)
    assert not app.get("plotly_chart")


def test_the_command_that_made_a_result_can_be_copied(jobs: Jobs) -> None:
    assert lab(experiment=NAME, part="protocol").code[0].value == f"python -m vae_engine experiment {NAME} --seed 0"


@pytest.mark.parametrize("name", ["nonsense", "", "x" * 5000, "<script>"])
def test_an_unknown_experiment_is_the_first_with_a_notice(name: str, jobs: Jobs) -> None:
    app = lab(experiment=name)
    assert app.subheader[0].value == EXPERIMENTS[0].title
    assert app.warning[0].value == wording.UNKNOWN_EXPERIMENT


def test_another_experiment_is_chosen_from_the_list_and_the_address_follows(jobs: Jobs) -> None:
    app = lab(experiment=NAME, part="numbers")
    app.radio[0].set_value(6)
    run(app)
    assert app.subheader[0].value == EXPERIMENTS[6].title
    assert EXPERIMENTS[6].name in app.query_params["experiment"]


def test_where_nothing_is_bundled_the_page_says_so_and_offers_to_run_it(jobs: Jobs) -> None:
    app = lab(experiment=EMPTY)
    assert app.info[0].value == wording.NOT_BUNDLED
    assert wording.START in [one.label for one in app.button]


def test_a_damaged_bundled_result_is_one_sentence(jobs: Jobs) -> None:
    (experiments.BUNDLED / NAME / experiment_result.RESULT).write_text("{")
    (error,) = lab(experiment=NAME).error
    assert "not valid JSON" in error.value


def test_an_experiment_is_started_with_its_form_and_seed_and_waits_in_the_queue(jobs: Jobs) -> None:
    app = lab(experiment=EMPTY)
    app.radio(key="lab-scale").set_value("full")
    app.text_input(key="lab-seed").set_value("7")
    press(app, wording.START)
    (view,) = jobs.experiments()
    assert view.asked == Asked(EMPTY, "full", 7)
    assert view.about.owner
    assert view.id in app.query_params["run"]
    assert app.get("progress")[0].proto.text == "Its turn is next."
    again = lab(experiment=EMPTY, run=view.id)
    assert again.get("progress")[0].proto.text == "Its turn is next."
    press(again, wording.CANCEL)
    assert jobs.experiments() == []
    assert not again.get("progress")
    press(again, wording.UNDO)
    assert [one.id for one in jobs.experiments()] == [view.id]


@pytest.mark.parametrize("seed", ["", "-1", str(2**40), "1,5"])
def test_an_impossible_seed_is_told_and_cannot_be_started(seed: str, jobs: Jobs) -> None:
    app = lab(experiment=NAME)
    app.text_input(key="lab-seed").set_value(seed)
    run(app)
    assert [one.value for one in app.error] == [f"The seed must be a whole number from 0 to {MAX_SEED:,}."]
    assert app.button(key=f"lab-start-{NAME}").disabled


def test_a_refusal_is_told_once(jobs: Jobs) -> None:
    jobs.limits = Limits(running=0, waiting=0)
    app = press(lab(experiment=EMPTY), wording.START)
    assert "waiting already" in app.error[0].value
    assert not run(app).error


def test_ones_own_result_is_shown_and_one_can_switch_to_the_bundled_one_and_back(jobs: Jobs) -> None:
    mine = finish(jobs, "Mine is worse.")
    app = lab(experiment=NAME, run=mine)
    assert "#### Mine is worse." in written(app)
    assert mine in app.download_button[0].key
    choose(app, wording.BUNDLED)
    assert "#### One is better by −1.5 nats." in written(app)
    assert "run" not in app.query_params
    choose(app, wording.of_run(jobs.experiment(mine)))
    assert "#### Mine is worse." in written(app)
    press(app, wording.REMOVE)
    assert jobs.experiments() == []
    assert "#### One is better by −1.5 nats." in written(app)


def test_a_run_that_was_stopped_says_so_above_the_bundled_result(jobs: Jobs) -> None:
    stopped = jobs.submit_experiment(Asked(NAME, "quick", 0))
    jobs.stop(stopped)
    assert jobs.experiment(stopped).state is State.INTERRUPTED
    app = lab(experiment=NAME, run=stopped)
    assert wording.told(jobs.experiment(stopped)) in written(app)
    assert "#### One is better by −1.5 nats." in written(app)


@pytest.mark.parametrize("run", ["nowhere", "../..", "x" * 3000])
def test_an_unknown_run_is_the_bundled_result_with_a_notice(run: str, jobs: Jobs) -> None:
    app = lab(experiment=NAME, run=run)
    assert app.info[0].value == wording.UNKNOWN_RUN
    assert "#### One is better by −1.5 nats." in written(app)


def test_gradient_arrows_are_linked_to_where_they_can_be_moved(jobs: Jobs) -> None:
    name = "gradient-estimators"
    (experiments.BUNDLED / name).mkdir()
    experiment_result.write(scratch(name), experiments.BUNDLED / name)
    (link,) = lab(experiment=name).get("link_button")
    assert link.proto.url == "./learn?step=reparameterisation"


def test_the_page_does_not_import_torch() -> None:
    program = "import sys; from dashboard.lab import page as lab; lab.show(); print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split()[-1] == "False"


def test_without_torch_it_shows_what_is_there_and_says_how_to_do_more(jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remedies, "without_torch", lambda: "No PyTorch here.")
    app = lab()
    assert "No PyTorch here." in [one.value for one in app.info]
    assert [one.disabled for one in app.button if one.label == wording.START] == [True]
    with pytest.raises(EngineError, match="No PyTorch here"):
        jobs.submit_experiment(Asked(NAME, "tiny", 0))
