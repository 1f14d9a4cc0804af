"""Where tensors live, and whether half precision pays there."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

import torch

from vae_engine.base.errors import EngineError

DEVICES = ("auto", "cpu", "cuda", "mps")


def resolve_device(name: str) -> torch.device:
    """The torch device of a name; `auto` takes a GPU where there is one.

    Raises EngineError when the machine has no such device.
    """
    if name not in DEVICES:
        raise EngineError(f"There is no device called {name!r}; choose one of {', '.join(DEVICES)}.")
    present = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if name == "auto":
        name = next(found for found in ("cuda", "mps", "cpu") if present[found])
    if not present[name]:
        raise EngineError(f"This machine has no {name} device that torch can use; try --device cpu.")
    return torch.device(name)


def has_fast_bf16(device: torch.device) -> bool:
    """Whether bf16 matrix products run in hardware; emulated, they are a hundred times slower."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    if device.type == "cpu":
        units = torch.cpu.get_capabilities()
        return bool(units.get("amx_bf16") or units.get("avx512_bf16"))
    return False


def autocast(device: torch.device) -> AbstractContextManager:
    """bf16 networks where that is fast, float32 elsewhere."""
    return torch.autocast(device.type, torch.bfloat16) if has_fast_bf16(device) else nullcontext()
