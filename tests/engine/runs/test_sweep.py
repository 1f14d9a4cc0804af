"""A sweep trains every point of its grid once, whatever is killed, here or on a cluster."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.builders import ROOT, attempt, short, tiny, tiny_settings

from vae_engine import EngineError
from vae_engine.base import locks
from vae_engine.runs import sweep
from vae_engine.stored import checkpoints

GRID = ["--grid", "beta=0.5,4", "--grid", "seed=0"]
FLAGS = [*tiny_settings(), "--batch-size", "16", "--held-out", "32"]


def rows(folder: Path) -> list[dict]:
    return json.loads((folder / "summary.json").read_bytes())


def wait_for(ready: Callable[[], bool]) -> None:
    for _ in range(6000):
        if ready():
            return
        time.sleep(0.01)
    raise AssertionError("waited a minute in vain")


def training_in(folder: Path) -> list[int]:
    """The processes that train below a folder."""
    return [pid for path in folder.glob("*/lock") if (pid := locks.holder(path))]


def test_a_grid_has_every_combination_named_by_its_settings() -> None:
    axes = [sweep.axis("beta=0.5, 4"), sweep.axis("encoder-widths=8x8,12"), sweep.axis("layer-norm=true,false")]
    grid = sweep.points(tiny(), short(), axes)
    assert [(p.train.beta, p.model.encoder_widths, p.model.layer_norm) for p in grid] == [
        (beta, widths, norm) for beta in (0.5, 4.0) for widths in ((8, 8), (12,)) for norm in (True, False)
    ]
    assert len({point.id for point in grid}) == 8
    assert [point.id for point in sweep.points(tiny(), short(), axes)] == [point.id for point in grid]
    assert len(sweep.points(tiny(), short(), [("seed", [1, 1])])) == 1


def test_an_axis_of_budgets_replaces_the_budget() -> None:
    (point,) = sweep.points(tiny(), short(seconds=20.0), [sweep.axis("epochs=2")])
    assert (point.train.seconds, point.train.steps, point.train.epochs) == (0, 0, 2.0)


@pytest.mark.parametrize(
    "text",
    ["", "beta", "beta=", "colour=1", "beta=high", "seed=1.5", "classes=a", "latent-dim=0", "layer-norm=maybe", "seed=1,,2"],
)
def test_an_impossible_axis_is_refused_in_one_line(text: str) -> None:
    assert isinstance(attempt(lambda: sweep.points(tiny(), short(), [sweep.axis(text)])), str)


def test_settings_named_twice_and_endless_grids_are_refused() -> None:
    assert "once" in str(attempt(sweep.points, tiny(), short(), [("seed", [1]), ("seed", [2])]))
    assert "more than" in str(attempt(sweep.points, tiny(), short(), [("seed", list(range(200))), ("beta", list(range(200)))]))


@pytest.mark.long
def test_a_sweep_trains_every_point_and_again_only_what_is_missing(command: Callable, tmp_path: Path) -> None:
    out = tmp_path / "sweep"
    flags = ["sweep", "--out", out, *GRID, *FLAGS, "--steps", "4", "--workers", "2", "--json"]
    code, printed, err = command(*flags)
    assert code == 0, err
    found = json.loads(printed)
    assert found == rows(out)
    assert [(row["beta"], row["seed"], row["state"]) for row in found] == [(beta, 0, "finished") for beta in (0.5, 4.0)]
    for row in found:
        assert checkpoints.read(out / row["run"]).metrics["elbo"] == row["elbo"]
        assert checkpoints.read_config(out / row["run"])[1].beta == row["beta"]
    with (out / "summary.csv").open(encoding="utf-8") as file:
        assert [float(row["elbo"]) for row in csv.DictReader(file)] == [row["elbo"] for row in found]
    made = {path: path.stat().st_mtime_ns for path in out.glob("*/metrics.json")}
    wider = [flag if flag != "seed=0" else "seed=0,1" for flag in flags]
    assert command(*wider)[0] == 0
    assert len(rows(out)) == 4
    assert {path: path.stat().st_mtime_ns for path in made} == made


@pytest.mark.long
def test_a_point_that_cannot_be_trained_is_told_and_the_others_are_trained(command: Callable, tmp_path: Path) -> None:
    grid = ["--grid", "learning-rate=10,0.001"]
    diverging = ["--steps", "60", "--schedule", "constant", "--optimizer", "sgd"]
    code, printed, err = command("sweep", "--out", tmp_path, *grid, *FLAGS, *diverging, "--json")
    assert code == 2
    states = {row["learning_rate"]: row for row in json.loads(printed)}
    assert (states[10.0]["state"], states[0.001]["state"]) == ("failed", "finished")
    assert "learning rate" in states[10.0]["message"]
    assert "1 of 2" in err


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts sweeps as processes."""
    started: list[subprocess.Popen[str]] = []

    def begin(*arguments: object) -> subprocess.Popen[str]:
        with (tmp_path / f"words-{len(started)}").open("w") as words:
            process = subprocess.Popen([sys.executable, *map(str, arguments)], cwd=ROOT, text=True, stdout=words, stderr=words)
        started.append(process)
        return process

    yield begin
    for process in reversed(started):
        process.kill()
        process.wait()
    for pid in training_in(tmp_path / "sweep"):
        os.kill(pid, signal.SIGKILL)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
@pytest.mark.long
def test_killed_workers_and_an_ended_sweep_lose_nothing(start: Callable, tmp_path: Path) -> None:
    out = tmp_path / "sweep"
    flags = ["-m", "vae_engine", "sweep", "--out", out, "--grid", "seed=0,1", *FLAGS, "--seconds", "3", "--workers", "2"]
    driver = start(*flags)
    wait_for(lambda: len(training_in(out)) == 2)
    victim = training_in(out)[0]
    os.kill(victim, signal.SIGKILL)
    wait_for(lambda: victim not in training_in(out) and len(training_in(out)) == 2)
    driver.send_signal(signal.SIGTERM)
    assert driver.wait(timeout=60) == 130
    assert not training_in(out)
    assert start(*flags).wait(timeout=120) == 0
    assert [row["state"] for row in rows(out)] == ["finished", "finished"]


def test_a_cluster_that_is_not_there_gets_one_line(command: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    code, out, err = command("sweep", "--out", tmp_path, "--grid", "seed=0", "--scheduler", "tcp://127.0.0.1:1")
    assert (code, out, len(err.splitlines())) == (2, "", 1)
    assert "latent-explorer[cluster]" in err
    with pytest.raises(EngineError, match="Dask"):
        sweep.on_cluster("tcp://127.0.0.1:1", 1)


@pytest.mark.long
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_a_sweep_on_a_dask_cluster_completes_though_a_worker_is_killed(start: Callable, tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    out, file = tmp_path / "sweep", tmp_path / "scheduler.json"
    local = ["--host", "127.0.0.1", "--no-dashboard"]
    start("-m", "distributed.cli.dask_scheduler", "--port", "0", "--scheduler-file", file, *local)
    wait_for(file.exists)
    # Each worker writes where it is told, so that it can be seen which of them trains.
    places = [tmp_path / f"worker-{number}" for number in range(2)]
    workers = []
    for place in places:
        place.mkdir()
        os.environ["TMPDIR"] = str(place)
        options = ["--scheduler-file", file, "--nthreads", "1", "--no-nanny", "--local-directory", place, *local]
        workers.append(start("-m", "distributed.cli.dask_worker", *options))
    del os.environ["TMPDIR"]
    address = json.loads(file.read_text())["address"]
    flags = ["--grid", "seed=0,1,2", *FLAGS, "--seconds", "2", "--scheduler", address]
    driver = start("-m", "vae_engine", "sweep", "--out", out, *flags)
    wait_for(lambda: any(places[0].glob("tmp*/run/snapshots/*")))
    workers[0].kill()
    assert driver.wait(timeout=200) == 0
    assert [row["state"] for row in rows(out)] == ["finished"] * 3
    for row in rows(out):
        assert checkpoints.read(out / row["run"]).train.seed == row["seed"]
    assert not [path for path in out.iterdir() if path.name.startswith(".")]
