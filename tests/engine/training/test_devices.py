"""Devices by name."""

from __future__ import annotations

import pytest
import torch
from support.builders import one_line

from vae_engine import EngineError
from vae_engine.training.devices import autocast, has_fast_bf16, resolve_device


@pytest.mark.parametrize("name", ["tpu", "", "cuda:0", "CPU", "cpu "])
def test_an_unknown_device_is_refused_with_the_choices(name: str) -> None:
    with pytest.raises(EngineError, match="auto, cpu, cuda, mps") as refused:
        resolve_device(name)
    assert one_line(refused.value)


@pytest.mark.parametrize("name", ["cuda", "mps"])
def test_a_device_that_is_absent_is_refused_with_a_remedy(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    with pytest.raises(EngineError, match="--device cpu"):
        resolve_device(name)


@pytest.mark.parametrize(("cuda", "mps", "chosen"), [(True, True, "cuda"), (False, True, "mps"), (False, False, "cpu")])
def test_auto_takes_the_fastest_device_there_is(cuda: bool, mps: bool, chosen: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)
    assert resolve_device("auto").type == chosen


def test_cpu_is_always_there() -> None:
    assert resolve_device("cpu") == torch.device("cpu")


@pytest.mark.parametrize(("units", "fast"), [({"amx_bf16": True}, True), ({"avx512_bf16": True}, True), ({"avx2": True}, False)])
def test_half_precision_is_used_only_where_the_processor_has_it(
    units: dict[str, bool], fast: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: units)
    cpu = torch.device("cpu")
    assert has_fast_bf16(cpu) is fast
    with autocast(cpu):
        assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype == (torch.bfloat16 if fast else torch.float32)
