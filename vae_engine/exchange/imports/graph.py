"""An ONNX file as data: its nodes, and every value that they give for a few images.

onnxruntime runs the graph once with all its values as outputs. What does not depend on the images is a constant, however
much arithmetic an exporter put around it, and its number is then known: so nothing needs to be folded here.
"""

from __future__ import annotations

import contextlib
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from vae_engine.base import remedies
from vae_engine.base.errors import EngineError

LARGEST = 256 * 2**20
_MOST_NODES, _MOST_NUMBERS = 3000, 2**24
_ROWS, _AT_ONCE = 3, 32
_RANDOM = ("RandomNormalLike", "RandomNormal", "RandomUniformLike", "RandomUniform", "Bernoulli", "Multinomial")


@dataclass(frozen=True)
class Node:
    """An operation."""

    op: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    says: dict[str, Any]
    proto: Any = field(compare=False, repr=False)

    def __str__(self) -> str:
        return f"{self.op} ({self.proto.name or self.outputs[0]})"


@dataclass
class Graph:
    """A file, read: `values` are those of a few rows of input."""

    path: Path
    nodes: list[Node]
    source: str
    shape: tuple[int, ...]
    """Of one row of the input."""
    outputs: tuple[str, ...]
    values: dict[str, np.ndarray]
    rows: int
    fixed: bool
    """Whether the file takes no other number of rows."""
    notes: dict[str, str]
    drawn: frozenset[str]
    """Values that were drawn at random; here they are 0."""
    model: Any
    """With every value as an output."""
    session: Any

    def __post_init__(self) -> None:
        self.makers = {name: node for node in self.nodes for name in node.outputs}

    def varying(self, source: str) -> set[str]:
        """The values that depend on a value, and itself; the shape of a value is no more than its number of rows."""
        found = {source}
        for node in self.nodes:
            if node.op not in ("Shape", "Size") and found.intersection(node.inputs):
                found.update(node.outputs)
        return found

    def run(self, rows: np.ndarray, wanted: list[str], source: str = "") -> list[np.ndarray]:
        """What onnxruntime makes of rows [n, …] given for a value, else for the input, at some others.

        In parts, where the file takes a fixed number at once. Raises EngineError when it fails.
        """
        source = source or self.source
        session, others = (self.session, {}) if source == self.source else (self._from(source), {self.source: self.shape})
        step = self.rows if self.fixed else min(len(rows), _AT_ONCE)
        short = -len(rows) % step
        padded = np.concatenate([rows, rows[:1].repeat(short, 0)]) if short else rows
        shapes = others | {source: self.values[source].shape[1:]}
        parts = []
        for at in range(0, len(padded), step):
            part = padded[at : at + step].astype(np.float32)
            feeds = {name: np.zeros((len(part), *shape), np.float32) for name, shape in shapes.items()}
            feeds[source] = part.reshape(len(part), *shapes[source])
            with refused(self.path):
                parts.append(session.run(wanted, feeds))
        return [np.concatenate(found)[: len(rows)] for found in zip(*parts, strict=True)]

    def _from(self, source: str) -> Any:
        """A session of the same graph in which one of its values is given instead of made."""
        onnx, _ = packages()
        model = type(self.model)()
        model.CopyFrom(self.model)
        for node in model.graph.node:
            for index, name in enumerate(node.output):
                if name == source:
                    node.output[index] = f"{source}, as made"
        kept = [one for one in model.graph.output if one.name != source]
        del model.graph.output[:]
        model.graph.output.extend(kept)
        sides = [None, *self.values[source].shape[1:]]
        model.graph.input.append(onnx.helper.make_tensor_value_info(source, onnx.TensorProto.FLOAT, sides))
        return runner(self.path, model)


def packages() -> tuple[Any, Any]:
    """onnx and onnxruntime. Raises EngineError where they are not installed."""
    try:
        import onnx
        import onnxruntime
    except ImportError:
        raise EngineError(
            f"ONNX needs the packages onnx and onnxruntime: add them {remedies.optional('onnx onnxruntime')}."
        ) from None
    return onnx, onnxruntime


def read(path: Path) -> Graph:
    """The graph of a file with one input of known size. Raises EngineError, saying what is wrong."""
    onnx, _ = packages()
    sizes = [file.stat().st_size for file in (path, path.with_name(path.name + ".data")) if file.is_file()]
    if not sizes or sum(sizes) > LARGEST:
        raise EngineError(f"{path} is {f'larger than {LARGEST >> 20} MiB' if sizes else 'not a file'}.")
    with refused(path):
        model = onnx.load(path)  # reads no file outside the folder
        onnx.checker.check_model(model)
    graph = model.graph
    if len(graph.node) > _MOST_NODES:
        raise EngineError(f"{path} has {len(graph.node)} nodes; a small VAE has fewer than {_MOST_NODES}.")
    strange = next((node for node in graph.node if node.domain not in ("", "ai.onnx")), None)
    if strange is not None or model.functions:
        raise EngineError(
            f"{path} uses operations that are not ONNX's own{f': {strange.op_type}' if strange is not None else ''}."
        )
    inner = next((node for node in graph.node if any(one.HasField("g") or one.graphs for one in node.attribute)), None)
    if inner is not None:
        raise EngineError(f"{path}: {inner.op_type} holds a graph of its own; loops and branches are not read.")
    given = {one.name for one in graph.initializer}
    inputs = [one for one in graph.input if one.name not in given]
    if len(inputs) != 1:
        raise EngineError(f"{path} has {len(inputs)} inputs; an encoder or a decoder has one.")
    sides = [side.dim_value for side in inputs[0].type.tensor_type.shape.dim]
    if len(sides) < 2 or min(sides[1:]) < 1 or math.prod(sides[1:]) * max(sides[0], 1) > _MOST_NUMBERS:
        raise EngineError(
            f"{path}: the shape of its input {inputs[0].name!r} must be known but for the number of images, and small."
        )
    fixed, rows = sides[0] > 0, sides[0] or _ROWS
    drawn = _cut_draws(onnx, graph)
    outputs = tuple(one.name for one in graph.output)
    names = [name for node in graph.node for name in node.output if name and name not in outputs]
    graph.output.extend(onnx.helper.make_empty_tensor_value_info(name) for name in names)
    session = runner(path, model)
    with refused(path):
        trial = np.random.default_rng(0).random((rows, *sides[1:])).astype(np.float32)
        found = session.run([*outputs, *names], {inputs[0].name: trial})
    values = dict(zip([*outputs, *names], found, strict=True)) | {inputs[0].name: trial}
    values |= {one.name: onnx.numpy_helper.to_array(one) for one in graph.initializer}
    return Graph(
        path, [_node(onnx, node) for node in graph.node], inputs[0].name, tuple(sides[1:]), outputs, values, rows, fixed,
        {one.key: one.value for one in model.metadata_props}, drawn, model, session,
    )  # fmt: skip


def runner(path: Path, model: Any) -> Any:
    """What runs a graph as it stands, on one thread: more would mostly wait for rows, and waiting takes the processor, too."""
    _, runtime = packages()
    options = runtime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = 1
    options.graph_optimization_level = runtime.GraphOptimizationLevel.ORT_DISABLE_ALL  # its values are those of the file
    with refused(path):
        providers = ["CPUExecutionProvider"]
        return runtime.InferenceSession(model.SerializeToString(), options, providers=providers, enable_fallback=0)


def _node(onnx: Any, node: Any) -> Node:
    says = {one.name: onnx.helper.get_attribute_value(one) for one in node.attribute}
    says = {key: value.decode() if isinstance(value, bytes) else value for key, value in says.items()}
    return Node(node.op_type, tuple(node.input), tuple(node.output), says, node)


def _cut_draws(onnx: Any, graph: Any) -> frozenset[str]:
    """Make 0 of what a graph draws at random; the names of those values."""
    drawn = set()
    for node in graph.node:
        if node.op_type in _RANDOM:
            drawn.update(node.output)
            shaped = list(node.input) or None
            del node.attribute[:]
            if shaped:
                node.op_type = "Sub"
                node.input[:] = [shaped[0], shaped[0]]
            else:
                node.op_type = "Constant"
                node.attribute.append(onnx.helper.make_attribute("value_float", 0.0))
    return frozenset(drawn)


@contextlib.contextmanager
def refused(path: Path) -> Iterator[None]:
    """Whatever the libraries raise about a stranger's file, as an EngineError of one line."""
    try:
        with np.errstate(all="ignore"):  # a network of strange weights may give anything; that is looked at, not warned of
            yield
    except EngineError:
        raise
    except Exception as error:
        said = " ".join(str(error).split())
        if isinstance(error, MemoryError) or re.search("bfc_arena|bad_alloc|allocate memory", said):
            raise EngineError(f"{path} needs more memory than a small model may.") from None
        if type(error).__name__ == "DecodeError":  # of protobuf, whose words say nothing of ONNX
            raise EngineError(f"{path} is no ONNX file, or a damaged one.") from None
        said = said[:200]
        raise EngineError(f"{path} cannot be read as ONNX: {said or type(error).__name__}") from None
