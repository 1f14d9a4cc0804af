"""What is said of a student's own run."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.own_run import ROSE, write_run

from dashboard.jobs import jobs
from dashboard.stock import catalogue
from dashboard.worksheet import TASKS, Verdict, judged
from dashboard.worksheet.page import answer_of
from vae_engine.experiments import BUNDLED
from vae_engine.experiments import result as experiment_result

TASK = next(task for task in TASKS if task.form == "run")


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder of runs."""
    monkeypatch.setenv(jobs.VARIABLE, str(tmp_path))
    return tmp_path


def of(link: str) -> Verdict:
    """What the sheet says of a link."""
    verdict = judged(TASK, catalogue.material(), link)
    assert verdict is not None
    return verdict


def test_a_run_that_passed_is_right_and_is_told_when_and_what_its_kl_did(runs: Path) -> None:
    link = write_run(runs)
    found = of(link)
    assert found.right
    assert "passed −180 nats by step 400, after 6,400 training images at most" in found.text
    assert "its KL was 0.40 nats at first, 0.10 at its least and is 4.10 now" in found.text
    for same in ("http://host/train?run=mine", "http://host/runs?pin=run%3Amine", link.replace("./", "http://host/x/")):
        assert of(same) == found


def test_a_run_that_has_not_passed_or_is_none_of_that_kind_is_told_so(runs: Path) -> None:
    for link, why in (
        (write_run(runs, [(206.0 - i, 0.1) for i in range(6)], of="slow"), "has not passed −180 nats yet, its best is −201.1"),
        (write_run(runs, ROSE[:2], of="fresh"), "hardly begun"),
        (write_run(runs, of="plain", kind="ae"), "no VAE on MNIST"),
        ("./runs?pin=run:gone", "no run called"),
        ("./runs?pin=vae-beta-4", "no link to one run of yours"),
        ("./runs?pin=run:../../etc", "no link to one run of yours"),
    ):
        found = of(link)
        assert not found.right
        assert why in found.text


def test_the_model_answer_is_read_off_the_labs_curve() -> None:
    charts = experiment_result.read(BUNDLED / "wake-sleep").findings.charts
    curve = next(one for chart in charts if chart.name == "elbo-2" for one in chart.curves if one.name == "AEVB, test")
    first = next(i for i, value in enumerate(curve.y) if value > -180)
    assert curve.y[first - 1] <= -180
    assert f"at {curve.x[first]:,.0f} images" in answer_of(TASK.name).text
