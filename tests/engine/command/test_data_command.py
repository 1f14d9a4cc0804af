"""`data` says what images are before anything is trained on them; `train` keeps what was asked for, and the files it saw."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from support.builders import tiny_settings

from vae_engine.data import datasets, own
from vae_engine.data.mnist import Images
from vae_engine.data.report import plain_name
from vae_engine.stored import checkpoints

Command = Callable[..., tuple[int, str, str]]
FLAGS = ["--steps", "2", "--batch-size", "8", "--held-out", "2", "--device", "cpu", "--threads", "1", *tiny_settings()]


@pytest.fixture
def dark(tmp_path: Path, digits: Images) -> Path:
    """Sixty digits in dark ink on light ground, one of them blank."""
    images = 255 - digits.images[:60]
    images[7] = 255
    np.savez(tmp_path / "dark.npz", images=images, labels=np.arange(60) % 10 + 1, more=np.ones(3))
    return tmp_path / "dark.npz"


def test_it_says_everything_that_was_found(dark: Path, command: Command, tmp_path: Path) -> None:
    code, out, _ = command("data", dark, "--json", "--sheet", tmp_path / "sheet.png")
    found = json.loads(out)
    assert (code, found["count"], found["size"], found["inverted"]) == (0, 60, "28 × 28", True)
    assert found["splits"] == {"train": 50, "validation": 5, "test": 5}
    assert found["classes"] == {str(label): 6 for label in range(1, 11)}
    assert (found["labels"], found["one_tone"], found["left_out"]) == ("counted from 1", ["dark.npz, row 7"], ["array 'more'"])
    with Image.open(io.BytesIO((tmp_path / "sheet.png").read_bytes())) as sheet:
        assert np.median(np.asarray(sheet.convert("LA"))[8:60, 60:110, 0]) == 255, "as the file looks: light paper"
    code, text, _ = command("data", dark)
    assert code == 0
    assert all(word in text for word in ("dark ink on light ground", "counted from 1", "row 7", "array 'more'"))


@pytest.mark.parametrize(
    ("name", "drawn"),
    [("three", "three"), ("Äpfel", "Apfel"), ("groß", "gross"), ("Łódź", "Lodz"), ("три", "class 3"), ("三", "class 3")],
)
def test_a_sheet_writes_names_in_letters_that_its_font_has(name: str, drawn: str) -> None:
    assert plain_name(name, 3) == drawn


def test_what_cannot_be_read_is_one_sentence(command: Command, tmp_path: Path) -> None:
    (tmp_path / "x.bin").write_bytes(bytes(range(200)))
    for place in (tmp_path / "x.bin", tmp_path / "nowhere"):
        code, out, err = command("data", place)
        assert (code, out, len(err.splitlines())) == (2, "", 1)


def test_a_run_keeps_what_was_asked_for_and_refuses_other_files(dark: Path, command: Command, tmp_path: Path) -> None:
    wishes = ["--polarity", "bright", "--orientation", "transposed", "--limit", "40", "--classes", ",".join("abcdefghij")]
    code, _, err = command("train", "--run-dir", tmp_path / "run", "--data", dark, *wishes, *FLAGS)
    assert code == 0, err
    kept = checkpoints.read_config(tmp_path / "run")[1].data
    assert (datasets.place(kept), own.wishes_of(kept)) == (
        dark,
        own.Wishes("bright", "transposed", "auto", 40, "a,b,c,d,e,f,g,h,i,j"),
    )
    assert own.classes(kept) == tuple("abcdefghij")
    images = datasets.load(kept, "test").images
    assert command("evaluate", tmp_path / "run", "--is-samples", "5")[0] == 0
    raw = dark.read_bytes()
    np.savez(dark, images=np.zeros((60, 28, 28), np.uint8), labels=np.arange(60) % 10 + 1)
    for asked in (["evaluate", tmp_path / "run"], ["export", tmp_path / "run", "--to", "bundle", "-o", tmp_path / "b"]):
        code, _, err = command(*asked)
        assert (code, "no longer those that were trained on" in err) == (2, True)
    dark.write_bytes(raw)
    assert np.array_equal(datasets.load(kept, "test").images, images), "put back, they are the same"


def test_wishes_are_about_own_images_only(command: Command, tmp_path: Path) -> None:
    code, _, err = command("train", "--run-dir", tmp_path / "run", "--polarity", "dark", *FLAGS)
    assert (code, "own" in err) == (2, True)


def test_the_bundled_set_is_told_by_its_name(command: Command) -> None:
    code, out, _ = command("data", "mnist", "--json")
    found = json.loads(out)
    assert (code, found["data"], found["count"]) == (0, "mnist", 70_000)
    assert found["splits"] == {"train": 50_000, "validation": 10_000, "test": 10_000}
