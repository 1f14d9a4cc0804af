"""Files as other programs write them, damaged where it tells: in what they say, not only in their bytes."""

from __future__ import annotations

import functools
import io
import json
import random
import shutil
import struct
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import onnx
from engine.exchange.imports.torch_files import another_zip
from onnx import TensorProto, helper, numpy_helper
from support.builders import attempt

from vae_engine.exchange.imports import folder
from vae_engine.exchange.imports.roles import Wishes

ONNX = ("torch_default", "torch_dynamic", "torch_whole", "torch_conv", "torch_old", "keras_onnx")
KERAS = ("keras", "keras_odd")
_OPS = (
    "Add", "Mul", "Sub", "Div", "Concat", "Expand", "Tile", "Resize", "Pad", "Reshape", "Transpose", "Range", "ConstantOfShape",
    "Gather", "Slice", "Split", "MatMul", "Gemm", "Conv", "ConvTranspose", "Softplus", "Where", "Loop", "If", "Scan", "Identity",
    "BatchNormalization", "MaxPool", "AveragePool", "ReduceMean", "RandomNormalLike", "Cast", "Shape", "CumSum", "Einsum",
    "OneHot", "DepthToSpace", "NonZero", "Unknown",
)  # fmt: skip
_WHOLE = (0, -1, 1, 2, 3, 7, 784, 65536, 2**24, 2**31 - 1, 2**40, -(2**63))
_LEAVES: tuple[Any, ...] = (
    None, -1, 0, 1, 2, 3, 784, 2**24, 2**40, -(2**63), 1e308, -0.5, True, "", "same", "valid", "os.system", [], [0], [3, 3], {},
    [[1, 1], [1, 1]], {"class_name": "Lambda", "config": "print(1)"}, float("nan"),
)  # fmt: skip


def flipped(content: bytes, rng: random.Random) -> bytes:
    """A few bytes changed, or the end cut off."""
    changed = bytearray(content)
    for _ in range(rng.randint(1, 9)):
        changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed[: rng.randrange(len(changed))] if rng.random() < 0.2 else changed)


def _another_op(model: Any, rng: random.Random) -> None:
    rng.choice(model.graph.node).op_type = rng.choice(_OPS)


def _another_input(model: Any, rng: random.Random) -> None:
    node, other = rng.choice(model.graph.node), rng.choice(model.graph.node)
    if node.input and other.output:
        node.input[rng.randrange(len(node.input))] = rng.choice([*other.input, *other.output])


def _another_attribute(model: Any, rng: random.Random) -> None:
    node = rng.choice([node for node in model.graph.node if node.attribute] or model.graph.node)
    for one in node.attribute:
        if one.ints:
            one.ints[rng.randrange(len(one.ints))] = rng.choice(_WHOLE)
        elif one.type == onnx.AttributeProto.INT:
            one.i = rng.choice(_WHOLE)
        elif one.type == onnx.AttributeProto.FLOAT:
            one.f = rng.choice((0.0, -1.0, 1e30, float("nan"), float("inf")))


def _another_constant(model: Any, rng: random.Random) -> None:
    wholes = [one for one in model.graph.initializer if one.data_type == TensorProto.INT64 and not one.external_data]
    if wholes:
        one = rng.choice(wholes)
        numbers = numpy_helper.to_array(one).copy()
        if numbers.size:
            numbers.flat[rng.randrange(numbers.size)] = rng.choice(_WHOLE)
        one.CopyFrom(numpy_helper.from_array(numbers, one.name))


def _another_size(model: Any, rng: random.Random) -> None:
    if model.graph.initializer:
        one = rng.choice(model.graph.initializer)
        if one.dims:
            one.dims[rng.randrange(len(one.dims))] = rng.choice(_WHOLE)
    for entry in one.external_data if model.graph.initializer else ():
        if entry.key in ("offset", "length"):
            entry.value = str(rng.choice(_WHOLE))


def _another_input_shape(model: Any, rng: random.Random) -> None:
    sides = model.graph.input[0].type.tensor_type.shape.dim
    sides[rng.randrange(len(sides))].dim_value = rng.choice(_WHOLE)


def _one_node_less(model: Any, rng: random.Random) -> None:
    del model.graph.node[rng.randrange(len(model.graph.node))]


def _a_bomb(model: Any, rng: random.Random) -> None:
    """A constant that is far larger than the file, added to something."""
    node = rng.choice([node for node in model.graph.node if node.input])
    model.graph.initializer.append(numpy_helper.from_array(np.array([rng.choice((2**16, 2**31, 2**36))]), "bomb's side"))
    made = helper.make_node("ConstantOfShape", ["bomb's side"], ["bomb"])
    added = helper.make_node("Add", [node.input[0], "bomb"], ["bombed"])
    nodes = [made, added, *model.graph.node] if node.input[0] == model.graph.input[0].name else [made, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)


def _doubled(model: Any, rng: random.Random) -> None:
    """An input put beside itself again and again."""
    name = model.graph.input[0].name
    nodes = []
    for index in range(rng.choice((3, 20, 40))):
        nodes.append(helper.make_node("Concat", [name, name], [f"twice {index}"], axis=1))
        name = f"twice {index}"
    nodes.append(helper.make_node("ReduceMean", [name], ["mean of all"], keepdims=1))
    nodes.append(helper.make_node("Add", [model.graph.input[0].name, "mean of all"], ["shifted"]))
    others = list(model.graph.node)
    for node in others:
        node.input[:] = ["shifted" if one == model.graph.input[0].name else one for one in node.input]
    del model.graph.node[:]
    model.graph.node.extend([*nodes, *others])


_ON_GRAPHS: tuple[Callable[[Any, random.Random], None], ...] = (
    _another_op, _another_op, _another_input, _another_attribute, _another_attribute, _another_constant, _another_size,
    _another_input_shape, _one_node_less, _a_bomb, _doubled,
)  # fmt: skip


def mutated_onnx(content: bytes, rng: random.Random) -> bytes:
    """An ONNX file, damaged in its bytes or in what it says."""
    if rng.random() < 0.2:
        return flipped(content, rng)
    model = onnx.load_model_from_string(content)
    for _ in range(rng.choice((1, 1, 2, 4))):
        if model.graph.node:
            rng.choice(_ON_GRAPHS)(model, rng)
    return model.SerializeToString()


def _places(value: Any) -> list[tuple[Any, Any]]:
    """Every (container, key) of a JSON value."""
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else []
    return [(value, key) for key in keys] + [place for key in keys for place in _places(value[key])]


def _config(content: bytes, rng: random.Random) -> bytes:
    model = json.loads(content)
    for _ in range(rng.choice((1, 1, 2, 4))):
        places = _places(model)
        if not places:
            break
        container, key = rng.choice(places)
        match rng.randrange(4):
            case 0:
                del container[key]
            case 1:
                other, there = rng.choice(places)
                container[key] = json.loads(json.dumps(other[there] if there in other or isinstance(other, list) else None))
            case _:
                container[key] = rng.choice(_LEAVES)
    text = json.dumps(model)
    return (text.replace("null", "[" * 100_000 + "]" * 100_000, 1) if rng.random() < 0.05 else text).encode()


def _virtual(file: h5py.File, name: str) -> None:
    layout = h5py.VirtualLayout((4,), np.float32)
    layout[:] = h5py.VirtualSource("/etc/hostname", "x", (4,))
    file.create_virtual_dataset(name, layout)


ELSEWHERE: dict[str, Callable[[h5py.File, str], Any]] = {
    "larger than the file": lambda file, name: file.create_dataset(name, (2**30, 2**10), np.float32),
    "packed": lambda file, name: file.create_dataset(
        name, (2**15, 2**15), np.float32, compression="gzip", chunks=(2**12, 2**12), fillvalue=1
    ),
    "a link to another file": lambda file, name: file.__setitem__(name, h5py.ExternalLink("/etc/hostname", "/")),
    "a link within": lambda file, name: file.__setitem__(name, h5py.SoftLink("/layers")),
    "bytes of another file": lambda file, name: file.create_dataset(name, (4,), np.uint8, external=[("/etc/hostname", 0, 4)]),
    "an array of parts of others": _virtual,
}
"""Arrays that do not lie in a file as Keras writes them."""
_OTHERS: tuple[Callable[[h5py.File, str], Any], ...] = (
    lambda file, name: file.__setitem__(name, np.full((2, 2), np.nan, np.float32)),
    lambda file, name: file.__setitem__(name, np.zeros((), np.float32)),
    lambda file, name: file.__setitem__(name, np.zeros((0,), np.float32)),
    lambda file, name: file.__setitem__(name, np.zeros((1, 1, 1, 1), np.float64)),
    lambda file, name: file.__setitem__(name, "text"),
    lambda file, name: file.create_group(name),
)


def with_another_array(content: bytes, which: int, change: Callable[[h5py.File, str], Any]) -> bytes:
    """An HDF5 file in which something else stands in the place of one of its arrays."""
    kept = io.BytesIO(content)
    with h5py.File(kept, "r+") as file:
        names: list[str] = []
        file.visititems(lambda name, one: names.append(name) if isinstance(one, h5py.Dataset) else None)
        name = names[which % len(names)]
        del file[name]
        change(file, name)
    return kept.getvalue()


def mutated_keras(content: bytes, rng: random.Random) -> bytes:
    """A `.keras` file, damaged in its bytes, in its config or in its weights; its checksums are right."""
    if rng.random() < 0.1:
        return flipped(content, rng)
    out = io.BytesIO()
    which = rng.choice(("config", "config", "weights", "bytes"))
    with zipfile.ZipFile(io.BytesIO(content)) as packed, zipfile.ZipFile(out, "w") as changed:
        for name in packed.namelist():
            part = packed.read(name)
            if name == "config.json" and which == "config":
                part = _config(part, rng)
            if name == "model.weights.h5" and which == "weights":
                part = with_another_array(part, rng.randrange(99), rng.choice([*ELSEWHERE.values(), *_OTHERS]))
            if name == "model.weights.h5" and which == "bytes":
                part = flipped(part, rng)
            changed.writestr(name, part)
    return out.getvalue()


def mutated_pythae(content: bytes, rng: random.Random) -> bytes:
    """A file of a pythae folder, damaged in its bytes or in what it says."""
    if rng.random() < 0.1:
        return flipped(content, rng)
    return another_zip(content, rng) if content.startswith(b"PK") else _config(content, rng)


def mutated_listed(content: bytes, rng: random.Random) -> bytes:
    """A list of layers, or the weights to it, damaged in its bytes or in what it says."""
    if rng.random() < 0.1:
        return flipped(content, rng)
    if content.startswith(b"{"):
        return _config(content, rng)
    length = struct.unpack("<Q", content[:8])[0]
    header = _config(content[8 : 8 + length], rng)
    return struct.pack("<Q", len(header)) + header + content[8 + length :]


def files(folder: Path) -> list[Path]:
    """An encoder's and a decoder's file."""
    return sorted([*folder.glob("encoder.*nx"), *folder.glob("encoder.keras")]) + sorted(
        [*folder.glob("decoder.*nx"), *folder.glob("decoder.keras")]
    )


def _all(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


WISHES = {
    "torch_conv": Wishes(mu="getitem_6", std="softplus", logits="conv2d"), "torch_old": Wishes(logits="71"),
}  # fmt: skip
_KINDS: dict[str, tuple[tuple[str, ...], Callable[[bytes, random.Random], bytes], Callable[[Path], list[Path]]]] = {
    "onnx": (ONNX, mutated_onnx, files), "keras": (KERAS, mutated_keras, files),
    "pythae": (("pythae",), mutated_pythae, lambda folder: [folder / "model.pt", folder / "model_config.json"]),
    "listed": (("listed",), mutated_listed, _all),
}  # fmt: skip
KINDS = tuple(_KINDS)


def imported(kind: str, count: int, seed: int, foreign: Path, place: Path) -> dict[str, float]:
    """Import so many damaged models; how many were refused, and the longest that one took in seconds.

    Whatever is raised but EngineError is raised on, with the number of the model that did it.
    """
    names, mutated, damaged = _KINDS[kind]
    refused, slowest = 0, 0.0
    for index in range(count):
        rng = random.Random(f"{kind} {seed} {index}")  # noqa: S311 (it keeps no secret)
        name = rng.choice(names)
        shutil.copytree(foreign / name, place / "in")
        victims = damaged(place / "in")
        paths = [place / "in"] if kind == "pythae" else victims
        victim = rng.choice(victims)
        victim.write_bytes(mutated(victim.read_bytes(), rng))
        began = time.perf_counter()
        model = functools.partial(
            folder.import_model, paths, place / "out", data="mnist", protocol="grey", wishes=WISHES.get(name, Wishes())
        )
        try:
            refused += isinstance(attempt(model), str)
        except Exception as error:
            error.add_note(f"{kind} {index}, {name}")
            raise
        slowest = max(slowest, time.perf_counter() - began)
        for made in ("in", "out"):
            shutil.rmtree(place / made, ignore_errors=True)
    return {"refused": refused, "slowest": slowest}
