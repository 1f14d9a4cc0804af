"""Tensors in a file of `torch.save`, read without torch and without unpickling anything.

Such a file is a zip: `…/data.pkl`, a pickle that says which tensor is where, and `…/data/0`, `…/data/1`, … their bytes. The
pickle is read as a list of operations, of which those that weights need are followed by a small stack machine of our own. It
imports nothing and calls nothing: a name is a text to it, and any name other than those of tensors is refused. So there is no
process to shut in, no torch that must be there (an installed copy may lack it), and whatever is refused is named.
"""

from __future__ import annotations

import math
import pickletools
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from vae_engine.base.errors import EngineError

LARGEST = 256 * 2**20
_MOST_OPERATIONS, _MOST_SIDES = 200_000, 8
_TYPES = {"FloatStorage": "<f4", "DoubleStorage": "<f8", "HalfStorage": "<f2", "LongStorage": "<i8", "IntStorage": "<i4"}
_LITERALS = ("BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8", "BININT", "BININT1", "BININT2", "LONG1", "BINFLOAT")
_CONSTANTS: dict[str, Any] = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False, "EMPTY_TUPLE": ()}
_KNOWN = (
    "collections OrderedDict", "torch._utils _rebuild_tensor_v2", "torch._utils _rebuild_parameter", "torch Size",
    *(f"torch {name}" for name in _TYPES),
)  # fmt: skip


@dataclass(frozen=True)
class _Name:
    """A module and a name in it, as a text."""

    text: str


@dataclass(frozen=True)
class _Stored:
    """A tensor of one dimension in a file of the zip."""

    key: str
    dtype: str
    count: int


class _Mark:
    """Where the stack stood."""


def read(path: Path) -> Any:
    """What was saved: dictionaries, lists, numbers and texts, with arrays in place of tensors. Raises EngineError in one line."""
    try:
        with zipfile.ZipFile(path) as packed:
            if sum(one.file_size for one in packed.infolist()) > LARGEST:
                raise EngineError(f"{path.name} unpacks to more than {LARGEST >> 20} MiB.")
            name = next(name for name in packed.namelist() if name.count("/") == 1 and name.endswith("/data.pkl"))
            root = name.removesuffix("data.pkl")
            if f"{root}byteorder" in packed.namelist() and packed.read(f"{root}byteorder") != b"little":
                raise EngineError(f"{path.name} was written by a machine of another byte order.")
            return _Reader(path.name, packed, root).value(packed.read(name))
    except EngineError:
        raise
    except MemoryError:
        raise EngineError(f"{path.name} needs more memory than there is.") from None
    except Exception as error:  # zipfile and pickletools raise a dozen kinds, and a stack may be empty
        raise EngineError(f"{path.name} is not a file of torch.save that can be read ({type(error).__name__}).") from None


class _Reader:
    def __init__(self, file: str, packed: zipfile.ZipFile, root: str) -> None:
        self.file, self.packed, self.root = file, packed, root
        self.bytes: dict[str, bytes] = {}
        self.numbers = 0

    def value(self, pickled: bytes) -> Any:
        """The one value that is left when all operations are done."""
        stack: list[Any] = []
        memo: dict[int, Any] = {}
        argument: Any
        for index, (operation, argument, _) in enumerate(pickletools.genops(pickled)):
            if index > _MOST_OPERATIONS:
                raise EngineError(f"{self.file} holds more than the weights of a small model.")
            name = operation.name
            if name in _LITERALS:
                stack.append(argument)
            elif name in _CONSTANTS:
                stack.append(_CONSTANTS[name])
            elif name in ("BINPUT", "LONG_BINPUT", "MEMOIZE"):
                memo[len(memo) if argument is None else argument] = stack[-1]
            elif name in ("BINGET", "LONG_BINGET"):
                stack.append(memo[argument])
            elif name == "MARK":
                stack.append(_Mark)
            elif name in ("EMPTY_DICT", "EMPTY_LIST"):
                stack.append({} if name == "EMPTY_DICT" else [])
            elif name == "TUPLE" or name in ("TUPLE1", "TUPLE2", "TUPLE3"):
                stack.append(tuple(_since_mark(stack) if name == "TUPLE" else _last(stack, int(name[-1]))))
            elif name in ("SETITEM", "SETITEMS"):
                items = _since_mark(stack) if name == "SETITEMS" else _last(stack, 2)
                stack[-1].update(_named(zip(items[::2], items[1::2], strict=True)))
            elif name in ("APPEND", "APPENDS"):
                items = _since_mark(stack) if name == "APPENDS" else _last(stack, 1)
                stack[-1].extend(items)
            elif name == "GLOBAL" or name == "STACK_GLOBAL":
                stack.append(self._known(argument if name == "GLOBAL" else " ".join(_last(stack, 2))))
            elif name == "BINPERSID":
                stack.append(_storage(stack.pop()))
            elif name == "REDUCE":
                function, given = _last(stack, 2)
                stack.append(self._made(function.text, given))
            elif name == "BUILD":
                stack.pop()  # attributes of a dictionary: versions of its modules
            elif name == "STOP":
                return stack.pop()
            elif name not in ("PROTO", "FRAME"):
                raise EngineError(f"{self.file} holds what no weights need (the operation {name}); it is not read.")
        raise ValueError

    def _known(self, text: str) -> _Name:
        if text not in _KNOWN:
            raise EngineError(f"{self.file} names {text.replace(' ', '.')[:80]}, which is code and no weight; it is not read.")
        return _Name(text)

    def _made(self, function: str, given: tuple[Any, ...]) -> Any:
        match function.rsplit(" ", 1)[-1]:
            case "OrderedDict":
                return _named(*given)
            case "_rebuild_parameter":
                return given[0]
            case "Size":
                return tuple(given[0])
            case "_rebuild_tensor_v2":
                return self._tensor(*given[:4])
        raise ValueError

    def _tensor(self, stored: _Stored, offset: int, shape: tuple[int, ...], stride: tuple[int, ...]) -> np.ndarray:
        sides: list[tuple[int, int]] = list(zip(shape, stride, strict=True))
        if len(sides) > _MOST_SIDES or not all(type(one) is int and 0 <= one < LARGEST for one in (offset, *shape, *stride)):
            raise ValueError  # before any arithmetic: a tuple times a number is a long tuple
        count = math.prod(list(shape))
        self.numbers += count
        if self.numbers * 4 > LARGEST:
            raise ValueError
        if stored.key not in self.bytes:
            self.bytes[stored.key] = self.packed.read(f"{self.root}data/{stored.key}")
        flat = np.frombuffer(self.bytes[stored.key], stored.dtype)
        if offset + sum((side - 1) * step for side, step in sides) >= len(flat) and count:
            raise ValueError
        steps = [step * flat.itemsize for step in stride]
        return np.array(np.lib.stride_tricks.as_strided(flat[offset:], shape, steps))


def _storage(told: Any) -> _Stored:
    kind, name, key, _, count = told
    if kind != "storage" or not isinstance(key, str):
        raise ValueError
    return _Stored(key, _TYPES[name.text.removeprefix("torch ")], count)


def _named(pairs: Iterable[Any] = ()) -> dict[str, Any]:
    """A dictionary whose keys are texts: a tuple that holds itself twice over, again and again, takes ages to be looked up."""
    found = [(key, value) for key, value in pairs]
    if not all(isinstance(key, str) for key, _ in found):
        raise ValueError
    return dict(found)


def _last(stack: list[Any], count: int) -> list[Any]:
    taken = stack[-count:]
    del stack[-count:]
    if len(taken) < count:
        raise ValueError
    return taken


def _since_mark(stack: list[Any]) -> list[Any]:
    place = max(index for index, one in enumerate(stack) if one is _Mark)
    taken = stack[place + 1 :]
    del stack[place:]
    return taken
