"""What torch's exporters and Keras write as ONNX is read, proved and a model like any other; all else is refused."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper
from support.builders import attempt, listed, one_line, save_model, tiny

from vae_engine import EngineError, load_model
from vae_engine.exchange import bundle
from vae_engine.exchange.exports import onnx_files
from vae_engine.exchange.imports import onnx_model, proof
from vae_engine.exchange.imports.roles import Wishes
from vae_engine.stored import checkpoints

Command = Callable[..., tuple[int, str, str]]

MODELS: dict[str, list[str]] = {
    "torch_default": [],  # a batch of one, weights in a file beside, outputs without names
    "torch_dynamic": [],  # z drawn in the graph
    "torch_whole": [],  # both networks and the draw in one graph
    "torch_conv": ["--mu", "getitem_6", "--std", "softplus", "--logits", "conv2d"],
    "torch_old": ["--logits", "71"],  # the exporter of before: GELU and shapes taken apart
    "keras_onnx": [],  # transposes around, pads before and slices after convolutions
}


def files(folder: Path) -> list[Path]:
    return [path for path in (folder / "encoder.onnx", folder / "decoder.onnx") if path.exists()]


@pytest.mark.parametrize("name", MODELS)
def test_a_foreign_model_gives_its_own_numbers_here(name: str, foreign: Path, tmp_path: Path, command: Command) -> None:
    out = tmp_path / "mine"
    code, text, error = command("import", *files(foreign / name), "-o", out, "--json", *MODELS[name])
    assert code == 0, error
    about = json.loads(text)
    assert about["proved_in"] == ["numpy", "torch"]
    assert max(about["differs_by"].values()) < 1e-4
    model = load_model(str(out))
    last = files(foreign / name)[-1]
    session = onnxruntime.InferenceSession(last, providers=["CPUExecutionProvider"])
    if name != "torch_whole":  # whose z is drawn inside
        z = np.array([[0.3, -1.2]], np.float32)
        pixels = session.run(None, {session.get_inputs()[0].name: z})[0].reshape(1, -1)
        raw = model.decode_logits(torch.from_numpy(z))
        np.testing.assert_allclose(raw if "--logits" in MODELS[name] else raw.sigmoid(), pixels, rtol=0, atol=1e-5)
    stored = checkpoints.read(out)
    encoder = bundle.parted(stored)[1]
    assert bundle.parted(stored)[1] == encoder  # taking a bundle apart leaves the model whole


def test_the_mean_and_the_spread_are_the_encoders(foreign: Path, tmp_path: Path, command: Command) -> None:
    x = np.random.default_rng(0).random((1, 784), np.float32)
    for name in ("torch_default", "torch_conv"):
        assert command("import", *files(foreign / name), "-o", tmp_path / name, *MODELS[name])[0] == 0
        session = onnxruntime.InferenceSession(foreign / name / "encoder.onnx", providers=["CPUExecutionProvider"])
        given = session.get_inputs()[0]
        mu, spread = session.run(None, {given.name: x.reshape(1, *given.shape[1:])})
        q = load_model(str(tmp_path / name)).encode(torch.from_numpy(x))
        np.testing.assert_allclose(q.mu, mu, rtol=0, atol=1e-5)
        np.testing.assert_allclose(q.std, np.exp(0.5 * spread) if name == "torch_default" else spread, rtol=1e-4, atol=1e-6)


def test_an_imported_model_is_described_and_measured(foreign: Path, tmp_path: Path, command: Command) -> None:
    assert command("import", *files(foreign / "torch_default"), "-o", tmp_path / "mine")[0] == 0
    code, text, _ = command("info", tmp_path / "mine", "--json")
    info = json.loads(text)
    assert code == 0
    assert info["train"] == {"data": "mnist", "classes": list("0123456789"), "protocol": "grey"}  # more is not known
    assert [layer["op"] for layer in info["layers"]["encoder"]] == ["linear", "relu", "linear"]
    assert info["metrics"]["imported"]["likelihood"] == "bernoulli, assumed"
    options = ("--protocol", "dynamic", "--limit", "6", "--is-samples", "20", "--save", "--json")
    code, text, error = command("evaluate", tmp_path / "mine", *options)
    assert code == 0, error
    numbers = json.loads(text)
    assert numbers["log_px_exact"] >= numbers["elbo"]
    again = json.loads(command("info", tmp_path / "mine", "--json")[1])
    assert again["metrics"]["elbo"] == numbers["elbo"]
    assert (again["train"], again["metrics"]["imported"]) == (info["train"], info["metrics"]["imported"])


OURS = [tiny(), tiny("conv", "conv"), tiny("residual", "mlp", layer_norm=True), tiny(kind="ae"), listed()]


@pytest.mark.parametrize("config", OURS, ids=lambda one: f"{one.kind}-{one.encoder}")
def test_what_we_export_we_read(config: object, tmp_path: Path, command: Command) -> None:
    folder = save_model(tmp_path / "model", config)  # type: ignore[arg-type]
    onnx_files.write_onnx(checkpoints.read(folder), tmp_path / "out")
    code, _, error = command("import", *files(tmp_path / "out"), "-o", tmp_path / "again", "--logits", "logits")
    assert code == 0, error
    one, other = load_model(str(folder)), load_model(str(tmp_path / "again"))
    x, z = torch.rand(4, 784), torch.randn(4, 2)
    torch.testing.assert_close(one.decode_logits(z), other.decode_logits(z), rtol=1e-5, atol=1e-5)
    first, second = one.encode(x), other.encode(x)
    if isinstance(first, torch.Tensor):
        first, second = (first,), (second,)
    for a, b in zip(first, second, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-5, atol=1e-5)


def _dense(extra: list[onnx.NodeProto], outputs: dict[str, int], width: int = 784, inputs: int = 784) -> onnx.ModelProto:
    """x → 'h' of two numbers → what `extra` makes of it."""
    rng = np.random.default_rng(0)
    weight = numpy_helper.from_array((rng.normal(size=(inputs, 2)) * 0.05).astype(np.float32), "w")
    up = numpy_helper.from_array(rng.normal(size=(2, width)).astype(np.float32), "up")
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["x", "w"], ["h"]), *extra], "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", inputs])],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", size]) for name, size in outputs.items()], [weight, up],
    )  # fmt: skip
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def _node(op: str, *inputs: str, to: str, **says: object) -> onnx.NodeProto:
    return helper.make_node(op, list(inputs), [to], name=f"the {to}", **says)


REFUSED = {
    "a kind that is unknown": (
        _dense([_node("LpNormalization", "h", to="mu"), _node("Tanh", "h", to="logvar")], {"mu": 2, "logvar": 2}),
        r"LpNormalization \(the mu\) is of a kind that is not known",
    ),
    "means and spreads that look alike": (
        _dense([_node("Tanh", "h", to="one"), _node("Sin", "h", to="other")], {"one": 2, "other": 2}), "unclear",
    ),
    "three codes": (
        _dense([_node(op, "h", to=op) for op in ("Tanh", "Sin", "Cos")], {"Tanh": 2, "Sin": 2, "Cos": 2}), "say which output",
    ),
    "images that are no squares": (
        _dense([_node("Tanh", "h", to="mu")], {"mu": 2}, inputs=1000), r"\[1000\]; here they are squares of 4 to 64 pixels",
    ),
    "images mixed": (
        _dense([_node("Constant", to="axis", value_int=0), _node("CumSum", "h", "axis", to="mu")], {"mu": 2}), "not known here",
    ),
    "operations of somebody's own": (
        _dense([helper.make_node("Secret", ["h"], ["mu"], domain="evil")], {"mu": 2}), "cannot be read|not ONNX's own",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_not_understood_is_refused_naming_it(case: str, foreign: Path, tmp_path: Path, command: Command) -> None:
    model, said = REFUSED[case]
    onnx.save(model, tmp_path / "encoder.onnx")
    with pytest.raises(EngineError, match=said) as caught:
        onnx_model.read(
            [tmp_path / "encoder.onnx", foreign / "torch_dynamic" / "decoder.onnx"],
            Wishes(),
            lambda side: np.zeros((8, side**2), np.float32) + 0.3,
        )
    assert one_line(caught.value)
    assert not (tmp_path / "mine").exists()


def test_a_decoder_without_a_sigmoid_is_asked_about(foreign: Path, tmp_path: Path, command: Command) -> None:
    code, _, error = command("import", *files(foreign / "torch_old"), "-o", tmp_path / "mine")
    assert code == 2
    assert "--logits 71" in error
    assert not (tmp_path / "mine").exists()


def test_where_the_numbers_part_the_layer_is_named(foreign: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = onnx_model.read(files(foreign / "torch_dynamic"), Wishes(), lambda side: np.zeros((8, side**2), np.float32))
    x = np.random.default_rng(0).random((proof.COUNT, 784), np.float32)
    assert proof.prove("encoder", found.encoder, x, {}) < 1e-5
    found.encoder.layers[1].record["op"] = "gelu"
    with pytest.raises(EngineError, match=r"in numpy gives other numbers.*first at layer 1 \(gelu, 'gelu'\)"):
        proof.prove("encoder", found.encoder, x, {})
    with pytest.raises(EngineError, match="in torch gives other numbers"):
        proof.prove("decoder", found.decoder, x[:, :2], {"torch": lambda rows: np.zeros((len(rows), 784))})


def test_weights_beside_a_file_are_read_from_its_own_folder_alone(foreign: Path, tmp_path: Path, command: Command) -> None:
    shutil.copytree(foreign / "torch_default", tmp_path / "in")
    (tmp_path / "in" / "encoder.onnx.data").rename(tmp_path / "elsewhere.data")
    code, _, error = command("import", *files(tmp_path / "in"), "-o", tmp_path / "mine")
    assert code == 2
    assert len(error.splitlines()) == 1
    model = onnx.load(tmp_path / "in" / "encoder.onnx", load_external_data=False)
    for tensor in model.graph.initializer:
        for entry in tensor.external_data:
            if entry.key == "location":
                entry.value = "../elsewhere.data"
    (tmp_path / "in" / "encoder.onnx").write_bytes(model.SerializeToString())
    code, _, error = command("import", *files(tmp_path / "in"), "-o", tmp_path / "mine")
    assert code == 2
    assert not (tmp_path / "mine").exists()


def test_damaged_files_are_refused_in_a_line(foreign: Path, tmp_path: Path) -> None:
    sound = [path.read_bytes() for path in files(foreign / "torch_old")]
    rng = np.random.default_rng(19)
    paths = [tmp_path / "encoder.onnx", tmp_path / "decoder.onnx"]
    refused = 0
    for index in range(120):
        damaged = [bytearray(content) for content in sound]
        victim = damaged[index % 2]
        for place in rng.integers(0, len(victim), 1 + index % 7):
            victim[place] = rng.integers(256)
        if index % 5 == 0:
            del victim[rng.integers(len(victim)) :]
        for path, content in zip(paths, damaged, strict=True):
            path.write_bytes(content)
        refused += isinstance(attempt(_read_and_prove, paths), str)
    assert refused > 20


def _read_and_prove(paths: list[Path]) -> None:
    found = onnx_model.read(paths, Wishes(logits="71"), lambda side: np.zeros((8, side**2), np.float32))
    proof.prove("encoder", found.encoder, np.random.default_rng(0).random((8, 784), np.float32), {})


def test_a_log_variance_that_its_name_calls_a_variance_is_told_by_its_numbers(foreign: Path, tmp_path: Path) -> None:
    model = _dense([_node("Tanh", "h", to="mu"), _node("Identity", "h", to="fc_var")], {"mu": 2, "fc_var": 2})
    onnx.save(model, tmp_path / "encoder.onnx")
    x = np.random.default_rng(0).random((64, 784), np.float32)
    found = onnx_model.read([tmp_path / "encoder.onnx", foreign / "torch_dynamic" / "decoder.onnx"], Wishes(), lambda side: x)
    assert "logvar 'fc_var', by names" in found.encoder.told
    assert np.isfinite(found.encoder.reference(x)).all()
