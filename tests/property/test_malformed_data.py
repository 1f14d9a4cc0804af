"""Damaged IDX and gzip files: always one clear line, never another exception."""

from __future__ import annotations

import gzip
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.builders import attempt, one_line

from vae_engine import EngineError
from vae_engine.data import mnist as data

SHAPE = (3, 4, 5)
CONTENT = bytes(range(60))
IDX = struct.pack(">HBBIII", 0, 8, 3, *SHAPE) + CONTENT
PACKED = gzip.compress(IDX, mtime=0)
LIMIT = len(IDX)

edits = st.lists(
    st.tuples(st.sampled_from(["flip", "cut", "insert"]), st.integers(0, 10_000), st.integers(0, 255)), min_size=1, max_size=4
)


def mutate(raw: bytes, changes: list[tuple[str, int, int]]) -> bytes:
    """Bytes with bits flipped, the end cut off, and bytes put in."""
    for kind, place, value in changes:
        at = place % (len(raw) + 1)
        if kind == "cut":
            raw = raw[:at]
        elif kind == "insert":
            raw = raw[:at] + bytes([value]) + raw[at:]
        elif at < len(raw):
            raw = raw[:at] + bytes([raw[at] ^ (value or 1)]) + raw[at + 1 :]
    return raw


def test_a_sound_file_is_read() -> None:
    array = data.parse_idx(data.gunzip_bounded(PACKED, LIMIT, "f"), SHAPE, "f")
    assert np.array_equal(array, np.arange(60, dtype=np.uint8).reshape(SHAPE))


@given(edits)
def test_a_mutated_gzip_file_is_refused_in_one_line_or_unpacks_within_its_limit(changes: list[tuple[str, int, int]]) -> None:
    found = attempt(data.gunzip_bounded, mutate(PACKED, changes), LIMIT, "f")
    assert isinstance(found, str) or len(found.value) <= LIMIT


@given(edits)
def test_a_mutated_idx_file_is_refused_in_one_line_unless_only_its_pixels_changed(changes: list[tuple[str, int, int]]) -> None:
    raw = mutate(IDX, changes)
    found = attempt(data.parse_idx, raw, SHAPE, "f")
    if isinstance(found, str):
        assert raw[:16] != IDX[:16] or len(raw) != len(IDX)
    else:
        assert raw[:16] == IDX[:16]
        assert found.value.tobytes() == raw[16:]


@given(st.binary(max_size=200))
@example(b"")
@example(PACKED[:10])
def test_bytes_that_are_no_gzip_file_are_refused(raw: bytes) -> None:
    with pytest.raises(EngineError) as refused:
        data.gunzip_bounded(raw, LIMIT, "f")
    assert one_line(refused.value)


@given(st.integers(0, len(PACKED) - 1))
def test_a_gzip_file_cut_short_anywhere_is_refused(length: int) -> None:
    with pytest.raises(EngineError):
        data.gunzip_bounded(PACKED[:length], LIMIT, "f")


def test_a_gzip_bomb_is_refused_without_being_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = zlib.compress(bytes(20_000_000), level=9, wbits=31)
    unpacked: list[int] = []

    class Watched:
        def __init__(self, **options: int) -> None:
            self._inner = original(**options)

        def decompress(self, *arguments: object) -> bytes:
            unpacked.append(len(result := self._inner.decompress(*arguments)))
            return result

        eof = property(lambda self: self._inner.eof)

    original = zlib.decompressobj
    monkeypatch.setattr(data.zlib, "decompressobj", Watched)
    with pytest.raises(EngineError, match="more than"):
        data.gunzip_bounded(bomb, 1000, "f")
    assert sum(unpacked) <= 1001


@pytest.mark.parametrize(
    "header",
    [
        struct.pack(">HBBIII", 0, 9, 3, *SHAPE),  # another element type
        struct.pack(">HBBIII", 1, 8, 3, *SHAPE),  # wrong magic
        struct.pack(">HBBI", 0, 8, 1, 60),  # another number of dimensions
        struct.pack(">HBBIII", 0, 8, 3, 3, 5, 4),  # sides exchanged
        struct.pack("<HBBIII", 0, 8, 3, *SHAPE),  # little-endian
    ],
)
def test_a_wrong_idx_header_is_refused(header: bytes) -> None:
    with pytest.raises(EngineError, match="not an IDX file"):
        data.parse_idx(header + CONTENT, SHAPE, "f")


@pytest.mark.parametrize("spoil", ["missing", "truncated", "altered", "text"])
def test_a_spoilt_data_file_is_named_with_its_remedy(spoil: str, tmp_path: Path) -> None:
    for source in data.MNIST.glob("t10k*.gz"):
        (tmp_path / source.name).write_bytes(source.read_bytes())
    path = tmp_path / "t10k-labels-idx1-ubyte.gz"
    raw = path.read_bytes()
    labels = bytearray(gzip.decompress(raw))
    labels[100] ^= 1
    spoilt = {"truncated": raw[:-20], "altered": gzip.compress(bytes(labels)), "text": b"<html>not found</html>"}
    path.unlink() if spoil == "missing" else path.write_bytes(spoilt[spoil])
    with pytest.raises(EngineError) as refused:
        data.load("test", tmp_path)
    assert one_line(refused.value)
    assert str(path) in str(refused.value)
    assert "git checkout -- assets/mnist" in str(refused.value)
