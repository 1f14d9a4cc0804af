"""Layer records: torch and numpy run each kind alike, as the browser does by the same fixture; what does not fit is refused."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from support import layer_cases
from support.builders import one_line

from vae_engine import EngineError
from vae_engine.stored import records
from vae_engine.stored.config import ListedConfig, ModelConfig, model_config

KEPT = layer_cases.tensors()
EXPECTED = json.loads((layer_cases.FOLDER / "expected.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", layer_cases.CASES)
def test_torch_and_numpy_make_of_a_layer_what_was_written(name: str) -> None:
    shape, described = layer_cases.CASES[name]
    want = np.array(EXPECTED[name]["numbers"]).reshape(layer_cases.ROWS, *EXPECTED[name]["shape"])
    assert records.shape_after(described, shape, name) == tuple(EXPECTED[name]["shape"])
    np.testing.assert_allclose(layer_cases.by_torch(name, KEPT), want, rtol=0, atol=2e-6)
    np.testing.assert_allclose(layer_cases.by_numpy(name, KEPT), want, rtol=0, atol=5e-6)


def test_the_fixture_holds_every_kind_of_layer_and_is_made_the_same_again() -> None:
    def ops(described: list[records.Layer]) -> set[str]:
        inner = [part for layer in described for _, part in records.inner_lists(layer, "")]
        return {layer["op"] for layer in described}.union(*map(ops, inner))

    assert set().union(*(ops(described) for _, described in layer_cases.CASES.values())) == set(records.KINDS)
    assert (layer_cases.FOLDER / "cases.safetensors").read_bytes() == layer_cases.made()


_LINEAR = {"op": "linear", "in": 4, "out": 4}


@pytest.mark.parametrize(
    ("described", "said"),
    [
        ("linear", "must be a list"),
        ([_LINEAR] * 501, "at most 500"),
        (["linear"], "there is no layer 'linear'"),
        ([{"op": ["linear"]}], "there is no layer"),
        ([{"op": "lambda"}], "there is no layer 'lambda'"),
        ([{"op": "linear", "in": 4}], "lacks 'out'"),
        ([_LINEAR | {"code": "print(1)"}], "unknown setting 'code'"),
        ([{"op": "linear", "in": 4, "out": True}], "out cannot be True"),
        ([{"op": "linear", "in": 4, "out": 10**9}], "out cannot be"),
        ([{"op": "elu", "alpha": float("nan")}], "alpha cannot be nan"),
        ([{"op": "linear", "in": 5, "out": 4}], r"does not fit the shape \[4\]"),
        ([{"op": "conv", "in": 4, "out": 1, "kernel": 1, "stride": 1, "padding": 0}], "does not fit"),
        ([{"op": "reshape", "shape": [1, 2, 3]}], "does not fit"),
        ([{"op": "reshape", "shape": [1, 2, 2]}, {"op": "pad", "edges": [0, -2, 0, 0]}], r"x.1 \(pad\) does not fit"),
        (
            [{"op": "reshape", "shape": [1, 2, 2]}, {"op": "upsample", "to": [9000, 9000], "mode": "nearest", "corners": False}],
            "does not fit",
        ),
        ([{"op": "residual", "layers": [{"op": "linear", "in": 4, "out": 3}]}], "does not fit"),
        ([{"op": "parallel", "parts": []}], "parts cannot be"),
        ([{"op": "permute", "order": [1]}], "does not fit"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_naming_the_layer(described: Any, said: str) -> None:
    with pytest.raises(EngineError, match=said) as caught:
        records.shape_after(described, (4,), "x")
    assert one_line(caught.value)


def test_layers_nested_without_end_are_refused() -> None:
    described: list[Any] = []
    for _ in range(100):
        described = [{"op": "residual", "layers": described}]
    with pytest.raises(EngineError, match="nested deeper"):
        records.shape_after(described, (4,), "x")


LISTED = {
    "latent_dim": 2,
    "layers": {
        "encoder": [{"op": "linear", "in": 784, "out": 4}],
        "decoder": [{"op": "linear", "in": 2, "out": 784}, {"op": "elu", "alpha": 1}],
    },
}


def test_a_model_of_listed_layers_survives_json_and_others_are_written_as_ever() -> None:
    config = model_config(LISTED)
    assert isinstance(config, ListedConfig)
    assert model_config(json.loads(json.dumps(config.to_dict()))) == config
    assert hash(config) == hash(model_config(LISTED))
    plain = ModelConfig()
    assert type(model_config(plain.to_dict())) is ModelConfig
    assert "layers" not in plain.to_dict()


@pytest.mark.parametrize("part", ["encoder", "decoder"])
def test_listed_networks_end_in_a_latent_space_and_in_pixels(part: str) -> None:
    for layers in ({part: []}, LISTED["layers"] | {part: []}, LISTED["layers"] | {"more": []}):  # type: ignore[operator]
        with pytest.raises(EngineError, match=r"layers must list|must end in"):
            model_config(LISTED | {"layers": layers})
