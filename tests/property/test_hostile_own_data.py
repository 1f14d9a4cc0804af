"""Pictures, arrays and IDX files from strangers: one clear line, never another exception, and no work without limit."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from safetensors.numpy import save
from support.builders import attempt

from vae_engine.data import own as own_data
from vae_engine.data import pictures

RAMP = (np.arange(12 * 28 * 28, dtype=np.uint32) % 251).astype(np.uint8).reshape(12, 28, 28)


def npz(**arrays: object) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def png(mode: str = "L", size: tuple[int, int] = (9, 7)) -> bytes:
    file = io.BytesIO()
    Image.new(mode, size).save(file, "PNG")
    return file.getvalue()


IDX = struct.pack(">HBBIII", 0, 8, 3, *RAMP.shape) + RAMP.tobytes()
SOUND = {
    "own.npz": npz(images=RAMP, labels=np.arange(12) % 3),
    "own-images-idx3-ubyte": IDX,
    "own.gz": gzip.compress(IDX, mtime=0),
    "own.safetensors": save({"images": RAMP, "labels": (np.arange(12) % 3).astype(np.uint8)}, {"classes": '["a", "b", "c"]'}),
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which files are forged."""
    return tmp_path_factory.mktemp("own")


def read(place: Path, name: str, raw: bytes) -> str | own_data.Collection:
    (place / name).write_bytes(raw)
    found = attempt(own_data.read, place / name)
    return found if isinstance(found, str) else found.value


def refusal(place: Path, name: str, raw: bytes) -> str:
    found = read(place, name, raw)
    assert isinstance(found, str), "it was let in"
    return found


def assert_whole(found: own_data.Collection) -> None:
    images, labels = found.images.images, found.images.labels
    assert images.dtype == labels.dtype == np.uint8
    assert images.shape == (len(labels), 28, 28)
    assert labels.max() < len(found.classes) <= 10


def mutate(raw: bytes, changes: list[tuple[str, int, int]]) -> bytes:
    for kind, where, value in changes:
        at = where % (len(raw) + 1)
        if kind == "cut":
            raw = raw[:at] + (raw[at + value :] if value else b"")
        elif kind == "insert":
            raw = raw[:at] + bytes([value]) + raw[at:]
        elif at < len(raw):
            raw = raw[:at] + bytes([raw[at] ^ (value or 1)]) + raw[at + 1 :]
    return raw


edits = st.lists(
    st.tuples(st.sampled_from(["flip", "cut", "insert"]), st.integers(0, 400) | st.integers(0, 2**20), st.integers(0, 255)),
    min_size=1, max_size=4,
)  # fmt: skip


@pytest.mark.parametrize("name", SOUND)
def test_what_is_spoilt_below_is_sound(name: str, place: Path) -> None:
    found = read(place, name, SOUND[name])
    assert isinstance(found, own_data.Collection)
    assert np.array_equal(found.images.images, RAMP)


@given(name=st.sampled_from(list(SOUND)), changes=edits)
def test_a_mutated_file_is_refused_in_one_line_or_gives_whole_images(name: str, changes: list, place: Path) -> None:
    found = read(place, name, mutate(SOUND[name], changes))
    if not isinstance(found, str):
        assert_whole(found)


@given(changes=edits, mode=st.sampled_from(["L", "RGB", "RGBA", "P", "1", "I;16", "LA"]))
def test_a_mutated_picture_is_refused_in_one_line_or_gives_28_by_28_bytes(changes: list, mode: str) -> None:
    found = attempt(pictures.read, mutate(png(mode), changes), "p")
    assert isinstance(found, str) or (found.value.shape, found.value.dtype) == ((28, 28), np.uint8)


@given(raw=st.binary(max_size=100), name=st.sampled_from([*SOUND, "own.bin"]))
def test_bytes_of_any_kind_are_refused(raw: bytes, name: str, place: Path) -> None:
    refusal(place, name, raw)


def test_a_picture_larger_than_the_limit_is_refused_before_it_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = png("1", (pictures.MAX_SIDE + 1, 10))
    monkeypatch.setattr(Image.Image, "load", lambda self: pytest.fail("it was decoded"))
    assert "4096" in str(attempt(pictures.read, raw, "p"))
    assert "5 MiB" in str(attempt(pictures.read, bytes(pictures.MAX_BYTES + 1), "p"))


def test_other_picture_formats_are_not_even_tried() -> None:
    file = io.BytesIO()
    Image.new("L", (28, 28)).save(file, "GIF")
    assert "PNG or JPEG" in str(attempt(pictures.read, file.getvalue(), "p"))


def test_an_npz_bomb_is_refused_before_it_is_unpacked(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_data, "MAX_BYTES", 10_000)
    monkeypatch.setattr(zipfile.ZipFile, "read", lambda *arguments: pytest.fail("it was unpacked"))
    assert "unpacks to more" in refusal(place, "own.npz", npz(images=np.zeros((100, 28, 28), np.uint8)))


def npy(header: str, content: bytes = b"") -> bytes:
    text = header.encode() + b"\n"
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("images.npy", b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + content)
    return file.getvalue()


HEADERS = [
    "{'descr': '|u1', 'fortran_order': False, 'shape': (1000000000000, 28, 28)}",
    "{'descr': '|u1', 'fortran_order': False, 'shape': (-1, 28, 28)}",
    "{'descr': '|O', 'fortran_order': False, 'shape': (12, 28, 28)}",
    "{'descr': [('a', '|u1')], 'fortran_order': False, 'shape': (12, 28, 28)}",
    "{'descr': '|V1', 'fortran_order': False, 'shape': (12, 28, 28)}",
    "{'descr': '|u1', 'fortran_order': True, 'shape': (12, 28, 28)}",
    "{'descr': '<U0', 'fortran_order': False, 'shape': (12, 28, 28)}",
    "{'descr': '|u1', 'fortran_order': False, 'shape': (12.0, 28, 28)}",
    "__import__('os').abort()", "", "(" * 1900, "(" * 9000, "'" * 1901,
]  # fmt: skip


@pytest.mark.parametrize("header", HEADERS, ids=range(len(HEADERS)))
def test_an_array_that_is_not_what_its_header_says_is_refused(header: str, place: Path) -> None:
    refusal(place, "own.npz", npy(header, RAMP.tobytes()))


ARRAYS = {
    "other names": {"images": RAMP, "secret": RAMP},
    "no images": {"labels": np.arange(12)},
    "labels of another number": {"images": RAMP, "labels": np.arange(11)},
    "negative labels": {"images": RAMP, "labels": np.arange(12) - 1},
    "labels that are no whole numbers": {"images": RAMP, "labels": np.ones(12)},
    "too many classes": {"images": RAMP, "labels": np.arange(12)},
    "a label beyond the names": {"images": RAMP, "labels": np.arange(12) % 3, "classes": ["a", "b"]},
    "a name twice": {"images": RAMP, "labels": np.zeros(12, int), "classes": ["a", "a"]},
    "names that are numbers": {"images": RAMP, "labels": np.zeros(12, int), "classes": [1, 2]},
    "too few images": {"images": RAMP[:5]},
    "flat images": {"images": RAMP.reshape(12, -1)},
    "five channels": {"images": np.zeros((12, 28, 28, 5), np.uint8)},
    "floats beyond 1": {"images": RAMP.astype(np.float32)},
    "not a number": {"images": np.full((12, 28, 28), np.nan)},
    "signed bytes": {"images": RAMP.astype(np.int8)},
    "no pixels": {"images": np.zeros((12, 0, 28), np.uint8)},
    "objects": {"images": np.array([None] * 12)},
}


@pytest.mark.parametrize("fault", ARRAYS)
def test_arrays_that_are_no_labelled_images_are_refused(fault: str, place: Path) -> None:
    refusal(place, "own.npz", npz(**ARRAYS[fault]))


def test_an_idx_header_of_impossible_size_is_refused_before_it_is_believed(place: Path) -> None:
    for shape in ((2**32 - 1, 28, 28), (12, 2**31, 2**31), (70_001, 1, 1), (0, 28, 28)):
        header = struct.pack(">HBBIII", 0, 8, 3, *shape)
        refusal(place, "own-idx", header + RAMP.tobytes())
        refusal(place, "own-idx", gzip.compress(header + RAMP.tobytes()))


def test_a_gzip_bomb_is_refused(place: Path) -> None:
    bomb = zlib.compress(IDX + bytes(5_000_000), level=9, wbits=31)
    assert "more than" in refusal(place, "own-idx", bomb)


def test_folders_without_images_and_with_too_much_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "no PNG or JPEG" in str(attempt(own_data.read, tmp_path))
    for index in range(13):
        (tmp_path / f"{index:02d}.png").write_bytes(png())
    monkeypatch.setattr(own_data, "MAX_IMAGES", 12)
    assert "are the most" in str(attempt(own_data.read, tmp_path))
    monkeypatch.setattr(own_data, "MAX_IMAGES", 13)
    (tmp_path / "05.png").write_bytes(png()[:-30])
    assert "05.png" in str(attempt(own_data.read, tmp_path))
    for index in range(11):
        (tmp_path / f"class{index}").mkdir()
    assert "subfolders" in str(attempt(own_data.read, tmp_path))
