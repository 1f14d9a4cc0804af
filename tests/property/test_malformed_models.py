"""Damaged and forged model folders: every fault is refused in one line, and nothing but EngineError is raised."""

from __future__ import annotations

import json
import math
import shutil
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from safetensors.numpy import load, save
from support.builders import attempt, one_line, rehash, save_model, tiny

from vae_engine import EngineError
from vae_engine.model import loading
from vae_engine.stored import checkpoints, weights
from vae_engine.stored.weights import expected_shapes

CONFIG = tiny()
KEY = "encoder.0.weight"


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The bytes of a sound weights file of CONFIG."""
    return (save_model(tmp_path_factory.mktemp("sound"), CONFIG) / checkpoints.WEIGHTS).read_bytes()


@pytest.fixture(scope="module")
def forged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model folder whose weights may be overwritten."""
    return save_model(tmp_path_factory.mktemp("forged"), CONFIG)


@pytest.fixture
def folder(tmp_path: Path, tiny_vae: Path) -> Path:
    """A fresh copy of a sound model folder."""
    return Path(shutil.copytree(tiny_vae, tmp_path / "model"))


def with_header(header: Any, content: bytes = b"") -> bytes:
    """A safetensors file of a header (text, or a value made JSON) and tensor bytes."""
    text = header.encode() if isinstance(header, str) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + content


def read_forged(folder: Path, raw: bytes) -> checkpoints.Stored | None:
    """Read a folder with other weights whose hash was made to fit; None when refused in one line."""
    (folder / checkpoints.WEIGHTS).write_bytes(raw)
    rehash(folder)
    found = attempt(checkpoints.read, folder)
    return None if isinstance(found, str) else found.value


def assert_whole(stored: checkpoints.Stored) -> None:
    """What was let in is what its config promises."""
    assert {name: tensor.shape for name, tensor in stored.weights.items()} == expected_shapes(CONFIG)
    assert all(np.isfinite(tensor).all() and tensor.dtype == np.float32 for tensor in stored.weights.values())
    loading.to_torch(stored)


def refused(folder: Path) -> str:
    """The one line with which reading a folder is refused."""
    with pytest.raises(EngineError) as raised:
        checkpoints.read(folder)
    assert one_line(raised.value)
    return str(raised.value)


def test_a_sound_model_is_read_back_bit_for_bit(folder: Path, sound: bytes) -> None:
    stored = checkpoints.read(folder)
    assert_whole(stored)
    for name, tensor in load((folder / checkpoints.WEIGHTS).read_bytes()).items():
        assert np.array_equal(stored.weights[name], tensor)


def test_half_precision_weights_are_read_as_float32(forged: Path, sound: bytes) -> None:
    stored = read_forged(forged, save({name: tensor.astype(np.float16) for name, tensor in load(sound).items()}))
    assert stored is not None
    assert_whole(stored)


@given(changes=st.lists(st.tuples(st.integers(0, 2**31), st.integers(0, 7)), min_size=1, max_size=8), in_header=st.booleans())
def test_flipped_bits_are_refused_in_one_line_or_leave_a_whole_model(
    changes: list[tuple[int, int]], in_header: bool, forged: Path, sound: bytes
) -> None:
    raw = bytearray(sound)
    reach = 8 + struct.unpack("<Q", sound[:8])[0] if in_header else len(raw)
    for place, bit in changes:
        raw[place % reach] ^= 1 << bit
    stored = read_forged(forged, bytes(raw))
    if stored is not None:
        assert_whole(stored)


@given(share=st.floats(0, 1, exclude_max=True))
@example(share=0.0)
@example(share=0.999999)
def test_weights_cut_short_anywhere_are_refused(share: float, forged: Path, sound: bytes) -> None:
    assert read_forged(forged, sound[: int(share * len(sound))]) is None


@given(raw=st.binary(max_size=300))
def test_bytes_that_are_no_safetensors_file_are_refused(raw: bytes) -> None:
    with pytest.raises(EngineError) as error:
        weights.parse(raw + b"\xff", "f")
    assert one_line(error.value)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=8,
)
entries = st.fixed_dictionaries({
    "dtype": st.sampled_from(["F32", "F16", "BF16", "F64", "I64", "BOOL", "C64", "F8_E4M3", "F4", "X"]) | json_values,
    "shape": st.lists(st.integers(-1, 2**63), max_size=3) | json_values,
    "data_offsets": st.lists(st.integers(-1, 2**63), max_size=3) | json_values,
})  # fmt: skip


@given(header=json_values | st.dictionaries(st.sampled_from([KEY, "__metadata__", "x"]), entries | json_values, max_size=3))
def test_any_header_is_refused_in_one_line_or_leaves_finite_tensors(header: Any) -> None:
    found = attempt(weights.parse, with_header(header, bytes(64)), "f")
    assert isinstance(found, str) or all(np.isfinite(tensor).all() for tensor in found.value.values())


@pytest.mark.parametrize("length", [0, 2**18 + 1, 2**31, 2**63, 2**64 - 1])
def test_a_header_of_impossible_length_is_refused(length: int, sound: bytes, forged: Path) -> None:
    assert read_forged(forged, struct.pack("<Q", length) + sound[8:]) is None


@pytest.mark.parametrize(
    "header", ["", "{", "[" * 100_000, '{"a":' * 40_000, "\ud800".encode("utf-8", "surrogatepass").decode("latin-1")]
)
def test_a_header_that_is_no_json_is_refused(header: str) -> None:
    with pytest.raises(EngineError):
        weights.parse(with_header(header, bytes(8)), "f")


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("dtype", [np.float32, np.float16])
def test_weights_that_are_not_finite_are_refused_by_name(value: float, dtype: type, forged: Path, sound: bytes) -> None:
    tensors = {name: tensor.astype(dtype) for name, tensor in load(sound).items()}
    tensors[KEY][3, 5] = value
    (forged / checkpoints.WEIGHTS).write_bytes(save(tensors))
    rehash(forged)
    assert KEY in refused(forged)


def spoil(tensors: dict[str, np.ndarray], how: str) -> None:
    """Change tensors so that they no longer fit CONFIG, at KEY."""
    match how:
        case "missing":
            del tensors[KEY]
        case "extra":
            tensors["encoder.99.weight"] = np.zeros(3, np.float32)
        case "transposed":
            tensors[KEY] = np.ascontiguousarray(tensors[KEY].T)
        case "flattened":
            tensors[KEY] = tensors[KEY].reshape(-1)
        case "wider":
            tensors[KEY] = np.zeros((13, 784), np.float32)
        case _:
            tensors[KEY] = tensors[KEY].astype(how)


SPOILS = ["missing", "extra", "transposed", "flattened", "wider", "float64", "int32", "uint8", "bool", "complex64"]


@pytest.mark.parametrize("how", SPOILS)
def test_tensors_that_do_not_fit_the_config_are_refused_by_name(how: str, forged: Path, sound: bytes) -> None:
    tensors = load(sound)
    spoil(tensors, how)
    (forged / checkpoints.WEIGHTS).write_bytes(save(tensors))
    rehash(forged)
    assert ("encoder.99.weight" if how == "extra" else KEY) in refused(forged)


def test_a_tensor_named_twice_is_refused() -> None:
    entry = '"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}'
    with pytest.raises(EngineError, match="twice"):
        weights.parse(with_header("{" + entry + "," + entry + "}", bytes(4)), "f")


def test_weights_with_another_hash_are_refused(folder: Path) -> None:
    path = folder / checkpoints.WEIGHTS
    raw = bytearray(path.read_bytes())
    raw[-1] ^= 1
    path.write_bytes(raw)
    assert "SHA-256" in refused(folder)


def test_weights_of_another_config_are_refused(folder: Path) -> None:
    checkpoints.write_config(folder, tiny(latent_dim=3), checkpoints.read_config(folder)[1])
    assert checkpoints.WEIGHTS in refused(folder)


def test_a_file_larger_than_any_of_ours_is_refused_unread(folder: Path) -> None:
    with (folder / checkpoints.WEIGHTS).open("r+b") as file:
        file.truncate(weights.MAX_BYTES + 1)
    assert "larger" in refused(folder)


@pytest.mark.parametrize("name", [checkpoints.WEIGHTS, checkpoints.CONFIG, checkpoints.METRICS])
@pytest.mark.parametrize("how", ["missing", "directory"])
def test_a_missing_file_is_refused_by_name(name: str, how: str, folder: Path) -> None:
    (folder / name).unlink()
    if how == "directory":
        (folder / name).mkdir()
    assert name in refused(folder)


NOT_METRICS = ["", "[]", "null", "{}", '{"weights_sha256": 3, "metrics": {}}', '{"weights_sha256": "", "metrics": []}']


@pytest.mark.parametrize("text", NOT_METRICS)
def test_a_file_that_is_no_metrics_file_is_refused_by_name(text: str, folder: Path) -> None:
    (folder / checkpoints.METRICS).write_text(text)
    assert checkpoints.METRICS in refused(folder)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_metrics_that_are_not_finite_are_refused(number: str, folder: Path) -> None:
    path = folder / checkpoints.METRICS
    path.write_text(path.read_text().replace("-1.0", number))
    assert checkpoints.METRICS in refused(folder)
