"""The codes of a model as a table: CSV or Parquet, one row for each image that a map shows.

row       place in its split          z1, z2, …       mean of q(z|x), or the code of an autoencoder
split     test, validation, train     std1, std2, …   σ of q(z|x)
label     0, 1, …                     elbo            nats per image ┐ where they were measured:
class     what it means               log_px          exact, nats    ┘ `truths MODEL`
file      what the file calls it, of images of one's own
…         each column that the file has besides; own_… where its name is one of these
"""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import numpy as np

from vae_engine.base import remedies
from vae_engine.base.errors import EngineError
from vae_engine.base.files import write_atomically
from vae_engine.data import datasets
from vae_engine.exchange.bundle import observed_shown, read_codes
from vae_engine.stored import forward
from vae_engine.stored.checkpoints import Stored

Columns = dict[str, Any]
"""Lists or arrays of one length."""


def write_table(stored: Stored, path: Path) -> int:
    """Write the table, as the file's name ends; its size in bytes. Raises EngineError for another ending."""
    writers = {".csv": _csv, ".parquet": _parquet}
    if path.suffix.lower() not in writers:
        raise EngineError(f"The name of a table ends in .csv or .parquet, not as {path.name} does.")
    content = writers[path.suffix.lower()](columns(stored))
    write_atomically(path, content)
    return len(content)


def columns(stored: Stored) -> Columns:
    """The table's columns. Raises EngineError when the images are not there."""
    data_set = stored.train.data
    images, splits = datasets.shown(data_set)
    meanings = datasets.classes(data_set)
    codes, std = forward.encode(stored, observed_shown(data_set, datasets.SHOWN, stored.train.protocol))
    found: Columns = {
        "row": np.concatenate([np.arange(count) for count in splits.values()]),
        "split": [split for split, count in splits.items() for _ in range(count)],
        "label": images.labels,
        "class": [meanings[label] for label in images.labels],
    }
    if names := datasets.names(data_set):
        found["file"] = names
    found |= {f"z{axis}": column for axis, column in enumerate(codes.T, 1)}
    if std is not None:
        found |= {f"std{axis}": column for axis, column in enumerate(std.T, 1)}
    kept = read_codes(stored) if stored.folder.is_dir() else None
    for name in ("elbo", "log_px"):
        if kept and len(kept[0].get(f"points.{name}", ())) == len(codes):
            found[name] = kept[0][f"points.{name}"]
    for column in datasets.columns(data_set):
        found[f"own_{column.name}" if column.name in found else column.name] = column.values()
    return found


def _csv(found: Columns) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(found)
    writer.writerows(zip(*(one.tolist() if isinstance(one, np.ndarray) else one for one in found.values()), strict=True))
    return text.getvalue().encode()


def _parquet(found: Columns) -> bytes:
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        raise EngineError(f"Parquet needs the package pyarrow: add it {remedies.optional('pyarrow')}.") from None
    content = io.BytesIO()
    parquet.write_table(pyarrow.table(found), content)
    return content.getvalue()
