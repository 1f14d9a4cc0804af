"""Images that visitors upload to train on: kept once, checked before anything is believed, removed when no run needs them."""

from __future__ import annotations

import gzip
import io
import os
import time
import zipfile
from pathlib import Path

import idx2numpy
import numpy as np
import pytest
from PIL import Image
from support.builders import attempt, short, tiny
from support.image_files import WRITERS

from dashboard.jobs import uploads as run_uploads
from dashboard.jobs.jobs import Jobs, Limits
from dashboard.jobs.uploads import UPLOADS
from vae_engine.base.errors import EngineError
from vae_engine.data import datasets, own
from vae_engine.data.mnist import Images

PLENTY = 10**9


def packed(**arrays: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def keep(runs: Path, raw: bytes, name: str = "own.npz") -> Path:
    return run_uploads.keep(runs, {name: raw}, PLENTY)


def sixty(digits: Images) -> bytes:
    return packed(images=digits.images[:60], labels=digits.labels[:60])


def test_an_upload_can_be_trained_on_and_is_kept_once(tmp_path: Path, digits: Images) -> None:
    raw = sixty(digits)
    path = keep(tmp_path, raw)
    assert keep(tmp_path, raw) == path
    assert [folder.name for folder in (tmp_path / UPLOADS).iterdir()] == [path.parent.name]
    parts = [datasets.load(str(path), split) for split in ("train", "validation", "test")]
    assert sum(map(len, parts)) == 60
    assert not Jobs(tmp_path).views(), "the folder of uploads is no run"


def picture(grey: int) -> bytes:
    file = io.BytesIO()
    Image.new("L", (28, 28), grey).save(file, "PNG")
    return file.getvalue()


NO_IMAGES = {
    "empty": b"",
    "text": b"hello",
    "too few": packed(images=np.zeros((3, 4, 4), np.uint8)),
    "another array": packed(x=np.zeros(3)),
    "not finite": packed(images=np.full((20, 4, 4), np.nan)),
}


@pytest.mark.parametrize("raw", NO_IMAGES.values(), ids=NO_IMAGES)
def test_what_is_no_images_is_refused_and_leaves_nothing(raw: bytes, tmp_path: Path) -> None:
    said = attempt(keep, tmp_path, raw)
    assert isinstance(said, str)
    assert said.startswith("The upload")
    assert str(tmp_path) not in said
    assert list((tmp_path / UPLOADS).iterdir()) == []


def test_uploads_count_among_what_the_runs_may_take(tmp_path: Path, digits: Images) -> None:
    assert "more than" in str(attempt(run_uploads.keep, tmp_path, {"own.npz": sixty(digits)}, 100))
    assert not (tmp_path / UPLOADS).exists()


def test_old_uploads_go_unless_a_run_was_trained_on_them_deleted_runs_included(tmp_path: Path, digits: Images) -> None:
    jobs = Jobs(tmp_path, Limits(running=0))
    needed, binned, old, young = (
        keep(tmp_path, packed(images=digits.images[:60], labels=np.full(60, label))) for label in range(4)
    )
    jobs.submit(tiny(), short(data=str(needed)), "needs it")
    jobs.delete(jobs.submit(tiny(), short(data=str(binned)), "needed it"))
    for path in (needed, binned, old):
        os.utime(path.parent, (time.time() - 4000,) * 2)
    last = keep(tmp_path, sixty(digits))
    assert sorted((tmp_path / UPLOADS).iterdir()) == sorted(path.parent for path in (needed, binned, young, last))


def test_files_that_belong_together_are_read_together(tmp_path: Path, digits: Images) -> None:
    files = {}
    for name, array in (
        ("train-images-idx3-ubyte.gz", digits.images[:50]),
        ("../train-labels-idx1-ubyte.gz", digits.labels[:50]),
    ):
        files[name] = gzip.compress(idx2numpy.convert_to_string(array))
    path = run_uploads.keep(tmp_path, files, PLENTY)
    assert sorted(file.name for file in path.iterdir()) == ["train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"]
    assert sum(map(int, datasets.load(str(path), "train").labels)) > 0


@pytest.mark.parametrize("kind", [kind for kind in WRITERS if kind not in ("npy", "idx", "idx.gz", "folders")])
def test_any_format_may_be_uploaded(kind: str, tmp_path: Path, digits: Images) -> None:
    path = WRITERS[kind](tmp_path, digits.images[:60], digits.labels[:60])
    kept = keep(tmp_path / "runs", path.read_bytes(), path.name)
    assert len(datasets.classes(str(kept))) > 5


def test_a_folder_is_kept_with_its_folders_and_leads_nowhere_else(tmp_path: Path, digits: Images) -> None:
    files = {}
    for place, image in enumerate(digits.images[:24]):
        file = io.BytesIO()
        Image.fromarray(image).save(file, "PNG")
        files[f"my scans/{'ab'[place % 2]}/{place}.png"] = file.getvalue()
    assert run_uploads.keep(tmp_path / "one", files, PLENTY).name == "my-scans", "it is called as it was on the visitor's disk"
    path = run_uploads.keep(tmp_path, {**files, "../../my scans/../c/../../x.png": files["my scans/a/0.png"]}, PLENTY)
    assert datasets.classes(str(path)) == ("a", "b", "c")
    kept = list((tmp_path / run_uploads.UPLOADS).rglob("*.png"))
    assert len(kept) == 25
    assert all(one.is_relative_to(path) for one in kept)
    assert "a/0.png" in datasets.names(str(path))


def test_a_table_of_labels_sent_with_the_pictures_is_found_by_its_name(tmp_path: Path) -> None:
    files = {f"all/{index:02d}.png": picture(index) for index in range(6)}
    table = "filename,label\n" + "".join(f"{index:02d}.png,{'odd' if index % 2 else 'even'}\n" for index in range(6))
    path = run_uploads.keep(tmp_path, {**files, "all/labels.csv": table.encode()}, PLENTY)
    assert "labels.csv" in own.known(str(path)).report.left_out[0]
    found = own.known(own.address(path, own.Wishes(labels="labels.csv")))
    assert found.classes == ("even", "odd")
    assert "no file of labels at" in str(attempt(own.address, path, own.Wishes(labels="other.csv"), True))


def test_damaged_pictures_among_others_are_kept_and_can_be_left_out_by_name(tmp_path: Path) -> None:
    files = {f"{index:02d}.png": picture(index) for index in range(60)}
    path = run_uploads.keep(tmp_path, {**files, "bad.png": b"no picture", "notes.txt": b"hello"}, PLENTY)
    assert "bad.png is not a readable picture" in str(attempt(datasets.count, str(path), "train"))
    found = own.known(own.address(path, own.Wishes(damaged="leave-out")))
    assert len(found.images) == 60
    assert found.report.left_out == ("1 picture that cannot be read (bad.png)", "1 file that is no picture (notes.txt)")
    archive = tmp_path / "all.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for name in path.iterdir():
            file.write(name, name.name)
    assert own.known(own.address(archive, own.Wishes(damaged="leave-out"))).report.left_out == found.report.left_out
    bad = {"a/bad.png": b"x", "a/b": b""}
    assert "none of the pictures in it can be read (bad.png)" in str(attempt(run_uploads.keep, tmp_path, bad, PLENTY))
    assert "it has 1 image, where" in str(attempt(run_uploads.keep, tmp_path, {"one.png": picture(1), "b.txt": b""}, PLENTY))


def archive(size: tuple[int, int] = (40, 40)) -> bytes:
    """A zip of two folders of five pictures each."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        for place in range(10):
            image = io.BytesIO()
            Image.fromarray(np.random.default_rng(place).integers(0, 256, size, np.uint8)).save(image, "PNG")
            packed.writestr(f"{'ab'[place % 2]}/{place}.png", image.getvalue())
    return file.getvalue()


BROKEN = ("broken.png cannot be read as a picture: take it out", "1 picture that cannot be read (broken.png)")
NO_ZIP = (
    "no.zip is damaged, cut off or not the archive that its name says: take it out",
    "1 archive that cannot be read (no.zip)",
)


@pytest.mark.parametrize(
    ("bad", "good", "told"),
    [("broken.png", "imgs.zip", BROKEN), ("no.zip", "imgs.zip", NO_ZIP), ("broken.png", "own.npz", BROKEN)],
)
def test_a_bad_file_beside_a_good_one_is_named_alone_and_can_be_left_out(
    bad: str, good: str, told: tuple[str, str], tmp_path: Path, digits: Images
) -> None:
    content = {"imgs.zip": archive(), "own.npz": sixty(digits)}[good]
    path = run_uploads.keep(tmp_path, {bad: b"junkjun", good: content}, PLENTY)
    said = run_uploads.told(EngineError(attempt(own.known, str(path))), path)
    assert said == f"The upload cannot be read as images: {told[0]}."
    found = own.known(own.address(path, own.Wishes(damaged="leave-out")))
    assert len(found.images) == (10 if good == "imgs.zip" else 60)
    assert found.report.left_out == (told[1],)


def test_of_two_archives_one_is_to_be_sent(tmp_path: Path) -> None:
    said = str(attempt(run_uploads.keep, tmp_path, {"a.zip": archive(), "b.zip": archive((30, 30))}, PLENTY))
    assert "there are 2 sets of files (a.zip, b.zip): send the files of one of them only" in said


def test_the_size_of_pictures_is_said_as_it_is(tmp_path: Path) -> None:
    def size(raw: dict[str, bytes]) -> str:
        return own.known(run_uploads.keep(tmp_path, raw, PLENTY)).report.size

    assert size({"a.zip": archive((40, 30))}) == "40 × 30"
    assert size({f"{place}.png": picture(place) for place in range(9)} | {"large.png": large(60)}) == "28 × 28 to 60 × 60"


def large(side: int) -> bytes:
    file = io.BytesIO()
    Image.new("L", (side, side)).save(file, "PNG")
    return file.getvalue()
