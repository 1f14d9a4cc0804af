"""A run packed into one file and unpacked again is the same run; a run on its way out is checked, too."""

from __future__ import annotations

import json
import math
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from support.builders import attempt, short, tiny

from vae_engine import load_model
from vae_engine.data import mnist as data
from vae_engine.runs import archive as run_archive
from vae_engine.runs import log as run_log
from vae_engine.runs import runs, snapshots
from vae_engine.runs.log import read_on


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory, digits: data.Images) -> Path:
    """A finished run; not to be written to."""
    folder = tmp_path_factory.mktemp("runs") / "one"
    list(runs.start(folder, tiny(), short(), train_images=digits, validation_images=digits.head(32)))
    return folder


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory, digits: data.Images) -> Path:
    """A stopped run; not to be written to."""
    folder, asked = tmp_path_factory.mktemp("runs") / "two", iter(range(5))
    images = {"train_images": digits, "validation_images": digits.head(32)}
    list(runs.start(folder, tiny(), short(), should_stop=lambda: next(asked, None) is None, **images))
    return folder


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.mark.parametrize("which", ["finished", "stopped"])
def test_a_run_comes_out_as_it_went_in(which: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    folder: Path = request.getfixturevalue(which)
    size = run_archive.pack(folder, tmp_path / "run.zip")
    assert size == (tmp_path / "run.zip").stat().st_size
    run_archive.unpack(tmp_path / "run.zip", tmp_path / "copies" / "copy")
    before, after = files(folder), files(tmp_path / "copies" / "copy")
    assert before.pop(runs.EVENTS).splitlines() == after.pop(runs.EVENTS).splitlines()
    assert before == after
    assert [path.name for path in (tmp_path / "copies").iterdir()] == ["copy"]


def test_an_unpacked_run_is_a_model_and_has_its_snapshots(finished: Path, tmp_path: Path) -> None:
    run_archive.pack(finished, tmp_path / "run.zip")
    run_archive.unpack(tmp_path / "run.zip", tmp_path / "copy")
    assert load_model(str(tmp_path / "copy")).config == tiny()
    for event in read_on(tmp_path / "copy").events:
        if event["type"] == "snapshot":
            assert snapshots.read(tmp_path / "copy", event["step"]).metrics["steps"] == event["step"]


@pytest.mark.parametrize("older", [False, True], ids=["as written now", "as older logs wrote it"])
def test_a_run_that_diverged_travels_as_strict_json_and_its_infinities_come_out_as_no_number(
    older: bool, finished: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(finished, tmp_path / "run"))
    events = read_on(folder).events
    last = {**events[-1], "terms": {**events[-1]["terms"], "nll": math.inf, "kl": math.nan}}
    step = next(event for event in events if event["type"] == "step")
    wild = [*events[:-1], {**step, "kl": math.inf, "kl_se": None}, last]
    lines = [json.dumps(event).encode() + b"\n" if older else run_log.line(event) for event in wild]
    (folder / runs.EVENTS).write_bytes(b"".join(lines))
    run_archive.pack(folder, tmp_path / "run.zip")
    run_archive.unpack(tmp_path / "run.zip", tmp_path / "copy")
    for text in (tmp_path / "copy" / runs.EVENTS).read_text().splitlines():
        json.loads(text, parse_constant=lambda constant: pytest.fail(f"{constant} is no JSON"))
    *others, step, last = read_on(tmp_path / "copy").events
    assert others == list(events[:-1])
    assert [math.isnan(value) for value in (step["kl"], last["terms"]["nll"], last["terms"]["kl"])] == [True] * 3
    assert step["kl_se"] is None, "which there never was"


def test_an_unpacked_stopped_run_goes_on(stopped: Path, tmp_path: Path, digits: data.Images) -> None:
    run_archive.pack(stopped, tmp_path / "run.zip")
    run_archive.unpack(tmp_path / "run.zip", tmp_path / "copy")
    events = list(runs.resume(tmp_path / "copy", train_images=digits, validation_images=digits.head(32)))
    assert events[-1].step == 12


def test_only_the_parts_of_a_run_travel(finished: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(finished, tmp_path / "run"))
    for name in ("about.json", "output.log", "lock", "secret.txt", "snapshots/notes.txt"):
        (folder / name).write_text("private")
    run_archive.pack(folder, tmp_path / "run.zip")
    with zipfile.ZipFile(tmp_path / "run.zip") as archive:
        names = set(archive.namelist())
    assert names - {run_archive.MANIFEST} == set(files(finished))


def test_a_limit_drops_the_state_of_a_finished_run_first_then_snapshots_evenly(finished: Path, tmp_path: Path) -> None:
    whole = run_archive.pack(finished, tmp_path / "run.zip")
    state = (finished / run_archive.STATE).stat().st_size
    snapshot = (finished / "snapshots" / "step-00000000.safetensors").stat().st_size
    steps = [event["step"] for event in read_on(finished).events if event["type"] == "snapshot"]
    for dropped in (0, 2, len(steps) - 3):
        limit = whole - (state + dropped * snapshot if dropped else 1)
        assert run_archive.pack(finished, tmp_path / "light.zip", limit) <= limit
        parts = run_archive.read(tmp_path / "light.zip")
        assert run_archive.STATE not in parts
        left = sorted(int(name[-20:-12]) for name in parts if name.startswith("snapshots/"))
        assert {steps[0], steps[-1]} <= set(left) <= set(steps)
        assert len(steps) - len(left) in ((dropped, dropped + 1) if dropped else (0,))
        told = [json.loads(line) for line in parts[runs.EVENTS].splitlines()]
        assert [event["step"] for event in told if event["type"] == "snapshot"] == left
        assert [event for event in told if event["type"] != "snapshot"] == [
            event for event in read_on(finished).events if event["type"] != "snapshot"
        ]


def test_a_limit_leaves_a_stopped_run_what_it_needs_to_go_on(stopped: Path, tmp_path: Path, digits: data.Images) -> None:
    whole = run_archive.pack(stopped, tmp_path / "run.zip")
    run_archive.pack(stopped, tmp_path / "light.zip", whole - 10)
    run_archive.unpack(tmp_path / "light.zip", tmp_path / "copy")
    assert list(runs.resume(tmp_path / "copy", train_images=digits, validation_images=digits.head(32)))[-1].step == 12


def test_a_limit_that_even_the_model_alone_exceeds_is_refused(finished: Path, tmp_path: Path) -> None:
    assert "without snapshots" in str(attempt(run_archive.pack, finished, tmp_path / "run.zip", 2000))
    assert not (tmp_path / "run.zip").exists()


@pytest.mark.parametrize("spoil", ["no config", "broken weights", "linked weights", "broken snapshot"])
def test_a_spoilt_run_is_not_packed(spoil: str, finished: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(finished, tmp_path / "run"))
    match spoil:
        case "no config":
            (folder / "config.json").unlink()
        case "broken weights":
            (folder / "model.safetensors").write_bytes(b"x")
        case "linked weights":
            (folder / "model.safetensors").rename(tmp_path / "weights")
            (folder / "model.safetensors").symlink_to(tmp_path / "weights")
        case "broken snapshot":
            (folder / "snapshots" / "step-00000002.safetensors").write_bytes(b"x")
    assert isinstance(attempt(run_archive.pack, folder, tmp_path / "run.zip"), str)
    assert not (tmp_path / "run.zip").exists()


def test_an_existing_folder_is_left_alone(finished: Path, tmp_path: Path) -> None:
    run_archive.pack(finished, tmp_path / "run.zip")
    (tmp_path / "copy").mkdir()
    assert "exists already" in str(attempt(run_archive.unpack, tmp_path / "run.zip", tmp_path / "copy"))


def test_both_commands_work_and_report(command: Callable, finished: Path, tmp_path: Path) -> None:
    code, out, _ = command("pack", finished, "-o", tmp_path / "run.zip", "--json")
    assert code == 0
    assert json.loads(out)["bytes"] == (tmp_path / "run.zip").stat().st_size
    assert command("unpack", tmp_path / "run.zip", "--run-dir", tmp_path / "copy")[0] == 0
    assert files(tmp_path / "copy").keys() == files(finished).keys()
    code, out, err = command("unpack", tmp_path / "run.zip", "--run-dir", tmp_path / "copy")
    assert (code, out, len(err.splitlines())) == (2, "", 1)
