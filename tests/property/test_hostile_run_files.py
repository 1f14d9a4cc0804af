"""Run files from strangers: every fault is refused in one line, nothing but EngineError is raised, and nothing is written."""

from __future__ import annotations

import hashlib
import io
import json
import struct
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import load, save
from support.builders import attempt, short, tiny
from support.forging import parts_of, zipped

from vae_engine.data import mnist as data
from vae_engine.runs import archive as run_archive
from vae_engine.runs import runs
from vae_engine.runs.archive import MANIFEST
from vae_engine.stored import checkpoints

SNAPSHOT = "snapshots/step-00000002.safetensors"


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory, digits: data.Images) -> bytes:
    """The bytes of a sound run file."""
    folder = tmp_path_factory.mktemp("runs") / "one"
    list(runs.start(folder, tiny(), short(steps=3), train_images=digits, validation_images=digits.head(32)))
    run_archive.pack(folder, folder / "run.zip")
    return (folder / "run.zip").read_bytes()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which files are forged."""
    return tmp_path_factory.mktemp("forged")


def refusal(raw: bytes, place: Path) -> str:
    """The one line with which a file is refused; nothing may be left of it."""
    (place / "run.zip").write_bytes(raw)
    found = attempt(run_archive.unpack, place / "run.zip", place / "run")
    assert isinstance(found, str), "it was let in"
    assert [path.name for path in place.iterdir()] == ["run.zip"]
    return found


def test_what_is_forged_here_would_be_let_in_but_for_its_fault(sound: bytes, place: Path) -> None:
    (place / "run.zip").write_bytes(zipped(parts_of(sound)))
    assert run_archive.read(place / "run.zip") == parts_of(sound)


edits = st.lists(
    st.tuples(st.sampled_from(["flip", "cut", "insert", "copy"]), st.integers(0, 2**20), st.integers(0, 255)),
    min_size=1, max_size=5,
)  # fmt: skip


@given(changes=edits, near_end=st.booleans())
def test_a_mutated_file_is_refused_in_one_line_or_holds_exactly_what_was_packed(
    changes: list[tuple[str, int, int]], near_end: bool, sound: bytes, place: Path
) -> None:
    raw = sound
    for kind, where, value in changes:
        # Half of the time among the entries of the directory, where the structure is.
        at = max(0, len(raw) - 1 - where % 1500) if near_end else where % (len(raw) + 1)
        if kind == "cut":
            raw = raw[:at] + (raw[at + value :] if value else b"")
        elif kind == "insert":
            raw = raw[:at] + bytes([value]) + raw[at:]
        elif kind == "copy":
            raw = raw[:at] + raw[at : at + value] * 2 + raw[at + value :]
        elif at < len(raw):
            raw = raw[:at] + bytes([raw[at] ^ (value or 1)]) + raw[at + 1 :]
    (place / "run.zip").write_bytes(raw)
    found = attempt(run_archive.read, place / "run.zip")
    assert isinstance(found, str) or found.value == parts_of(sound)


@given(raw=st.binary(max_size=200))
def test_bytes_that_are_no_zip_are_refused(raw: bytes, place: Path) -> None:
    assert "run.zip" in refusal(raw, place)


NAMES = [
    "../config.json", "/etc/passwd", "snapshots/../../x.safetensors", "C:\\x", "snapshots\\step-00000001.safetensors",
    "model.pkl", "snapshots/", "config.json/", "CONFIG.JSON", "snapshots/step-1.safetensors", "x" * 300,
    "snapshots/step-٠٠٠٠٠٠٠١.safetensors", ".lock", "about.json",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_a_part_of_any_other_name_is_refused(name: str, sound: bytes, place: Path) -> None:
    refusal(zipped({**parts_of(sound), name: b"x"}), place)


@pytest.mark.parametrize(("written", "meant"), [(b"metrics.jsom", b"metrics.json"), (b"config.json~", b"config.json\0")])
def test_a_part_named_twice_or_with_a_hidden_end_is_refused(written: bytes, meant: bytes, sound: bytes, place: Path) -> None:
    raw = zipped({**parts_of(sound), written.decode(): b"{}"})
    assert raw.count(written) == 2
    refusal(raw.replace(written, meant), place)


@pytest.mark.parametrize("mode", [0o120777, 0o040755, 0o010644, 0o020644], ids=["link", "folder", "pipe", "device"])
def test_a_part_that_is_no_plain_file_is_refused(mode: int, sound: bytes, place: Path) -> None:
    def change(entry: zipfile.ZipInfo) -> None:
        if entry.filename == SNAPSHOT:
            entry.external_attr = mode << 16

    assert "plain file" in refusal(zipped(parts_of(sound), change), place)


def test_a_bomb_is_refused_before_any_of_it_is_unpacked(place: Path, monkeypatch: pytest.MonkeyPatch, sound: bytes) -> None:
    monkeypatch.setattr(run_archive, "MAX_BYTES", 3_000_000)
    monkeypatch.setattr(zipfile.ZipFile, "read", lambda *arguments: pytest.fail("it was unpacked"))
    bombs = {f"snapshots/step-{step:08d}.safetensors": bytes(1_000_000) for step in range(1, 5)}
    assert "unpacks to more" in refusal(zipped(bombs), place)


def test_a_part_that_unpacks_to_more_than_its_size_says_is_refused(sound: bytes, place: Path) -> None:
    parts = parts_of(sound)
    raw = zipped(parts | {"events.jsonl": parts["events.jsonl"] + b"\n" * 100_000})
    size = struct.pack("<I", len(parts["events.jsonl"]) + 100_000)
    assert raw.count(size) == 2
    refusal(raw.replace(size, struct.pack("<I", 100)), place)


def test_a_directory_of_too_many_parts_is_refused_unread(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    many = zipped({f"snapshots/step-{step:08d}.safetensors": b"" for step in range(300)})
    monkeypatch.setattr(zipfile.ZipFile, "__init__", lambda *arguments: pytest.fail("it was opened"))
    assert "more parts" in refusal(many, place)


@pytest.mark.parametrize("name", ["config.json", "events.jsonl", "metrics.json", "model.safetensors", MANIFEST])
def test_a_missing_part_is_refused(name: str, sound: bytes, place: Path) -> None:
    parts = parts_of(sound)
    if name == MANIFEST:
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            for other, content in parts.items():
                archive.writestr(other, content)
        refusal(file.getvalue(), place)
    else:
        del parts[name]
        refusal(zipped(parts), place)


@pytest.mark.parametrize("manifest", [{"format": "x"}, {"files": []}, {"files": {}}, {"files": {"config.json": None}}])
def test_a_wrong_manifest_is_refused(manifest: dict[str, Any], sound: bytes, place: Path) -> None:
    refusal(zipped(parts_of(sound), **manifest), place)


@pytest.mark.parametrize("name", ["model.safetensors", SNAPSHOT, "config.json", "events.jsonl", "state.safetensors"])
def test_a_part_other_than_its_manifest_says_is_refused_by_name(name: str, sound: bytes, place: Path) -> None:
    parts = parts_of(sound)
    hashes = {one: hashlib.sha256(content).hexdigest() for one, content in parts.items()}
    parts[name] += b"\n"
    assert name in refusal(zipped(parts, files=hashes), place)


@pytest.mark.parametrize("name", ["model.safetensors", SNAPSHOT, "state.safetensors"])
@pytest.mark.parametrize("how", ["not finite", "other shape", "pickle", "too many"])
def test_forged_weights_are_refused(name: str, how: str, sound: bytes, place: Path) -> None:
    parts = parts_of(sound)
    tensors = load(parts[name])
    key = next(iter(tensors))
    match how:
        case "not finite":
            tensors[key] = np.full_like(tensors[key], np.nan, dtype=np.float32)
        case "other shape":
            tensors[key] = np.zeros((3, 3), np.float32)
        case "too many":
            tensors["another"] = np.zeros(3, np.float32)
    forged = b"\x80\x04K\x01." if how == "pickle" else save(tensors)
    parts[name] = forged
    if name == checkpoints.WEIGHTS:
        metrics = json.loads(parts["metrics.json"])
        parts["metrics.json"] = json.dumps(metrics | {"weights_sha256": hashlib.sha256(forged).hexdigest()}).encode()
    if name == "state.safetensors" and how in ("other shape", "too many"):
        return  # known to be wrong only to whoever goes on from it, and refused there
    refusal(zipped(parts), place)


STEP = {
    "type": "step", "step": 1, "epoch": 0.1, "progress": 0.1, "seconds": 1.0, "loss": 1.0, "nll": 1.0, "kl": 1.0,
    "learning_rate": 0.1, "images_per_second": 1.0, "time": 1.0,
}  # fmt: skip
EVENTS = [
    "[]", "3", "{", '{"type": "step", "step": NaN}', json.dumps(STEP | {"loss": "<b>"}), json.dumps(STEP | {"type": ["step"]}),
    json.dumps(STEP | {"step": 10**400}), json.dumps(STEP | {"step": 1.5}), json.dumps(STEP | {"type": "unknown"}),
    json.dumps(STEP | {"nll_se": "small"}),
    json.dumps({"type": "failed", "step": 1, "time": 1.0, "message": "x" * 3000}),
    json.dumps({"type": "failed", "step": 1, "time": 1.0, "message": "two\nlines"}),
    json.dumps({"type": "epoch", "step": 1, "epoch": 1, "seconds": 1.0, "time": 1.0, "terms": {"elbo": "low"}}),
    json.dumps({"type": "epoch", "step": 1, "epoch": 1, "seconds": 1.0, "time": 1.0, "terms": {}, "n": "all"}),
    json.dumps({"type": "finished", "step": 1, "seconds": 1.0, "time": 1.0, "terms": {}, "reason": None}), "[" * 100_000,
]  # fmt: skip


@pytest.mark.parametrize("line", EVENTS, ids=range(len(EVENTS)))
def test_an_event_that_training_never_writes_is_refused(line: str, sound: bytes, place: Path) -> None:
    parts = parts_of(sound)
    parts["events.jsonl"] += line.encode() + b"\n"
    assert "events.jsonl" in refusal(zipped(parts), place)


RAMP = (np.arange(12 * 28 * 28, dtype=np.uint32) % 251).astype(np.uint8).reshape(12, 28, 28)
LABELS = (np.arange(12) % 10).astype(np.uint8)
DIGITS = {"classes": json.dumps(list("0123456789"))}
OWN_IMAGES = {
    "none": (run_archive.IMAGES, None),
    "a path": ("/etc", save({"images": RAMP, "labels": LABELS}, DIGITS)),
    "a path beside them": (f"../{run_archive.IMAGES}", save({"images": RAMP, "labels": LABELS}, DIGITS)),
    "another set": ("mnist", save({"images": RAMP, "labels": LABELS}, DIGITS)),
    "other classes": (run_archive.IMAGES, save({"images": RAMP, "labels": LABELS % 2}, {"classes": '["a", "b"]'})),
    "no classes": (run_archive.IMAGES, save({"images": RAMP, "labels": LABELS})),
    "classes that are no list": (run_archive.IMAGES, save({"images": RAMP, "labels": LABELS}, {"classes": '"0123456789"'})),
    "a label too high": (run_archive.IMAGES, save({"images": RAMP, "labels": LABELS + 1}, DIGITS)),
    "labels of floats": (run_archive.IMAGES, save({"images": RAMP, "labels": LABELS.astype(np.float32)}, DIGITS)),
    "too few labels": (run_archive.IMAGES, save({"images": RAMP, "labels": LABELS[:3]}, DIGITS)),
    "images without a shape": (run_archive.IMAGES, save({"images": np.zeros((), np.uint8), "labels": LABELS}, DIGITS)),
    "not finite": (run_archive.IMAGES, save({"images": np.full(RAMP.shape, np.nan, np.float32), "labels": LABELS}, DIGITS)),
    "another tensor": (run_archive.IMAGES, save({"images": RAMP, "labels": LABELS, "x": LABELS}, DIGITS)),
    "pickle": (run_archive.IMAGES, b"\x80\x04K\x01."),
}


def own(sound: bytes, name: str, images: bytes | None) -> bytes:
    """That run, trained on images of this name, which may come with it."""
    parts = parts_of(sound)
    config = json.loads(parts["config.json"])
    config["train"]["data"] = name
    parts["config.json"] = json.dumps(config).encode()
    return zipped(parts if images is None else parts | {run_archive.IMAGES: images})


def test_images_that_came_along_would_be_let_in_but_for_their_fault(sound: bytes, tmp_path: Path) -> None:
    (tmp_path / "run.zip").write_bytes(own(sound, run_archive.IMAGES, save({"images": RAMP, "labels": LABELS}, DIGITS)))
    run_archive.unpack(tmp_path / "run.zip", tmp_path / "run")
    assert checkpoints.read_config(tmp_path / "run")[1].data == str(tmp_path / "run" / run_archive.IMAGES)


@pytest.mark.parametrize(("name", "images"), OWN_IMAGES.values(), ids=OWN_IMAGES)
def test_forged_images_and_their_names_are_refused(name: str, images: bytes | None, sound: bytes, place: Path) -> None:
    refusal(own(sound, name, images), place)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 1, "model": {"latent_dim": 1e9}, "train": {}}'])
def test_a_forged_config_is_refused(text: str, sound: bytes, place: Path) -> None:
    assert "config.json" in refusal(zipped(parts_of(sound) | {"config.json": text.encode()}), place)
