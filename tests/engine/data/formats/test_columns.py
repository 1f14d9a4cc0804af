"""Columns of one's own: in every format that has them, through split and sample, and what is left out of them."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import scipy.io
from support.image_files import COUNT, frame, hugging_face

from vae_engine.data import kept_columns, own
from vae_engine.data.formats.columns import ABSENT, MOST_COLUMNS, MOST_WORDS, Column, Gathering, decided, joined
from vae_engine.data.formats.names import counted_run
from vae_engine.data.mnist import Images

AGES = np.linspace(18.5, 71, COUNT).astype(np.float32)
HANDS = np.array(["left", "right", "both"])[np.arange(COUNT) % 3]


def of_image(found: own.Collection, some: Images, name: str) -> list[Any]:
    """The values of a column in the order of `some`: each is found by its image, wherever splits have put it."""
    column = next(one for one in found.columns if one.name == name)
    by_image = {image.tobytes(): value for image, value in zip(found.images.images, column.values(), strict=True)}
    return [by_image[image.tobytes()] for image in some.images]


def table(some: Images, age: Any = AGES, hand: Any = HANDS) -> pd.DataFrame:
    """Columns of one's own on both sides of the pixels."""
    made = frame(some.images, some.labels)
    made.insert(0, "age", age)
    return made.assign(hand=hand)


def _csv(place: Path, some: Images, **options: Any) -> Path:
    table(some).to_csv(place / "own.csv", index=False, **options)
    return place / "own.csv"


def _npz(place: Path, some: Images) -> Path:
    np.savez(place / "own.npz", images=some.images, labels=some.labels, age=AGES[:, None], hand=HANDS)
    return place / "own.npz"


def _mat(place: Path, some: Images) -> Path:
    scipy.io.savemat(place / "own.mat", {"images": some.images, "labels": some.labels, "age": AGES, "hand": HANDS})
    return place / "own.mat"


def _h5(place: Path, some: Images) -> Path:
    with h5py.File(place / "own.h5", "w") as file:
        file["images"], file["labels"], file["age"], file["hand"] = some.images, some.labels, AGES, HANDS.tolist()
    return place / "own.h5"


def _pixels(place: Path, some: Images) -> Path:
    table(some).to_parquet(place / "own.parquet")
    return place / "own.parquet"


def _pictures(place: Path, some: Images) -> Path:
    made = hugging_face(some.images, some.labels)
    pq.write_table(made.append_column("age", pa.array(AGES)).append_column("hand", pa.array(HANDS)), place / "own.parquet")
    return place / "own.parquet"


WRITERS = {
    "csv": _csv, "tsv": lambda place, some: _csv(place, some, sep="\t"),
    "quoted": lambda place, some: _csv(place, some, quoting=2),
    "npz": _npz, "mat": _mat, "h5": _h5, "parquet of pixels": _pixels, "parquet of pictures": _pictures,
}  # fmt: skip


@pytest.mark.parametrize("form", WRITERS)
def test_columns_of_every_format_go_with_their_images(form: str, some: Images, tmp_path: Path) -> None:
    found = own.read(WRITERS[form](tmp_path, some))
    assert of_image(found, some, "age") == pytest.approx(AGES.tolist())
    assert of_image(found, some, "hand") == HANDS.tolist()
    assert sum(count > 0 for count in found.report.classes.values()) == len(set(some.labels.tolist()))
    age, hand = found.report.to_dict()["columns"]
    assert (age["least"], age["most"], age["absent"]) == (AGES[0], AGES[-1], 0)
    assert (hand["words"], hand["absent"]) == (["both", "left", "right"], 0)
    assert any(line.startswith("column") and "age (numbers from 18.5 to 71)" in line for line in found.report.lines())
    # A sample has the values of its images.
    sample = own.read(WRITERS[form](tmp_path, some), own.Wishes(limit=30))
    kept = {image.tobytes(): age for image, age in zip(some.images, AGES.tolist(), strict=True)}
    values = next(one for one in sample.columns if one.name == "age").values()
    assert len(values) == 30
    assert values == pytest.approx([kept[image.tobytes()] for image in sample.images.images])


def test_a_split_that_lacks_a_column_has_none_of_its_values(some: Images, tmp_path: Path) -> None:
    train, test = slice(0, 40), slice(40, COUNT)
    arrays = {f"{what}_{split}": values[part] for split, part in (("train", train), ("test", test))
              for what, values in (("x", some.images), ("y", some.labels), ("age", AGES))}  # fmt: skip
    np.savez(tmp_path / "own.npz", **arrays, hand_train=HANDS[train])
    found = own.read(tmp_path / "own.npz")
    assert of_image(found, some, "age") == pytest.approx(AGES.tolist())
    assert of_image(found, some, "hand") == [*HANDS[train], *[None] * 20]


def test_what_is_empty_is_absent_whatever_a_file_calls_it(some: Images, tmp_path: Path) -> None:
    age = pd.Series(AGES.astype(object)).where(np.arange(COUNT) % 4 > 0)
    for call in ("", "NaN", "N/A"):
        table(some, age, np.where(np.arange(COUNT) % 5 > 0, HANDS, None)).to_csv(tmp_path / "own.csv", index=False, na_rep=call)
        found = own.read(tmp_path / "own.csv")
        assert [value is None for value in of_image(found, some, "age")] == [place % 4 == 0 for place in range(COUNT)]
        assert [value is None for value in of_image(found, some, "hand")] == [place % 5 == 0 for place in range(COUNT)]
        assert "not given for 15" in "\n".join(found.report.lines())


def test_few_whole_numbers_are_words_and_many_are_numbers() -> None:
    def column(values: list[Any]) -> Column:
        gathered = Gathering("c")
        for value in values:
            gathered.add(value)
        found = decided(gathered.column())
        assert isinstance(found, Column), found
        return found

    few = column(["10", "2.0", "", "2"])
    assert (few.words, few.values()) == (("2", "10"), ["10", "2", None, "2"])
    for values in ([str(i) for i in range(11)], ["0.5", "1"]):
        many = column(values)
        assert many.values() == [float(value) for value in values]
    mixed = column(["3", "a10", "a9", "1e999"])
    assert mixed.words == ("1e999", "3", "a9", "a10")
    assert column(["1e999", "2.5"]).values() == [None, 2.5], "what float32 does not hold is absent"
    with pytest.raises(AssertionError, match="100 different values"):
        column([f"word {i}" for i in range(MOST_WORDS + 1)])
    with pytest.raises(AssertionError, match="empty"):
        column(["", "nan"])
    odd = column(["a\u202eb\n" + "x" * 900, "b"])
    assert all(word.isprintable() and len(word) <= 40 for word in odd.words)


def test_words_of_files_that_follow_each_other_are_joined_by_what_they_say() -> None:
    parts = [
        Column("c", None, ("b", "a"), np.array([0, 1, ABSENT], np.uint8)),
        None,
        Column("c", None, ("c", "b"), np.array([0, 1], np.uint8)),
    ]
    whole = decided(joined("c", parts, [3, 1, 2]))
    assert isinstance(whole, Column)
    assert whole.values() == ["b", "a", None, None, "c", "b"]


def test_more_columns_than_are_read_are_named(some: Images, tmp_path: Path) -> None:
    extra = {f"note {'abcdefghijklmnopqrst'[i]}": AGES + i for i in range(MOST_COLUMNS + 2)}
    np.savez(tmp_path / "own.npz", images=some.images, **extra)
    frame(some.images, some.labels).assign(**extra).to_csv(tmp_path / "own.csv", index=False)
    frame(some.images, some.labels).assign(**extra).to_parquet(tmp_path / "own.parquet")
    for name in ("own.npz", "own.csv", "own.parquet"):
        found = own.read(tmp_path / name)
        assert len(found.columns) == MOST_COLUMNS
        assert [said for said in found.report.left_out if "note q" in said and "note r" in said], found.report.left_out


def test_arrays_that_lie_about_their_size_or_are_pickled_are_no_columns(some: Images, tmp_path: Path) -> None:
    odd = {
        "short": AGES[1:],
        "deep": np.ones((COUNT, 2)),
        "odd": np.ones(COUNT, complex),
        "thing": np.array([{}] * COUNT, object),
    }
    np.savez(tmp_path / "own.npz", images=some.images, labels=some.labels, **odd)
    found = own.read(tmp_path / "own.npz")
    assert (len(found.columns), len(found.report.left_out)) == (0, 4)
    # A header that promises more than there is.
    whole = io.BytesIO()
    np.lib.format.write_array(whole, AGES)
    lying = whole.getvalue().replace(b"(60,)", b"(6000000,)")
    with zipfile.ZipFile(tmp_path / "own.npz", "a") as archive:
        archive.writestr("age.npy", lying)
    assert not own.read(tmp_path / "own.npz").columns


def test_a_long_text_in_every_row_of_a_short_file_is_read_once(some: Images, tmp_path: Path) -> None:
    made = hugging_face(some.images, some.labels)
    pq.write_table(made.append_column("note", pa.array(["x" * 2_000_000] * COUNT)), tmp_path / "own.parquet", compression="zstd")
    (column,) = own.read(tmp_path / "own.parquet").columns
    assert column.words == ("x" * 40,)


def test_columns_without_a_name_or_of_one_name_are_no_trouble(some: Images, tmp_path: Path) -> None:
    made = hugging_face(some.images, some.labels)
    for name in ("age", "age", " "):
        made = made.append_column(name, pa.array(AGES))
    pq.write_table(made.append_column("hand", pa.array(HANDS)), tmp_path / "own.parquet")
    assert [column.name for column in own.read(tmp_path / "own.parquet").columns] == ["hand"]
    pixels = frame(some.images, some.labels)
    for place, name in enumerate(("age", "age", " ")):
        pixels.insert(1 + place, name, AGES + place, allow_duplicates=True)
    pixels.to_csv(tmp_path / "own.csv", index=False)
    found = own.read(tmp_path / "own.csv")
    assert [column.name for column in found.columns] == ["age", "column 4"]
    assert of_image(found, some, "age") == pytest.approx(AGES.tolist())
    assert found.report.left_out == ("another column 'age'",)


def test_red_green_and_blue_are_pixels_all_three(some: Images, tmp_path: Path) -> None:
    assert not counted_run([f"{one}{i}" for one in "rgb" for i in range(64)])
    assert counted_run(["age", "p0", "p1", "q0", "hand"]) == range(1, 3)
    assert not counted_run(["age", "hand"])
    colour = np.repeat(some.images[:, :8, :8].reshape(COUNT, 64), 3, axis=1)
    pd.DataFrame(colour, columns=[f"{one}{i}" for one in "rgb" for i in range(64)]).to_csv(tmp_path / "own.csv", index=False)
    found = own.read(tmp_path / "own.csv")
    assert (found.report.size, found.columns) == ("8 × 8", ())


def test_the_images_of_a_run_bring_their_columns(some: Images, tmp_path: Path) -> None:
    age = np.where(np.arange(COUNT) % 4, AGES, np.nan)
    np.savez(tmp_path / "own.npz", images=some.images, labels=some.labels, age=age, hand=HANDS)
    kept = own.parse(own.packed(str(tmp_path / "own.npz")), "images")
    assert of_image(kept, some, "hand") == HANDS.tolist()
    assert [value is None for value in of_image(kept, some, "age")] == [not place % 4 for place in range(COUNT)]
    assert [one["name"] for one in kept.report.to_dict()["columns"]] == ["age", "hand"]


def test_a_file_of_columns_is_not_believed() -> None:
    good = [
        Column("age", np.array([1.5, np.nan, 3], np.float32)),
        Column("hand", None, ("l", "r"), np.array([0, ABSENT, 1], np.uint8)),
    ]
    given = kept_columns.tensors(good)
    assert [column.values() for column in kept_columns.read(given, 3, "f").values()] == [column.values() for column in good]
    assert kept_columns.read({}, 3, "f") == {}
    bad: list[dict[str, Any]] = [
        {"columns": b"[1]"}, {"columns": b"nonsense"}, {"columns": b'[{"name": "\\u202e", "words": null}]'},
        {"column.0": np.zeros(2, np.float32)}, {"column.1": np.array([0, 2, 1], np.uint8)},
        {"column.0.absent": np.zeros(4, np.uint8)}, {"column.1": np.zeros(3, np.float64)},
        {"columns": b'[{"name": "a", "words": null}, {"name": "a", "words": ["l", "r"]}]'},
    ]  # fmt: skip
    for change in bad:
        change = {key: np.frombuffer(value, np.uint8) if isinstance(value, bytes) else value for key, value in change.items()}
        with pytest.raises(own.EngineError, match="f"):
            kept_columns.read(given | change, 3, "f")
