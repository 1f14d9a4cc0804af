"""Runs where the machine is another: an Apple GPU, Windows with readers that keep files open, a disk without locks."""

from __future__ import annotations

import errno
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import torch
from support.builders import one_line, short, tiny
from torch.overrides import TorchFunctionMode

from dashboard.jobs.jobs import Jobs
from dashboard.jobs.run_view import State, read_run
from vae_engine import EngineError
from vae_engine.base import files, locks
from vae_engine.data import mnist as data
from vae_engine.runs import runs, snapshots
from vae_engine.stored import checkpoints
from vae_engine.training import training
from vae_engine.training.training import Finished

_FETCHED = {torch.Tensor.cpu, torch.Tensor.numpy, torch.Tensor.tolist}


class AppleGpu(TorchFunctionMode):
    """As if every tensor lay on an Apple GPU until it is fetched by `cpu`: made float64 there, it is refused."""

    def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        double = function is torch.Tensor.double or torch.float64 in (*args[1:], *kwargs.values())
        if function in (torch.Tensor.double, torch.Tensor.to, torch.Tensor.type) and double and not hasattr(args[0], "fetched"):
            raise TypeError("Cannot convert a MPS Tensor to float64 dtype as the MPS framework doesn't support float64.")
        found = function(*args, **kwargs)
        if function in _FETCHED and isinstance(found, torch.Tensor):
            found = found.view_as(found)
            found.fetched = True
        return found


@pytest.mark.parametrize("kind", ["vae", "ae"])
def test_training_makes_nothing_float64_on_a_device(kind: str, digits: data.Images, tmp_path: Path) -> None:
    train = short(steps=8, batch_size=16)  # two epochs, each with its held-out terms
    with AppleGpu():
        with pytest.raises(TypeError, match="float64"):
            torch.zeros(2).double()
        events = list(runs.start(tmp_path / "run", tiny(kind=kind), train, train_images=digits, validation_images=digits))
    assert isinstance(events[-1], Finished)
    assert all(weight.dtype == torch.float32 for weight in events[-1].model.state_dict().values())


def refusing(monkeypatch: pytest.MonkeyPatch, method: str, name: str, times: float) -> list[Path]:
    """Let Windows refuse to do something to a file so many times, as it does while somebody reads there; what was refused."""
    done, refused = getattr(Path, method), list[Path]()

    def act(path: Path, *arguments: Any, **options: Any) -> Any:
        target = arguments[0] if arguments else path
        if target.name == name and len(refused) < times:
            refused.append(target)
            raise PermissionError(errno.EACCES, "The process cannot access the file because it is being used by another process")
        return done(path, *arguments, **options)

    monkeypatch.setattr(Path, method, act)
    return refused


@pytest.mark.parametrize(
    ("method", "name"),
    [("replace", snapshots.LATEST), ("unlink", snapshots.LATEST), ("replace", checkpoints.METRICS), ("replace", runs.STATE)],
)
def test_a_run_outlives_readers_that_keep_its_files_open(
    method: str, name: str, digits: data.Images, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "_LIVE_SECONDS", 0.0)
    monkeypatch.setattr(files, "_PATIENCE", 0.3)
    worthless = name == snapshots.LATEST
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / snapshots.LATEST).write_bytes(b"of an earlier run, and open in a reader")
    refused = refusing(monkeypatch, method, name, times=float("inf") if worthless else 2)
    options = {"train_images": digits, "validation_images": digits, "live": True}
    events = list(runs.start(tmp_path / "run", tiny(), short(steps=6), **options))
    assert refused
    assert isinstance(events[-1], Finished)
    assert (tmp_path / "run" / checkpoints.METRICS).exists()
    assert not list((tmp_path / "run").glob(".*.tmp"))


def test_what_matters_is_refused_in_one_line_where_it_stays_impossible(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "_PATIENCE", 0.1)
    refusing(monkeypatch, "replace", "file", times=float("inf"))
    (tmp_path / "file").write_bytes(b"old")
    with pytest.raises(EngineError, match="Cannot write") as told:
        files.write_atomically(tmp_path / "file", b"new")
    assert one_line(told.value)
    files.write_atomically(tmp_path / "file", b"new", durable=False)
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"old"]


def test_a_deleted_run_is_moved_once_its_readers_let_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    jobs = Jobs(tmp_path / "runs", type(Jobs(tmp_path).limits)(running=0))
    run = jobs.submit(tiny(), short(), "a")
    refused = refusing(monkeypatch, "rename", run, times=3)
    jobs.delete(run)
    assert len(refused) == 3
    assert jobs.is_deleted(run)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows locks otherwise")
@pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOSYS])
def test_on_a_disk_without_locks_nothing_is_begun_and_no_run_is_taken_for_an_interrupted_one(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, start_python: Callable
) -> None:
    jobs = Jobs(tmp_path / "runs", type(Jobs(tmp_path).limits)(running=0))
    run = jobs.submit(tiny(), short(), "a")
    jobs.stop(run)
    ended = jobs.submit(tiny(), short(), "b")
    jobs.stop(ended)
    folder = jobs.folder / run
    (folder / locks.RUN).write_text("4242")  # as a process elsewhere keeps it that trains there
    (jobs.folder / ended / locks.RUN).write_text("")  # as one leaves it that has ended

    def flock(file: Any, how: int) -> None:
        raise OSError(number, "No locks available")

    monkeypatch.setattr("vae_engine.base.locks.fcntl.flock", flock)
    assert read_run(folder).state is State.STARTING
    assert read_run(jobs.folder / ended).state is State.INTERRUPTED
    assert "--runs-dir" in jobs.why_not()
    for begin in (lambda: jobs.submit(tiny(), short(), "c"), lambda: jobs.resume(run), jobs.sweep, lambda: jobs.stop(run)):
        with pytest.raises(EngineError, match="--runs-dir") as told:
            begin()
        assert one_line(told.value)
        assert str(jobs.folder) in str(told.value)
    with pytest.raises(EngineError, match="--run-dir"), locks.hold(tmp_path / "new" / "lock", "refused"):
        pass
    ending = jobs.watch(0.01)
    with suppress(EngineError):
        jobs.advance()
    ending.set()
