"""Training where the machine is another: an Apple GPU, and Windows with readers that keep files open."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from support.builders import one_line, short, tiny
from support.platforms import refusing
from torch.overrides import TorchFunctionMode

from vae_engine import EngineError
from vae_engine.base import files
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
