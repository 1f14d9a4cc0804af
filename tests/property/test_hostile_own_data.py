"""Pictures, arrays and IDX files from strangers: one clear line, never another exception, and no work without limit."""

from __future__ import annotations

import gzip
import io
import random
import struct
import tempfile
import zipfile
import zlib
from pathlib import Path

import h5py
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from safetensors.numpy import save
from support.builders import attempt
from support.image_files import WRITERS, encoded
from support.memory import peak

from vae_engine.data import collecting
from vae_engine.data import own as own_data
from vae_engine.data.formats import arrays, matlab, pictures, places

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
LABELS = np.arange(12) % 3
SOUND = {
    "own.npz": npz(images=RAMP, labels=LABELS),
    "own-images-idx3-ubyte": IDX,
    "own.gz": gzip.compress(IDX, mtime=0),
    "own.safetensors": save({"images": RAMP, "labels": LABELS.astype(np.uint8)}, {"classes": '["a", "b", "c"]'}),
}


def written(kind: str) -> bytes:
    """A file of a format by its real writer."""
    with tempfile.TemporaryDirectory() as folder:
        return WRITERS[kind](Path(folder), RAMP, LABELS).read_bytes()


SOUND |= {f"own.{kind}": written(kind) for kind in ("npy", "csv", "parquet", "mat", "zip", "tar.gz")} | {
    "own.h5": written("hdf5")
}
MUTATIONS = 1000
MOST_MEMORY = 100_000_000  # bytes, whatever a header says: the files hold a few kilobytes


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
    assert labels.max() < len(found.classes) <= 100


def mutate(raw: bytes, rng: random.Random) -> bytes:
    """A file after one to four cuts, insertions and changes of a byte, most of them near an end, where headers are."""
    for _ in range(rng.randint(1, 4)):
        near = rng.randrange(400)
        at = min(len(raw), rng.choice((near, max(0, len(raw) - near), rng.randrange(len(raw) + 1))))
        value = rng.randrange(256)
        match rng.randrange(4):
            case 0:
                raw = raw[:at] + (raw[at + value :] if value else b"")
            case 1:
                raw = raw[:at] + bytes([value]) + raw[at:]
            case _:
                raw = raw[:at] + bytes([raw[at] ^ (value or 1)]) + raw[at + 1 :] if at < len(raw) else raw
    return raw


@pytest.mark.parametrize("name", SOUND)
def test_what_is_spoilt_below_is_sound(name: str, place: Path) -> None:
    found = read(place, name, SOUND[name])
    assert isinstance(found, own_data.Collection)
    assert sorted(image.tobytes() for image in found.images.images) == sorted(image.tobytes() for image in RAMP)


@pytest.mark.parametrize("name", SOUND)
def test_mutated_files_are_refused_in_one_line_or_give_whole_images(name: str, place: Path) -> None:
    rng = random.Random(name)  # noqa: S311 (no secret)
    with peak() as grown:
        for _ in range(MUTATIONS):
            found = read(place, name, mutate(SOUND[name], rng))
            if not isinstance(found, str):
                assert_whole(found)
    assert max(grown, default=0) < MOST_MEMORY


@pytest.mark.parametrize("form", pictures.FORMATS)
def test_mutated_pictures_are_refused_in_one_line_or_give_28_by_28_bytes(form: str) -> None:
    rng = random.Random(form)  # noqa: S311
    for mode in ("L", "RGB", "RGBA", "P", "1", "I;16", "LA"):
        try:
            sound = encoded(Image.new(mode, (9, 7)), form)
        except (OSError, KeyError):
            continue  # this format has no such mode
        for _ in range(MUTATIONS // 7):
            found = attempt(pictures.read, mutate(sound, rng), "p")
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
    Image.new("L", (28, 28)).save(file, "ICO")
    assert "not a readable picture" in str(attempt(pictures.read, file.getvalue(), "p"))


def test_an_npz_bomb_is_refused_before_it_is_unpacked(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrays, "MAX_RAW", 10_000)
    monkeypatch.setattr(collecting, "_read", lambda *arguments: pytest.fail("it was unpacked"))
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
    "{'descr': '<U0', 'fortran_order': False, 'shape': (12, 28, 28)}",
    "{'descr': '|u1', 'fortran_order': False, 'shape': (12.0, 28, 28)}",
    "__import__('os').abort()", "", "(" * 1900, "(" * 9000, "'" * 1901,
]  # fmt: skip


@pytest.mark.parametrize("header", HEADERS, ids=range(len(HEADERS)))
def test_an_array_that_is_not_what_its_header_says_is_refused(header: str, place: Path) -> None:
    refusal(place, "own.npz", npy(header, RAMP.tobytes()))


ARRAYS = {
    "no images": {"labels": np.arange(12)},
    "labels of another number": {"images": RAMP, "labels": np.arange(11)},
    "labels that are no whole numbers": {"images": RAMP, "labels": np.full(12, 0.5)},
    "labels that are no numbers": {"images": RAMP, "labels": np.full(12, np.nan)},
    "too many classes": {"images": np.repeat(RAMP, 10, 0), "labels": np.arange(120)},
    "images and no pixels": {"images": np.zeros((12, 0, 28), np.uint8)},
    "a label beyond the names": {"images": RAMP, "labels": np.arange(12) % 3, "classes": ["a", "b"]},
    "a name twice": {"images": RAMP, "labels": np.zeros(12, int), "classes": ["a", "a"]},
    "too few images": {"images": RAMP[:5]},
    "flat images of no square": {"images": RAMP.reshape(12, -1)[:, :783]},
    "five channels": {"images": np.zeros((12, 28, 28, 5), np.uint8)},
    "not a number": {"images": np.full((12, 28, 28), np.nan)},
    "no pixels": {"images": np.zeros((12, 0, 28), np.uint8)},
    "objects": {"images": np.array([None] * 12)},
}


@pytest.mark.parametrize("fault", ARRAYS)
def test_arrays_that_are_no_labelled_images_are_refused(fault: str, place: Path) -> None:
    refusal(place, "own.npz", npz(**ARRAYS[fault]))


def test_an_idx_header_of_impossible_size_is_refused_before_it_is_believed(place: Path) -> None:
    for shape in ((2**32 - 1, 28, 28), (12, 2**31, 2**31), (1_000_001, 1, 1), (0, 28, 28)):
        header = struct.pack(">HBBIII", 0, 8, 3, *shape)
        refusal(place, "own-idx", header + RAMP.tobytes())
        refusal(place, "own-idx", gzip.compress(header + RAMP.tobytes()))


def test_a_gzip_bomb_is_refused(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = zlib.compress(IDX + bytes(5_000_000), level=9, wbits=31)
    assert "goes on behind" in refusal(place, "own-idx", bomb)
    monkeypatch.setattr(places, "MAX_RAW", 2**20)
    header = b",".join([b"label", *(b"pixel%d" % i for i in range(784))])
    assert "unpacks to more" in refusal(place, "own.csv.gz", gzip.compress(header + bytes(10) + b"0" * 5_000_000))


def test_archives_of_pictures_cannot_lead_outside_or_grow_without_limit(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for index, image in enumerate(RAMP):
            archive.writestr(f"a/{index}.png", encoded(image))
        for name in ("../out.png", "/etc/out.png", "a/../../out.png", "..\\out.png"):
            archive.writestr(name, encoded(RAMP[0]))
    found = read(place, "own.zip", file.getvalue())
    assert isinstance(found, own_data.Collection)
    assert len(found.images) == len(RAMP)
    assert found.report.left_out == ("4 entries whose names lead outside the archive",)
    monkeypatch.setattr(places, "MAX_RAW", 500)
    assert "unpacks to more" in refusal(place, "own.zip", file.getvalue())
    assert "unpacks to more" in refusal(place, "own.tar.gz", SOUND["own.tar.gz"])


def test_a_mat_file_that_grows_without_limit_is_refused(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matlab, "MAX_HELD", 5_000)
    assert "unpacks to more" in refusal(place, "own.mat", SOUND["own.mat"])


def test_hdf5_that_lies_in_another_file_is_refused(place: Path) -> None:
    (place / "secret.bin").write_bytes(RAMP.tobytes())
    with h5py.File(place / "own.h5", "w") as file:
        file.create_dataset("images", RAMP.shape, "u1", external=[(str(place / "secret.bin"), 0, RAMP.nbytes)])
    assert "lies in another file" in str(attempt(own_data.read, place / "own.h5"))
    with h5py.File(place / "own.h5", "w") as file:
        file["images"] = h5py.ExternalLink("secret.h5", "/images")
    assert isinstance(attempt(own_data.read, place / "own.h5"), str)


def test_links_are_followed_within_a_folder_only(tmp_path: Path) -> None:
    inside, outside = tmp_path / "in", tmp_path / "out"
    for folder in (inside / "a", outside):
        folder.mkdir(parents=True)
    for index, image in enumerate(RAMP):
        (inside / "a" / f"{index:02d}.png").write_bytes(encoded(image))
        (outside / f"{index:02d}.png").write_bytes(encoded(image))
    (inside / "b").mkdir()
    (inside / "b" / "link.png").symlink_to(inside / "a" / "01.png")
    (inside / "b" / "out.png").symlink_to(outside / "01.png")
    (inside / "c").symlink_to(outside)
    (inside / "b" / "loop").symlink_to(inside)
    found = own_data.read(inside)
    assert (found.classes, len(found.images)) == (("a", "b"), 13)
    told = ("1 link followed within the folder", "1 link to a folder that is read anyway", "2 links that lead outside the folder")
    assert all(any(said.startswith(words) for said in found.report.left_out) for words in told)


def test_folders_without_images_and_with_what_is_damaged_are_refused(tmp_path: Path) -> None:
    assert "nothing there" in str(attempt(own_data.read, tmp_path))
    for index in range(13):
        (tmp_path / f"{index:02d}.png").write_bytes(png())
    (tmp_path / "05.png").write_bytes(png()[:-30])
    (tmp_path / "07.png").write_bytes(b"")
    said = str(attempt(own_data.read, tmp_path))
    assert "05.png" in said
    assert "07.png" in said
    (tmp_path / "05.png").unlink()
    (tmp_path / "07.png").unlink()
    for index in range(101):
        (tmp_path / f"class{index}").mkdir()
        (tmp_path / f"class{index}" / "a.png").write_bytes(png())
    assert "101 classes" in str(attempt(own_data.read, tmp_path))
