"""A model as ONNX is the model: onnxruntime gives what torch gives, for any number of images, from one file a network."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from support import layer_cases
from support.builders import DECODERS, ENCODERS, listed, save_model, tiny

from vae_engine import EngineError, ModelConfig
from vae_engine.exchange.exports import onnx_files
from vae_engine.model import loading
from vae_engine.model.models import Posterior
from vae_engine.stored import checkpoints

CONFIGS = [tiny(e, d, layer_norm=True, dropout=0.2) for e, d in zip(ENCODERS, DECODERS, strict=True)]
CONFIGS += [tiny(activation=one) for one in ("relu", "silu", "tanh")]
CONFIGS += [
    listed(),
    listed(likelihood="gaussian-linear"),
    tiny(spread="softplus"),
    tiny(likelihood="gaussian"),
    tiny(kind="ae"),
    tiny(latent_dim=7),
]


def session(path: Path) -> onnxruntime.InferenceSession:
    return onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])


@pytest.mark.parametrize("config", CONFIGS, ids=lambda one: f"{one.kind}-{one.encoder}-{one.activation}-{one.likelihood}")
def test_onnxruntime_gives_what_torch_gives_for_any_number_of_images(config: ModelConfig, tmp_path: Path) -> None:
    stored = checkpoints.read(save_model(tmp_path / "model", config))
    size = onnx_files.write_onnx(stored, tmp_path / "out")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["decoder.onnx", "encoder.onnx"]
    assert size == sum(path.stat().st_size for path in (tmp_path / "out").iterdir())
    model = loading.to_torch(stored)
    rng = np.random.default_rng(0)
    for count in (1, 5):
        x = rng.random((count, 784), np.float32)
        z = rng.normal(size=(count, config.latent_dim)).astype(np.float32) * 2
        q, raw = model.encode(torch.from_numpy(x)), model.decode_logits(torch.from_numpy(z))
        encoded = list(q) if isinstance(q, Posterior) else [q]
        for found, want in zip(session(tmp_path / "out" / "encoder.onnx").run(None, {"x": x}), encoded, strict=True):
            np.testing.assert_allclose(found, want, rtol=1e-5, atol=1e-5)
        decoder = session(tmp_path / "out" / "decoder.onnx")
        np.testing.assert_allclose(decoder.run(["mean"], {"z": z})[0], model.likelihood.mean(raw), rtol=0, atol=1e-5)
        if config.likelihood == "bernoulli":
            np.testing.assert_allclose(decoder.run(["logits"], {"z": z})[0], raw, rtol=1e-5, atol=1e-5)


def test_a_file_names_its_opset_its_axes_and_what_the_numbers_mean(tmp_path: Path) -> None:
    onnx_files.write_onnx(checkpoints.read(save_model(tmp_path / "model", tiny())), tmp_path)
    decoder = onnx.load(tmp_path / "decoder.onnx")
    assert [(one.domain, one.version) for one in decoder.opset_import] == [("", 20)]
    assert decoder.graph.input[0].type.tensor_type.shape.dim[0].dim_param == "batch"
    assert {one.key: one.value for one in decoder.metadata_props}["likelihood"] == "bernoulli"


@pytest.mark.parametrize("name", layer_cases.CASES)
def test_every_kind_of_layer_is_written_as_it_runs(name: str) -> None:
    shape, described = layer_cases.CASES[name]
    kept = layer_cases.tensors()
    graph = onnx_files.Graph(kept, "x", shape)
    last = graph.add_all(described, name, "x", shape)
    wanted = json.loads((layer_cases.FOLDER / "expected.json").read_text(encoding="utf-8"))[name]
    graph.add("Flatten", [last], "last", axis=1)
    content = graph.packed(onnx, {"last": len(wanted["numbers"]) // layer_cases.ROWS}, {})
    runtime = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    found = runtime.run(None, {"x": kept[f"{name}.input"]})[0]
    np.testing.assert_allclose(found.ravel(), wanted["numbers"], rtol=0, atol=1e-5)


def test_a_file_that_is_not_the_model_is_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stored = checkpoints.read(save_model(tmp_path / "model", tiny(activation="silu")))
    monkeypatch.setitem(onnx_files._SAME_NAME, "silu", "Relu")
    with pytest.raises(EngineError, match=r"is off by .* nothing was written"):
        onnx_files.write_onnx(stored, tmp_path / "out")
    assert not (tmp_path / "out").exists()
