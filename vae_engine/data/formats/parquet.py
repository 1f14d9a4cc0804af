"""Parquet, as Hugging Face writes data sets of images: encoded pictures in a struct or a binary column, or pixels in columns."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import numpy as np

from vae_engine.base.errors import EngineError
from vae_engine.base.files import parse_json
from vae_engine.data.formats import pictures
from vae_engine.data.formats.arrays import MAX_HELD, MAX_RAW, Array, Contents, held
from vae_engine.data.formats.besides import beyond
from vae_engine.data.formats.columns import MOST_COLUMNS, MOST_ROWS, Column, Gathering, of_numbers
from vae_engine.data.formats.extras import needed
from vae_engine.data.formats.names import LABELS, called, counted_run, words_of
from vae_engine.data.formats.places import Source
from vae_engine.data.formats.shapes import is_flat

SAYS = (
    "Parquet",
    "`.parquet`",
    "encoded pictures as Hugging Face writes them, with the names of their classes, or a column a pixel; "
    "other columns of numbers or words",
    "pyarrow",
)

_ROWS, _BATCH = 256, 65_536
_LONGEST_WORD = 200  # of what is looked at; a column has less


def knows(head: bytes, name: str) -> bool:
    """Whether a file is of this format."""
    return head[:4] == b"PAR1"


def contents(source: Source, until: ExitStack) -> Contents:
    """Images and labels of the table."""
    arrow, parquet = needed("pyarrow"), needed("pyarrow.parquet")

    def opened(words: list[str]) -> Any:
        return until.enter_context(parquet.ParquetFile(until.enter_context(source.seekable()), read_dictionary=words))

    try:
        return _contents(arrow, opened([]), opened)
    except (arrow.ArrowException, ValueError, KeyError, TypeError) as error:
        raise EngineError(f"is not readable Parquet ({' '.join(str(error).split())[:80]})") from None


def _contents(arrow: Any, file: Any, opened: Callable[[list[str]], Any]) -> Contents:
    meta, schema = file.metadata, file.schema_arrow
    sizes = [meta.row_group(i).total_byte_size for i in range(meta.num_row_groups)]
    if sum(sizes) > MAX_RAW or max(sizes, default=0) > MAX_HELD:
        raise EngineError(f"unpacks to more than {MAX_RAW >> 30} GiB, or {MAX_HELD >> 30} GiB in one group of rows")
    rows, features = meta.num_rows, _features(schema.metadata or {})
    label = next((name for name in schema.names if features.get(name, {}).get("_type") == "ClassLabel"), None)
    label = label or next((name for name in schema.names if words_of(name) & LABELS), None)
    image = _encoded(arrow, schema, features)
    numeric = [f.name for f in schema if f.name != label and (arrow.types.is_integer(f.type) or arrow.types.is_floating(f.type))]
    counted = [numeric[place] for place in counted_run(numeric)]
    pixels = counted if is_flat(len(counted)) else numeric
    left_out = [name for name in schema.names if name not in (image, label)]
    if image is not None:
        array = Array((rows,), np.dtype("u1"), lambda: _decoded(file, image), pictures="pictures")
    elif (nested := _nested(arrow, schema, label)) is not None:
        array = held(np.array(file.read([nested]).column(0).to_pylist()))
        left_out = [name for name in left_out if name != nested]
    elif is_flat(len(pixels)):
        array = Array((rows, len(pixels)), np.dtype("f4"), lambda: _columns(file, pixels))
        left_out = [name for name in left_out if name not in pixels]
    else:
        raise EngineError("has no column of pictures, nor a column for each pixel of a square")
    arrays = {"images": array}
    if label is not None:
        arrays["labels"] = held(_plain(file.read([label]).column(0)))
    names = features.get(label, {}).get("names") if label else None
    classes = tuple(map(str, names)) if isinstance(names, list) else None
    told = Counter(schema.names)
    named = [name for name in left_out if told[name] == 1 and name.strip() and rows <= MOST_ROWS]
    besides = [name for name in named if _is_plain(arrow, schema.field(name).type)]
    others = [f"column {ascii(name)[:40]}" for name in left_out if name not in besides]
    words = [name for name in besides if _is_text(arrow, schema.field(name).type)]
    # A short file may repeat a long text in every row: as a dictionary it is read once.
    columns = [_besides(arrow, opened(words) if words else file, name) for name in besides[:MOST_COLUMNS]]
    return Contents("Parquet", arrays, classes, left_out=others + beyond(besides[MOST_COLUMNS:]), columns=columns)


def _is_text(arrow: Any, kind: Any) -> bool:
    return any(one(kind) for one in (arrow.types.is_string, arrow.types.is_large_string))


def _is_plain(arrow: Any, kind: Any) -> bool:
    """Whether a column may be one of numbers or words."""
    of_words = arrow.types.is_dictionary(kind) and _is_text(arrow, kind.value_type)
    kinds = (arrow.types.is_integer, arrow.types.is_floating, arrow.types.is_boolean)
    return of_words or _is_text(arrow, kind) or any(one(kind) for one in kinds)


def _besides(arrow: Any, file: Any, name: str) -> Column:
    """A column of numbers or words, a batch at a time."""
    batches = (batch.column(0) for batch in file.iter_batches(batch_size=_BATCH, columns=[name]))
    kind = file.schema_arrow.field(name).type
    if arrow.types.is_integer(kind) or arrow.types.is_floating(kind):
        return of_numbers(name, (batch.to_numpy(zero_copy_only=False) for batch in batches))
    gathered = Gathering(name)
    for batch in batches:
        if gathered.is_hopeless:
            break
        words, places = batch, range(len(batch))
        if arrow.types.is_dictionary(batch.type):
            words, places = batch.dictionary, batch.indices.to_pylist()
        known: dict[int | None, str | None] = {None: None}
        for place in places:
            if place not in known:
                cell = words[place].as_py()
                known[place] = None if cell is None else str(cell)[:_LONGEST_WORD]
            gathered.add(known[place])
    return gathered.column()


def _features(metadata: dict[bytes, bytes]) -> dict[str, dict[str, Any]]:
    """What Hugging Face notes of the columns; nothing where nothing is noted."""
    if b"huggingface" not in metadata:
        return {}
    noted = parse_json(metadata[b"huggingface"], "the note of its columns")
    for key in ("info", "features"):
        noted = noted.get(key) if isinstance(noted, dict) else None
    return {name: one for name, one in noted.items() if isinstance(one, dict)} if isinstance(noted, dict) else {}


def _encoded(arrow: Any, schema: Any, features: dict[str, dict[str, Any]]) -> str | None:
    """The column of encoded pictures: as noted, then as called, then the first of its type."""

    def fits(kind: Any) -> bool:
        if arrow.types.is_struct(kind):
            return any(kind.field(i).name == "bytes" for i in range(kind.num_fields))
        return arrow.types.is_binary(kind) or arrow.types.is_large_binary(kind)

    found = [field.name for field in schema if fits(field.type)]
    noted = [name for name in found if features.get(name, {}).get("_type") == "Image"]
    named = [name for name in found if called(name).role == "images"]
    return next(iter(noted or named or found), None)


def _nested(arrow: Any, schema: Any, label: str | None) -> str | None:
    lists = (arrow.types.is_list, arrow.types.is_large_list, arrow.types.is_fixed_size_list)
    return next((field.name for field in schema if field.name != label and any(one(field.type) for one in lists)), None)


def _decoded(file: Any, column: str) -> Iterator[np.ndarray]:
    row = 0
    for batch in file.iter_batches(batch_size=_ROWS, columns=[column]):
        for value in batch.column(0).to_pylist():
            content = value.get("bytes") if isinstance(value, dict) else value
            if content is None:
                raise EngineError(f"has no picture in row {row:,}, only a path to one elsewhere")
            yield pictures.grey(io.BytesIO(content), len(content), f"row {row:,}")[None]
            row += 1


def _columns(file: Any, columns: list[str]) -> Iterator[np.ndarray]:
    for batch in file.iter_batches(batch_size=_ROWS, columns=columns):
        yield np.stack([column.to_numpy(zero_copy_only=False) for column in batch.columns], 1).astype(np.float32)


def _plain(column: Any) -> np.ndarray:
    values = column.to_pylist()
    if any(value is None for value in values):
        raise EngineError("has rows without a label")
    return np.array([str(value)[:80] if isinstance(value, (str, bytes)) else value for value in values])
