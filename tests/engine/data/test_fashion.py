"""Fashion-MNIST is fetched from a mirror, resumed where it broke off, and believed only by its hash."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import struct
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
from support.builders import attempt, one_line

from vae_engine.data import datasets, fashion
from vae_engine.data import mnist as data

NOISE = np.random.default_rng(0)


def idx(*shape: int) -> bytes:
    return struct.pack(f">HBB{len(shape)}I", 0, 8, len(shape), *shape) + NOISE.integers(0, 10, shape, np.uint8).tobytes()


RAW = {
    "train-images-idx3-ubyte": idx(60, 28, 28), "train-labels-idx1-ubyte": idx(60),
    "t10k-images-idx3-ubyte": idx(10, 28, 28), "t10k-labels-idx1-ubyte": idx(10),
}  # fmt: skip
PACKED = {f"{name}.gz": gzip.compress(raw, mtime=0) for name, raw in RAW.items()}


class Mirror(BaseHTTPRequestHandler):
    """Serves files by name; `breaks` of them are cut off half way the first time."""

    files: dict[str, bytes]
    breaks: set[str]
    ranges: bool
    asked: list[tuple[str, str | None]]

    def do_GET(self) -> None:
        name, wanted = self.path.rpartition("/")[2], self.headers.get("Range")
        self.asked.append((name, wanted))
        content = self.files.get(name)
        if content is None:
            self.send_error(404)
            return
        begin = int(re.fullmatch(r"bytes=(\d+)-", wanted)[1]) if wanted and self.ranges else 0
        if begin >= len(content):
            self.send_error(416)
            return
        self.send_response(206 if begin else 200)
        self.send_header("Content-Length", str(len(content) - begin))
        self.end_headers()
        broken = name in self.breaks
        self.breaks.discard(name)
        self.wfile.write(content[begin : begin + (len(content) - begin) // 2] if broken else content[begin:])

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the data set, of which the files here are the canonical ones."""
    monkeypatch.setenv(fashion.VARIABLE, str(tmp_path / "data"))
    known = {name: (len(raw) // 784 or 60, hashlib.md5(raw).hexdigest()) for name, raw in RAW.items()}  # noqa: S324
    counts = {"train": 60, "t10k": 10}
    monkeypatch.setattr(fashion, "_FILES", {name: (counts[name.partition("-")[0]], md5) for name, (_, md5) in known.items()})
    fashion._load.cache_clear()
    return tmp_path / "data"


@pytest.fixture
def mirror() -> Iterator[tuple[str, type[Mirror]]]:
    """A mirror on this machine: its address and what it does."""
    handler = type("One", (Mirror,), {"files": dict(PACKED), "breaks": set(), "ranges": True, "asked": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/data/", handler
    server.shutdown()
    thread.join()
    server.server_close()


def fetch(*mirrors: str) -> list[tuple[str, float]]:
    seen: list[tuple[str, float]] = []
    fashion.fetch(lambda name, share: seen.append((name, share)), mirrors)
    return seen


def test_it_is_fetched_once_with_progress_and_split_like_mnist(place: Path, mirror: tuple[str, type[Mirror]]) -> None:
    address, server = mirror
    seen = fetch(address)
    assert {name for name, share in seen if share == 1.0} == set(RAW)
    assert sorted(path.name for path in place.iterdir()) == sorted(PACKED)
    assert [len(datasets.load("fashion", split)) for split in data.SPLITS] == [50, 10, 10]
    assert datasets.classes("fashion")[9] == "boot"
    assert datasets.load("fashion", "test").images.tobytes() == RAW["t10k-images-idx3-ubyte"][16:]
    fetch(address)
    assert len(server.asked) == len(PACKED)


@pytest.mark.parametrize("ranges", [True, False])
def test_a_broken_fetch_goes_on_where_it_stopped(ranges: bool, place: Path, mirror: tuple[str, type[Mirror]]) -> None:
    address, server = mirror
    name = "train-images-idx3-ubyte.gz"
    server.breaks, server.ranges = {name}, ranges
    assert "could not be fetched" in str(attempt(fetch, address))
    half = (place / f"{name}.part").stat().st_size
    assert 0 < half < len(PACKED[name])
    fetch(address)
    assert (name, f"bytes={half}-") in server.asked
    assert (place / name).read_bytes() == PACKED[name]
    assert not list(place.glob("*.part"))


def test_a_fetch_killed_after_the_last_byte_is_taken_as_it_is(place: Path, mirror: tuple[str, type[Mirror]]) -> None:
    place.mkdir()
    name = "t10k-labels-idx1-ubyte.gz"
    (place / f"{name}.part").write_bytes(PACKED[name])
    fetch(mirror[0])
    assert (place / name).read_bytes() == PACKED[name]


@pytest.mark.parametrize(
    "content",
    [b"", b"<html>moved</html>", gzip.compress(RAW["t10k-labels-idx1-ubyte"][:-1] + b"\x0b", mtime=0)],
    ids=["nothing", "a page", "another label"],
)
def test_wrong_bytes_are_never_kept_and_the_next_mirror_is_tried(
    content: bytes, place: Path, mirror: tuple[str, type[Mirror]]
) -> None:
    address, server = mirror
    wrong = "t10k-labels-idx1-ubyte.gz"
    server.files[wrong] = content
    refused = attempt(fetch, address)
    assert isinstance(refused, str)
    assert "t10k-labels" in refused
    assert not (place / wrong).exists()

    class Right(Mirror):
        files, breaks, ranges, asked = dict(PACKED), set(), True, []

    with ThreadingHTTPServer(("127.0.0.1", 0), Right) as other:
        thread = threading.Thread(target=other.serve_forever, args=(0.01,))
        thread.start()
        fetch(address, f"http://127.0.0.1:{other.server_port}/")
        other.shutdown()
        thread.join()
    assert (place / wrong).read_bytes() == PACKED[wrong]


def test_an_endless_file_is_cut_off(place: Path, mirror: tuple[str, type[Mirror]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fashion, "_LARGEST", 1000)
    assert "larger" in str(attempt(fetch, mirror[0]))
    assert not list(place.glob("*"))


@pytest.mark.parametrize("mirrors", [["http://127.0.0.1:1/"], ["file:///etc/"], ["nonsense"], []])
def test_mirrors_that_cannot_be_reached_get_one_clear_line(mirrors: list[str], place: Path) -> None:
    refused = attempt(fetch, *mirrors)
    assert isinstance(refused, str)
    assert "fetch fashion" in refused


def test_training_without_it_says_how_to_get_it(place: Path, command: Callable, tmp_path: Path) -> None:
    code, out, err = command("train", "--run-dir", tmp_path / "run", "--data", "fashion", "--steps", "1")
    assert (code, out, len(err.splitlines())) == (2, "", 1)
    assert "fetch fashion" in err
    assert not (tmp_path / "run").exists()


def test_the_command_fetches_and_says_where_to(place: Path, mirror: tuple[str, type[Mirror]], command: Callable) -> None:
    code, out, err = command("fetch", "fashion", "--mirror", mirror[0], "--json")
    assert code == 0, err
    assert json.loads(out) == {"data": "fashion", "folder": str(place)}


@pytest.mark.parametrize("spoil", ["missing", "truncated", "altered"])
def test_a_spoilt_file_is_named_with_its_remedy(spoil: str, place: Path) -> None:
    place.mkdir()
    for name, packed in PACKED.items():
        (place / name).write_bytes(packed)
    path = place / "t10k-images-idx3-ubyte.gz"
    raw = RAW["t10k-images-idx3-ubyte"]
    match spoil:
        case "missing":
            path.unlink()
        case "truncated":
            path.write_bytes(path.read_bytes()[:-9])
        case "altered":
            path.write_bytes(gzip.compress(raw[:-1] + bytes([raw[-1] ^ 1])))
    refused = attempt(datasets.load, "fashion", "test")
    assert isinstance(refused, str)
    assert str(path) in refused
    assert "fetch fashion" in refused
    assert one_line(Exception(refused))  # type: ignore[arg-type]
