"""Damaged and hostile files: each is read right or refused in one line, nothing in it runs, and it takes little."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from engine.exchange.imports.mutating import ELSEWHERE, KINDS, imported, with_another_array
from onnx import TensorProto, helper, numpy_helper
from support import memory
from support.builders import ROOT, attempt

from vae_engine.base import bounds
from vae_engine.command import import_commands
from vae_engine.exchange.imports import keras_model

MiB = 2**20
Command = Callable[..., tuple[int, str, str]]


@pytest.mark.parametrize("kind", KINDS)
def test_damaged_models_are_refused_in_a_line(kind: str, foreign: Path, tmp_path: Path) -> None:
    with bounds.memory(import_commands.MOST_MEMORY):
        found = imported(kind, 12, 1, foreign, tmp_path)
    assert 4 < found["refused"] <= 12


_MANY = """
import json, re, sys
from pathlib import Path
sys.path[:0] = [{tests!r}, {root!r}]
from engine.exchange.imports.mutating import imported
from vae_engine.base import bounds
from vae_engine.command import import_commands
done = []
_RUNS = ("os.system", "os.exec", "os.posix_spawn", "subprocess.Popen", "pickle.find_class", "socket.connect")
sys.addaudithook(lambda event, _: done.append(event) if event in _RUNS else None)
with bounds.memory(import_commands.MOST_MEMORY):
    found = imported({kind!r}, 500, 0, Path({foreign!r}), Path({place!r}))
status = Path("/proc/self/status")
peak = int(re.search(r"VmHWM:\\s+(\\d+) kB", status.read_text())[1]) if status.exists() else 0
print(json.dumps(found | {{"peak": peak * 1024, "done": done}}))
"""


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS)
def test_five_hundred_damaged_models_bring_no_traceback_and_take_little(kind: str, foreign: Path, tmp_path: Path) -> None:
    program = _MANY.format(tests=str(ROOT / "tests"), root=str(ROOT), kind=kind, foreign=str(foreign), place=str(tmp_path))
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr[-3000:]
    found = json.loads(run.stdout.splitlines()[-1])
    print(kind, found)
    assert found["done"] == []
    assert found["refused"] > 250
    assert found["slowest"] < 20
    assert found["peak"] < import_commands.MOST_MEMORY + 1024 * MiB


def _graph(nodes: list[onnx.NodeProto], *constants: onnx.TensorProto, sides: str = "nk") -> onnx.ModelProto:
    graph = helper.make_graph(
        nodes, "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 784])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, list(sides))], list(constants),
    )  # fmt: skip
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def _whole(name: str, *numbers: int) -> onnx.TensorProto:
    return numpy_helper.from_array(np.array(numbers), name)


def _slow() -> onnx.ModelProto:
    """A convolution with a kernel as large as half of its image, which pads make."""
    nodes = [
        helper.make_node("Reshape", ["x", "shape"], ["image"]),
        helper.make_node("Pad", ["image", "pads"], ["large"]),
        helper.make_node("ConstantOfShape", ["kernel's shape"], ["kernel"]),
        helper.make_node("Conv", ["large", "kernel"], ["y"]),
    ]
    shapes = (
        _whole("shape", -1, 1, 28, 28),
        _whole("pads", 0, 0, 0, 0, 0, 0, 5000, 5000),
        _whole("kernel's shape", 1, 1, 2500, 2500),
    )
    return _graph(nodes, *shapes, sides="nchw")


LARGE = {
    "a constant of a terabyte": [
        helper.make_node("ConstantOfShape", ["side"], ["large"]), helper.make_node("ReduceMax", ["large"], ["most"]),
        helper.make_node("Add", ["x", "most"], ["y"]),
    ],
    "doubled again and again": [
        *(helper.make_node("Concat", ["x" if i == 0 else f"h{i}"] * 2, [f"h{i + 1}"], axis=1) for i in range(40)),
        helper.make_node("Identity", ["h40"], ["y"]),
    ],
}  # fmt: skip


@pytest.mark.skipif(not memory.TOLD, reason="memory is held on Linux only")
@pytest.mark.parametrize("case", LARGE)
def test_a_small_graph_that_asks_for_much_is_refused_before_it_has_it(case: str, tmp_path: Path, command: Command) -> None:
    onnx.save(_graph(LARGE[case], _whole("side", 2**38)), tmp_path / "encoder.onnx")
    with memory.peak() as grown:
        code, _, error = command("import", tmp_path / "encoder.onnx", "-o", tmp_path / "mine")
    assert code == 2
    assert len(error.splitlines()) == 1
    assert "needs more memory" in error, error
    assert grown[0] < import_commands.MOST_MEMORY
    assert not (tmp_path / "mine").exists()


def test_a_loop_is_refused_by_its_name(tmp_path: Path, command: Command) -> None:
    count, go, *h = (
        helper.make_tensor_value_info(*one)
        for one in (
            ("i", TensorProto.INT64, []), ("go", TensorProto.BOOL, []), ("h", TensorProto.FLOAT, ["n", 784]),
            ("h'", TensorProto.FLOAT, ["n", 784]),
        )
    )  # fmt: skip
    body = helper.make_graph([helper.make_node("Relu", ["h"], ["h'"])], "body", [count, go, h[0]], [go, h[1]])
    onnx.save(_graph([helper.make_node("Loop", ["", "", "x"], ["y"], body=body)]), tmp_path / "encoder.onnx")
    code, _, error = command("import", tmp_path / "encoder.onnx", "-o", tmp_path / "mine")
    assert (code, "Loop holds a graph of its own" in error) == (2, True)


def test_ways_that_meet_again_and_again_are_not_all_walked(foreign: Path, tmp_path: Path, command: Command) -> None:
    weight = numpy_helper.from_array(np.eye(784, 2, dtype=np.float32), "w")
    square = numpy_helper.from_array(np.eye(2, dtype=np.float32), "v")
    nodes = [helper.make_node("MatMul", ["x", "w"], ["h0"]), helper.make_node("Tanh", ["h0"], ["h1"])]
    for index in range(2, 60):  # a walk back from the last has as many ways as the Fibonacci number
        nodes.append(helper.make_node("MatMul", [f"h{index - 1}", "v"], [f"g{index}"]))
        nodes.append(helper.make_node("Add", [f"g{index}", f"h{index - 2}"], [f"h{index}"]))
    onnx.save(_graph([*nodes, helper.make_node("Identity", ["h59"], ["y"])], weight, square), tmp_path / "encoder.onnx")
    code, _, error = command(
        "import", tmp_path / "encoder.onnx", foreign / "torch_default" / "decoder.onnx", "-o", tmp_path / "mine"
    )
    assert (code, "joins more ways than a small VAE has" in error) == (2, True)


def test_what_takes_too_long_ends_with_a_line(tmp_path: Path) -> None:
    onnx.save(_slow(), tmp_path / "encoder.onnx")
    program = (
        "import sys; from vae_engine.command import cli, import_commands; import_commands.MOST_SECONDS = 1; "
        "sys.exit(cli.main(sys.argv[1:]))"
    )
    arguments = ["import", tmp_path / "encoder.onnx", "-o", tmp_path / "mine"]
    run = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert (run.returncode, run.stderr) == (2, "Reading this takes more than 1 seconds of the processor.\n")
    assert not (tmp_path / "mine").exists()


@pytest.mark.parametrize("case", ELSEWHERE)
def test_weights_that_do_not_lie_in_their_file_as_they_are_are_refused(case: str, foreign: Path, tmp_path: Path) -> None:
    path = tmp_path / "encoder.keras"
    with zipfile.ZipFile(foreign / "keras" / "encoder.keras") as packed, zipfile.ZipFile(path, "w") as changed:
        for name in packed.namelist():
            content = packed.read(name)
            changed.writestr(name, with_another_array(content, 0, ELSEWHERE[case]) if name.endswith(".h5") else content)
    found = attempt(keras_model.read, [path, foreign / "keras" / "decoder.keras"])
    assert isinstance(found, str)
    assert "encoder.keras" in found
