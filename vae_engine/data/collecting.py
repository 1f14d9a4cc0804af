"""From what lies in files to what the networks see: one block after the other into one array of bytes, in the order of splits."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from vae_engine.base.errors import EngineError
from vae_engine.data import mnist as data
from vae_engine.data import pixels
from vae_engine.data.formats.arrays import Array
from vae_engine.data.formats.besides import beyond
from vae_engine.data.formats.columns import MOST_COLUMNS, Column, decided, joined
from vae_engine.data.formats.places import counted
from vae_engine.data.formats.reading import Found, Part
from vae_engine.data.formats.row_names import Chained
from vae_engine.data.formats.shapes import Layout, layout
from vae_engine.data.labels import Labels, renamed, settled
from vae_engine.data.mnist import Images
from vae_engine.data.report import Report
from vae_engine.stored.config import SIDE

MAX_IMAGES = 1_000_000
FEWEST_OF_A_SPLIT = 2
FEWEST = 3 * FEWEST_OF_A_SPLIT
POLARITIES = ("auto", "bright", "dark")
ORIENTATIONS = ("auto", "upright", "transposed")
DAMAGED = ("refuse", "leave-out")
ORDER = ("test", "validation", "train")
_MOST_NAMED, _MOST_DRAWN_FROM = 1000, 10 * MAX_IMAGES


@dataclass(frozen=True)
class Wishes:
    """What to make of images where the files do not say, or say it wrongly.

    0 images is all of them; `damaged` is about pictures in files of their own; `classes` are names with commas between them,
    in the order in which the classes are found; `side` is how many pixels a side they are read at, whatever size they have.
    """

    polarity: str = "auto"
    orientation: str = "auto"
    labels: str = "auto"
    limit: int = 0
    classes: str = ""
    damaged: str = "refuse"
    side: int = SIDE


@dataclass(frozen=True)
class Collection:
    """All images of a place in the order test, validation, train, so that each split is one piece of them.

    `rows` [n] are their places in the files, whose names for them are `names`; `columns` are what else the files say of each.
    """

    images: Images
    classes: tuple[str, ...]
    splits: dict[str, int]
    rows: np.ndarray
    names: Sequence[str]
    report: Report
    columns: tuple[Column, ...] = ()

    def part(self, split: str) -> Images:
        """One split."""
        start = 0
        for name in ORDER:
            if name == split:
                break
            start += self.splits[name]
        end = start + self.splits[split]
        return Images(self.images.images[start:end], self.images.labels[start:end])

    def called(self, places: Iterable[int]) -> list[str]:
        """What the files call the images at these places: the file within its folder, and its row where it has several."""
        return [self.names[int(self.rows[place])] for place in places]

    def order_in_the_files(self) -> np.ndarray:
        """The places of all images [n] in the order in which the files have them."""
        return np.argsort(self.rows, kind="stable")

    def as_in_the_files(self) -> Images:
        """All images in the order in which the files have them."""
        order = self.order_in_the_files()
        return Images(self.images.images[order], self.images.labels[order])

    @property
    def inverted(self) -> bool:
        """Whether the networks see bright what is dark in the files."""
        return self.report.inverted


def collect(found: Found, wishes: Wishes, name: str, as_published: bool = False) -> Collection:
    """What the networks see of what was found, `name` in complaints. Raises EngineError with everything that is wrong.

    `as_published` keeps each split in the order of its file, and holds out for validation what MNIST holds out.
    """
    problems: list[str] = []
    forms = [_form(part, problems) for part in found.parts]
    counts = [len(part.images) for part in found.parts]
    total = sum(counts)
    if total > (_MOST_DRAWN_FROM if wishes.limit else MAX_IMAGES):
        way_out = f"--limit {MAX_IMAGES} draws as many at random"
        _refuse(name, [*problems, f"it has {total:,} images, where {MAX_IMAGES:,} are read: {way_out}"])
    labels = _labels(found, counts, problems, wishes.classes)
    if total < FEWEST:
        problems.append(f"it has {counted(total, 'image', 'images')}, where training needs {FEWEST} at least")
    _refuse(name, problems)
    assert labels is not None
    order, splits = _as_published(found.parts, counts) if as_published else _order(found.parts, counts, wishes.limit)
    if min(splits.values()) < FEWEST_OF_A_SPLIT:
        told = ", ".join(f"{count:,} {split}" for split, count in splits.items())
        _refuse(name, [f"its splits are {told}, where each needs {FEWEST_OF_A_SPLIT} images at least"])
    try:
        images, span, sides = _read(found.parts, forms, order, wishes.side)
    except EngineError as error:
        _refuse(name, [str(error)])
        raise
    shaped = _shaped(images, found, wishes)
    return _collection(found, Images(images, labels.values[order]), labels, order, splits, _sized(sides), span.said, *shaped)


def collected(found: Found, images: np.ndarray, splits: dict[str, int] | None, inverted: bool, name: str) -> Collection:
    """Images that were collected once, as they are: in the order of their own splits, or to be split. Raises EngineError."""
    problems: list[str] = []
    labels = _labels(found, [len(images)], problems)
    if len(images) < FEWEST:
        problems.append(f"it has {counted(len(images), 'image', 'images')}, where training needs {FEWEST} at least")
    _refuse(name, problems)
    assert labels is not None
    order, sizes = _order(found.parts, [len(images)], 0) if splits is None else (np.arange(len(images)), splits)
    chosen = Images(images[order], labels.values[order])
    return _collection(
        found,
        chosen,
        labels,
        order,
        sizes,
        _sized({images.shape[1:]}),
        "bytes as they are",
        "as collected",
        inverted,
        "as collected",
        False,
    )


def _collection(
    found: Found, images: Images, labels: Labels, order: np.ndarray, splits: dict[str, int], size: str, span: str,
    polarity: str, inverted: bool, orientation: str, transposed: bool,
) -> Collection:  # fmt: skip
    for array in (images.images, images.labels):
        array.setflags(write=False)
    names = Chained([part.names for part in found.parts])
    columns, others = _columns(found.parts, order)
    of_class = np.bincount(images.labels, minlength=len(labels.classes)).tolist()
    report = Report(
        format=found.format, files=tuple(source.name for source in found.files), count=len(images),
        size=size, side=images.images.shape[1],
        splits={split: splits[split] for split in data.SPLITS}, own_split=_has_own_split(found.parts),
        classes=dict(zip(labels.classes, of_class, strict=True)), labels=labels.said, range=span,
        polarity=polarity, inverted=inverted, orientation=orientation, transposed=transposed, left_out=(*found.left_out, *others),
        one_tone=tuple(names[order[place]] for place in pixels.of_one_tone(images.images)[:_MOST_NAMED]),
        columns=tuple(column.described() for column in columns),
    )  # fmt: skip
    return Collection(images, labels.classes, splits, order, names, report, columns)


def _columns(parts: list[Part], order: np.ndarray) -> tuple[tuple[Column, ...], list[str]]:
    """What the files say of the images in this order, and what of it is left out, in words.

    What a column holds is settled by all of it, whichever images are read.
    """
    names, counts = list(dict.fromkeys(name for part in parts for name in part.columns)), [len(part.images) for part in parts]
    whole = [decided(joined(name, [part.columns.get(name) for part in parts], counts)) for name in names[:MOST_COLUMNS]]
    found = tuple(column.take(order) for column in whole if isinstance(column, Column))
    return found, [why for why in whole if isinstance(why, str)] + beyond(names[MOST_COLUMNS:])


def _sized(sides: set[tuple[int, ...]]) -> str:
    """Height and width of images, of different ones those of the smallest and of the largest."""
    least, most = min(sides, key=math.prod), max(sides, key=math.prod)
    return " to ".join(" × ".join(map(str, side)) for side in ((least, most) if least != most else (least,)))


def _refuse(name: str, problems: list[str]) -> None:
    if problems:
        raise EngineError(f"{name} cannot be read as images: {'; '.join(problem.rstrip('.') for problem in problems)}.")


def _form(part: Part, problems: list[str]) -> Layout | None:
    """The layout of a part's images, None of pictures; what is wrong with them is added to the problems."""
    array = part.images
    if array.fault:
        problems.append(array.fault)
    elif not array.pictures:
        if array.dtype.kind not in "uifb":
            problems.append(f"its images are {array.dtype}, which are no numbers")
        try:
            return layout(array.shape)
        except EngineError as error:
            problems.append(str(error))
    return None


def _labels(found: Found, counts: list[int], problems: list[str], names: str = "") -> Labels | None:
    try:
        labels = settled([part.labels for part in found.parts], counts, found.classes)
        return renamed(labels, [name.strip() for name in names.split(",")]) if names else labels
    except EngineError as error:
        problems.append(str(error))
        return None


def _has_own_split(parts: list[Part]) -> bool:
    splits = {part.split or "train" for part in parts}
    return "train" in splits and len(splits) > 1


def _order(parts: list[Part], counts: list[int], limit: int) -> tuple[np.ndarray, dict[str, int]]:
    """The rows of the files in the order test, validation, train, and how many of each. One fixed shuffle makes them."""
    total = sum(counts)
    rng = np.random.default_rng(data.SPLIT_SEED)
    kept = np.sort(rng.permutation(total)[:limit]) if 0 < limit < total else np.arange(total)
    rng = np.random.default_rng(data.SPLIT_SEED)
    shuffled = kept[rng.permutation(len(kept))]
    if not _has_own_split(parts):
        held = max(FEWEST_OF_A_SPLIT, len(kept) // 12)
        return shuffled, {"test": held, "validation": held, "train": len(kept) - 2 * held}
    of_row = np.repeat([ORDER.index(part.split or "train") for part in parts], counts)[shuffled]
    pieces = {split: shuffled[of_row == place] for place, split in enumerate(ORDER)}
    for split, share in (("test", 12), ("validation", 6)):
        if not len(pieces[split]):
            held = max(FEWEST_OF_A_SPLIT, len(pieces["train"]) // share)
            pieces[split], pieces["train"] = pieces["train"][:held], pieces["train"][held:]
    return np.concatenate([pieces[split] for split in ORDER]), {split: len(pieces[split]) for split in ORDER}


def _as_published(parts: list[Part], counts: list[int]) -> tuple[np.ndarray, dict[str, int]]:
    """As `_order`, of files whose splits are known to everyone."""
    rows, row = dict.fromkeys(ORDER, np.empty(0, np.int64)), 0
    for part, count in zip(parts, counts, strict=True):
        rows[part.split or "train"] = np.arange(row, row + count)
        row += count
    if not len(rows["validation"]):
        train, validation = data.divided(len(rows["train"]))
        rows |= {"train": rows["train"][train], "validation": rows["train"][validation]}
    return np.concatenate([rows[split] for split in ORDER]), {split: len(rows[split]) for split in ORDER}


def _read(
    parts: list[Part], forms: list[Layout | None], order: np.ndarray, side: int
) -> tuple[np.ndarray, pixels.Range, set[tuple[int, ...]]]:
    """All images [n, side, side] in this order, what range they were in, and the heights and widths that there are.

    They are first taken for bytes, which most are; where they turn out to be none, all are read once more.
    """
    total = sum(len(part.images) for part in parts)
    places = np.full(total, -1, np.int64)
    places[order] = np.arange(len(order))
    images = np.empty((len(order), side, side), np.uint8)
    values, row, sides = pixels.Values(), 0, set[tuple[int, ...]]()
    span = pixels.Range(0.0, 255.0, "")
    for part, form in zip(parts, forms, strict=True):
        for block in _blocks(part.images):
            values.see(block)
            sides.add(form.side if form else block.shape[1:3])
            if values.are_bytes:
                block = block if block.dtype == np.uint8 else block.astype(np.uint8)
                _place(images, places[row : row + len(block)], block, form, span)
            row += len(block)
    if row != total:
        raise EngineError(f"holds {row:,} images where {total:,} were promised")
    span = pixels.range_of(values)
    if (span.low, span.high) == (0.0, 255.0) and values.are_bytes:
        return images, span, sides
    row = 0
    for part, form in zip(parts, forms, strict=True):
        for block in _blocks(part.images):
            _place(images, places[row : row + len(block)], block, form, span)
            row += len(block)
    return images, span, sides


def _blocks(array: Array) -> Iterator[np.ndarray]:
    left = len(array)
    for block in array.blocks():
        left -= len(block)
        if left < 0:
            raise EngineError(f"holds more than the {len(array):,} images that were promised")
        yield block


def _place(images: np.ndarray, places: np.ndarray, block: np.ndarray, form: Layout | None, span: pixels.Range) -> None:
    wanted = places >= 0
    if wanted.any():
        block, places = (block, places) if wanted.all() else (block[wanted], places[wanted])
        side = images.shape[1]
        of_row = np.dtype((np.void, side * side))  # NumPy moves images as a whole faster than pixel by pixel
        made = pixels.small(block, form, span, side).reshape(len(block), -1)
        images.reshape(len(images), -1).view(of_row)[:, 0][places] = made.view(of_row)[:, 0]


def _shaped(images: np.ndarray, found: Found, wishes: Wishes) -> tuple[str, bool, str, bool]:
    """Ink made bright and images set upright, in place: what was done about polarity, then about orientation."""
    ink = pixels.ink_of(images)
    dark = ink.is_dark if wishes.polarity == "auto" else wishes.polarity == "dark"
    if dark:
        pixels.invert(images)
    seen = f"edges {ink.edge:.0f}, mean {ink.mean:.0f} of 255"
    polarity = f"{'dark ink on light ground, made bright for the network' if dark else 'bright ink on dark ground'} ({seen})"
    if wishes.polarity != "auto":
        polarity += f", as asked for by --polarity {wishes.polarity}"
    turned = found.transposed if wishes.orientation == "auto" else wishes.orientation == "transposed"
    if turned:
        pixels.turn(images)
    orientation = "rows and columns exchanged" if turned else "as it is"
    if wishes.orientation != "auto":
        orientation += f", as asked for by --orientation {wishes.orientation}"
    elif turned:
        orientation += ", as this format has them"
    return polarity, dark, orientation, turned
