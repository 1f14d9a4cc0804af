"""Published data sets are fetched from mirrors, gone on with where that broke off, believed by their hash, and read by name."""

from __future__ import annotations

import errno
import gzip
import hashlib
import json
import shutil
import zipfile
from collections import namedtuple
from collections.abc import Callable, Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from support.builders import attempt, tiny_settings
from support.hosts.mirror import Mirror, Small, serving

from vae_engine.base import locks
from vae_engine.data import datasets, fetched
from vae_engine.data import mnist as data
from vae_engine.data.mnist import Images
from vae_engine.data.sets import catalogue, download
from vae_engine.data.sets.catalogue import SETS
from vae_engine.data.sets.download import Step, seconds_left
from vae_engine.stored import weights


@pytest.fixture
def fashion(made: Callable[[str], Small]) -> Small:
    return made("fashion")


@pytest.fixture
def mirror(fashion: Small) -> Iterator[Mirror]:
    with serving(fashion.packed) as one:
        yield one


def fetch(name: str, *mirrors: str) -> list[Step]:
    seen: list[Step] = []
    fetched.fetch(SETS[name], seen.append, mirrors)
    return seen


@pytest.mark.parametrize("name", SETS)
def test_each_set_in_its_true_form_is_fetched_and_read_by_name(name: str, place: Path, made: Callable[[str], Small]) -> None:
    """Its images upright, each with its class by name, in the splits that its authors made."""
    one = made(name)
    with serving(one.packed) as mirror:
        fetch(name, mirror.address)
        asked = len(mirror.asked)
        fetch(name, mirror.address)
        assert len(mirror.asked) == asked == len(one.packed)
    assert not list(place.rglob("*.part"))
    upright = {split: images.transpose(0, 2, 1) if name.startswith("emnist") else images for split, images in one.images.items()}
    test = datasets.load(name, "test")
    assert np.array_equal(test.images, upright["test"])
    assert np.array_equal(test.labels, one.labels["test"])
    rest = {split: datasets.load(name, split) for split in ("train", "validation")}
    if "validation" in one.images:
        assert all(np.array_equal(rest[split].images, upright[split]) for split in rest)
    else:  # as MNIST's are drawn
        whole = Images(upright["train"], one.labels["train"])
        assert all(np.array_equal(rest[split].images, data.part_of(whole, split).images) for split in rest)
        assert all(np.array_equal(rest[split].labels, data.part_of(whole, split).labels) for split in rest)
    assert datasets.classes(name) == datasets.known(name).classes == SETS[name].classes
    assert [datasets.count(name, split) for split in data.SPLITS] == [len(datasets.load(name, split)) for split in data.SPLITS]
    shown, splits = datasets.shown(name, 40)
    assert (len(shown), list(splits)) == (40, ["test", "validation", "train"])
    licence = (fetched.folder(SETS[name]) / f"ABOUT-{name}.txt").read_text("utf-8")
    assert SETS[name].origin.licence in licence
    assert SETS[name].origin.citation in licence


def test_letters_have_their_names() -> None:
    digits, capitals, small_letters = "0123456789", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz"
    assert "".join(SETS["emnist-byclass"].classes) == digits + capitals + small_letters
    assert "".join(SETS["emnist-letters"].classes) == capitals
    assert SETS["emnist-balanced"].classes == SETS["emnist-bymerge"].classes
    assert [len(one.classes) for one in SETS.values()] == [len(set(one.classes)) for one in SETS.values()]
    assert {len(SETS[f"emnist-{split}"].classes) for split in ("balanced", "byclass", "letters", "digits")} == {47, 62, 26, 10}
    assert len(SETS["kmnist-49"].classes) == 49


def test_one_fetch_of_emnist_brings_every_split_of_it(place: Path, made: Callable[[str], Small]) -> None:
    letters, balanced = made("emnist-letters"), made("emnist-balanced")
    both = BytesIO()
    with zipfile.ZipFile(both, "w") as archive:
        for one in (letters, balanced):
            with zipfile.ZipFile(BytesIO(one.packed["gzip.zip"])) as part:
                for name in part.namelist():
                    archive.writestr(name, part.read(name))
        archive.writestr("gzip/../../outside.gz", b"x")
        archive.writestr("gzip/emnist-letters-mapping.txt", "1 65 97\n")
    hashed = replace(letters.record.archive, md5=hashlib.md5(both.getvalue()).hexdigest())  # type: ignore[type-var] # noqa: S324
    for one in (letters, balanced):
        SETS[one.record.name] = replace(one.record, archive=hashed)
    with serving({"gzip.zip": both.getvalue()}) as mirror:
        fetch("emnist-letters", mirror.address)
        fetch("emnist-balanced", mirror.address)
        assert len(mirror.asked) == 1
    assert len(datasets.load("emnist-balanced", "test")) == len(datasets.load("emnist-letters", "test")) == 15
    assert sorted(path.name for path in place.rglob("*") if path.is_file() and path.suffix != ".gz") == [
        ".fetching", "ABOUT-emnist-letters.txt",
    ]  # fmt: skip
    assert not list(place.parent.glob("outside*"))


@pytest.mark.parametrize("ranges", [True, False])
def test_a_broken_fetch_goes_on_where_it_stopped(ranges: bool, place: Path, fashion: Small, mirror: Mirror) -> None:
    name = "train-images-idx3-ubyte.gz"
    mirror.breaks, mirror.ranges = {name}, ranges
    refused = attempt(fetch, "fashion", mirror.address)
    assert "could not be fetched" in str(refused)
    assert "connection broke" in str(refused)
    folder = fetched.folder(SETS["fashion"])
    half = (folder / f"{name}.part").stat().st_size
    assert 0 < half < len(fashion.packed[name])
    assert not (folder / name).exists()
    seen = [step for step in fetch("fashion", mirror.address) if step.file == name]
    assert (name, f"bytes={half}-") in mirror.asked
    assert (folder / name).read_bytes() == fashion.packed[name]
    assert [seen[-1].done, seen[-1].total] == [len(fashion.packed[name])] * 2
    assert all(step.done > half for step in seen) or not ranges
    assert not list(folder.glob("*.part"))


def test_a_fetch_killed_after_the_last_byte_is_taken_as_it_is(place: Path, fashion: Small, mirror: Mirror) -> None:
    name = "t10k-labels-idx1-ubyte.gz"
    folder = fetched.folder(SETS["fashion"])
    folder.mkdir(parents=True)
    (folder / f"{name}.part").write_bytes(fashion.packed[name])
    fetch("fashion", mirror.address)
    assert (folder / name).read_bytes() == fashion.packed[name]


def test_what_an_earlier_try_left_of_another_file_is_begun_anew(place: Path, fashion: Small, mirror: Mirror) -> None:
    name = "t10k-images-idx3-ubyte.gz"
    folder = fetched.folder(SETS["fashion"])
    folder.mkdir(parents=True)
    (folder / f"{name}.part").write_bytes(b"of another file")
    fetch("fashion", mirror.address)
    assert (folder / name).read_bytes() == fashion.packed[name]


WRONG = {  # what a mirror has instead, and what is said of it
    "nothing": (b"", ""),
    "another file": (b"moved", "is cut short or damaged"),
    "another label": (gzip.compress(b"\0\0\x08\x01\0\0\0\x0f" + bytes(15), mtime=0), "is not the file that was published"),
    "a page": (b"<html>sign in</html>", "answers with a page"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_wrong_bytes_are_never_kept_and_the_next_mirror_is_tried(kind: str, place: Path, fashion: Small, mirror: Mirror) -> None:
    wrong = "t10k-labels-idx1-ubyte.gz"
    mirror.files[wrong], told = WRONG[kind]
    mirror.pages = {wrong} if kind == "a page" else set()
    refused = attempt(fetch, "fashion", mirror.address)
    assert isinstance(refused, str)
    assert wrong in refused
    assert told in refused
    assert (
        "answers with a page" if kind == "a page" else "is not the file that was published" if kind == "another label" else ""
    ) in refused
    folder = fetched.folder(SETS["fashion"])
    assert not (folder / wrong).exists()
    with serving(fashion.packed) as right:
        fetch("fashion", mirror.address, right.address)
    assert (folder / wrong).read_bytes() == fashion.packed[wrong]


def test_a_page_in_place_of_a_file_does_not_cost_what_is_here(place: Path, fashion: Small, mirror: Mirror) -> None:
    name = "train-images-idx3-ubyte.gz"
    folder = fetched.folder(SETS["fashion"])
    folder.mkdir(parents=True)
    (folder / f"{name}.part").write_bytes(fashion.packed[name][:1000])
    mirror.files[name], mirror.pages, mirror.ranges = b"<html></html>", {name}, False
    attempt(fetch, "fashion", mirror.address)
    assert (folder / f"{name}.part").read_bytes() == fashion.packed[name][:1000]


def test_an_endless_file_is_cut_off(place: Path, fashion: Small, mirror: Mirror) -> None:
    mirror.files["train-images-idx3-ubyte.gz"] = bytes(2**21)
    assert "larger than the file can be" in str(attempt(fetch, "fashion", mirror.address))
    assert not list(place.rglob("*.gz*"))


@pytest.mark.parametrize(
    ("mirrors", "told"),
    [
        (["http://127.0.0.1:1/"], "127.0.0.1:1 cannot be reached (Connection refused)"),
        (["http://nowhere.invalid/"], "nowhere.invalid cannot be reached"),
        (["file:///etc/"], "it is no web address"),
        (["nonsense"], "it is no web address"),
    ],
)
def test_mirrors_that_cannot_be_reached_get_one_clear_line(mirrors: list[str], told: str, fashion: Small) -> None:
    refused = attempt(fetch, "fashion", *mirrors)
    assert isinstance(refused, str)
    assert told in refused
    assert "--mirror" in refused


Usage = namedtuple("Usage", "total used free")


def test_too_little_room_is_said_before_anything_is_written(
    place: Path, mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    monkeypatch.setattr(shutil, "disk_usage", lambda where: Usage(10**9, 10**9, 5))
    refused = attempt(fetch, "fashion", mirror.address)
    assert "where 0 MB are free" in str(refused)
    assert not list(place.rglob("*.gz*"))


def test_a_disk_that_fills_up_is_said_and_what_came_is_kept(
    place: Path, fashion: Small, mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(job: download.Job, answer: object, file: object, *rest: object) -> None:
        raise download._unwritable(job, OSError(errno.ENOSPC, "No space left on device"))

    with monkeypatch.context() as patched:
        patched.setattr(download, "_copy", full)
        assert "The disk is full at" in str(attempt(fetch, "fashion", mirror.address))
    fetch("fashion", mirror.address)
    assert fetched.is_here(SETS["fashion"])


def packed_anew(content: bytes) -> bytes:
    return gzip.compress(gzip.decompress(content), 1, mtime=1)


def one_label_changed(content: bytes) -> bytes:
    raw = bytearray(gzip.decompress(content))
    raw[-1] ^= 1
    return gzip.compress(bytes(raw), mtime=0)


@pytest.mark.parametrize(
    ("name", "believed", "by"),
    [
        ("fashion", [packed_anew], "the MD5 of the bytes that it packs"),
        ("kmnist", [], "its MD5, packed as it was published"),
        ("emnist-digits", [packed_anew, one_label_changed], "only gzip's own checksum"),
    ],
)
def test_what_is_believed_is_what_is_said(
    name: str, believed: list[Callable], by: str, place: Path, made: Callable[[str], Small], command: Callable
) -> None:
    with serving(made(name).packed) as mirror:
        code, out, err = command("fetch", name, "--mirror", mirror.address)
    assert (code, by in out, by in err) == (0, True, True)
    assert by in (fetched.folder(SETS[name]) / f"ABOUT-{name}.txt").read_text("utf-8")
    file = SETS[name].files[-1]
    path = fetched.folder(SETS[name]) / file.name
    content = path.read_bytes()
    for change in (packed_anew, one_label_changed):
        path.write_bytes(change(content))
        assert (fetched._wrong(path, file) == "") == (change in believed)


def test_every_set_says_what_it_is_believed_by_as_its_files_are_recorded() -> None:
    for one in SETS.values():
        said = one.checked()
        hashed = {(bool(file.md5), file.of_unpacked) for file in one.files}
        assert ("bytes that it packs" in said) == (hashed == {(True, True)})
        assert ("as it was published" in said) == (hashed == {(True, False)})
        assert ("none is published" in said) == (hashed == {(False, False)})
        assert one.archive is None or (one.archive.md5 and one.archive.name in said)


def test_two_fetches_at_once_are_refused(place: Path, mirror: Mirror) -> None:
    with locks.hold(fetched.folder(SETS["fashion"]) / ".fetching", ""):
        assert "is being fetched already" in str(attempt(fetch, "fashion", mirror.address))


def test_what_is_left_to_go_is_told_by_the_pace_of_this_connection() -> None:
    assert seconds_left(begun=100, done=300, total=700, seconds=2.0) == pytest.approx(4.0)
    assert seconds_left(begun=100, done=100, total=700, seconds=2.0) is None
    assert seconds_left(begun=0, done=10, total=0, seconds=2.0) is None
    assert Step("a", 3, 4, None).share == 0.75


@pytest.mark.parametrize("name", ["pathmnist", "ChestMNIST", "organmnist3d", "emnist", "medmnist", "mnist", "nothing"])
def test_what_is_not_fetched_is_refused_by_name_with_the_reason(name: str) -> None:
    refused = attempt(catalogue.named, name)
    assert isinstance(refused, str)
    reason = {"pathmnist": "colour", "ChestMNIST": "14 labels", "organmnist3d": "solids", "emnist": "emnist-letters",
              "medmnist": "many data sets", "mnist": "comes with this software", "nothing": "no data set called"}  # fmt: skip
    assert reason[name] in refused


def test_a_set_is_found_in_any_case_of_letters() -> None:
    assert catalogue.named(" KMNIST ").name == "kmnist"


def test_training_without_it_says_how_to_get_it(fashion: Small, command: Callable, tmp_path: Path) -> None:
    code, out, err = command("train", "--run-dir", tmp_path / "run", "--data", "fashion", "--steps", "1")
    assert (code, out, len(err.splitlines())) == (2, "", 1)
    assert "fetch fashion" in err
    assert not (tmp_path / "run").exists()


def test_the_command_says_the_licence_fetches_and_says_where_to(mirror: Mirror, command: Callable) -> None:
    code, out, err = command("fetch", "Fashion", "--mirror", mirror.address, "--json")
    assert code == 0, err
    origin = SETS["fashion"].origin
    folder = str(fetched.folder(SETS["fashion"]))
    told = {"licence": origin.licence, "citation": origin.citation, "checked": SETS["fashion"].checked()}
    assert json.loads(out) == {"data": "fashion", "folder": folder, **told}
    assert err.startswith("Fashion-MNIST: ")
    assert origin.citation in err
    code, out, err = command("data", "fashion")
    assert code == 0, err
    assert "77 of 28 × 28 pixels" in out
    assert "T-shirt" in out
    code, out, err = command("data", "fashion", "--polarity", "dark")
    assert (code, "is about images of your own" in err) == (2, True)


def test_the_list_names_what_each_set_is_and_its_licence(command: Callable) -> None:
    code, out, _ = command("fetch", "--list")
    assert code == 0
    for one in SETS.values():
        (line,) = [line for line in out.splitlines() if line.split()[0] == one.name]
        assert all(text in line for text in (one.title, f"{one.total:,}", f"{one.bytes / 1e6:,.0f} MB"))
    code, out, _ = command("fetch", "--list", "--json")
    assert {one["name"]: sum(one["splits"].values()) for one in json.loads(out)} == {one.name: one.total for one in SETS.values()}


@pytest.mark.parametrize("spoil", ["missing", "truncated", "altered"])
@pytest.mark.parametrize("name", ["fashion", "kmnist", "emnist-digits"])
def test_a_spoilt_file_is_named_with_its_remedy(spoil: str, name: str, made: Callable[[str], Small]) -> None:
    one = made(name)
    with serving(one.packed) as mirror:
        fetch(name, mirror.address)
        path = fetched.folder(SETS[name]) / SETS[name].files[2].name
        content = path.read_bytes()
        match spoil:
            case "missing":
                path.unlink()
            case "truncated":
                path.write_bytes(content[:-9])
            case "altered":
                path.write_bytes(content[:-12] + bytes([content[-12] ^ 1]) + content[-11:])
        refused = attempt(datasets.load, name, "test")
        assert isinstance(refused, str)
        assert str(path) in refused
        assert f"fetch {name}" in refused
        fetch(name, mirror.address)
        assert len(datasets.load(name, "test")) == 15


def test_files_that_lie_in_the_named_folder_itself_are_found_there(place: Path, fashion: Small) -> None:
    place.mkdir()
    for name, content in fashion.packed.items():
        (place / name).write_bytes(content)
    assert fetched.folder(SETS["fashion"]) == place
    assert len(datasets.load("fashion", "test")) == 15


def test_pictures_are_shown_as_published_and_the_like_of_mnist_either_way() -> None:
    assert {name for name in SETS if datasets.paper(name) == "dark"} == {
        "breastmnist", "octmnist", "organamnist", "organcmnist", "organsmnist", "pneumoniamnist", "tissuemnist",
    }  # fmt: skip
    assert datasets.paper("emnist-letters") is None


def test_a_fetched_set_is_trained_on_and_exported_by_its_name(
    place: Path, made: Callable[[str], Small], command: Callable, tmp_path: Path
) -> None:
    with serving(made("emnist-letters").packed) as mirror:
        fetch("emnist-letters", mirror.address)
    code, _, err = command(
        "train", "--run-dir", tmp_path / "run", "--data", "emnist-letters", "--steps", 2, "--held-out", 8, *tiny_settings()
    )  # fmt: skip
    assert code == 0, err
    config = json.loads((tmp_path / "run" / "config.json").read_text())
    assert (config["train"]["data"], len(config["train"]["classes"])) == ("emnist-letters", 26)
    code, _, err = command("export", tmp_path / "run", "--to", "bundle", "-o", tmp_path / "b.safetensors")
    assert code == 0, err
    header = json.loads(weights.notes((tmp_path / "b.safetensors").read_bytes())["bundle"])
    assert "".join(header["classes"]) == "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    assert header["points"]["splits"] == {"test": 15, "validation": 11, "train": 51}
    assert header["points"]["of"] == header["train"]["of"] == header["points"]["splits"], "it shows all there is"
    assert (header["train"]["count"], datasets.sizes("mnist")) == (51, {"test": 10_000, "validation": 10_000, "train": 50_000})
