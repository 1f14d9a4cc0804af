"""Files of images that are sent one after the other on the Train page, without a browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from streamlit.testing.v1 import AppTest
from support.train_page import complaints, jobs, page, ran

from dashboard.train import wording
from vae_engine.data.mnist import Images

__all__ = ["jobs", "page"]


def test_a_file_that_was_refused_does_not_count_among_those_that_come_after_it(
    page: Callable[..., AppTest], digits: Images, tmp_path: Path
) -> None:
    np.savez(tmp_path / "mine.npz", images=digits.images)
    bad = ("bad.npz", (tmp_path / "mine.npz").read_bytes()[:200], "application/zip")
    rows = np.column_stack([digits.labels, digits.images.reshape(len(digits.images), -1)])
    header = ",".join(["label", *(f"pixel{place}" for place in range(784))])
    table = ("mine.csv", f"{header}\n{chr(10).join(','.join(map(str, row)) for row in rows)}\n".encode(), "text/csv")
    app = ran(page().selectbox(key="train-source").set_value("own"))
    ran(app.get("file_uploader")[0].set_value([bad]))
    assert complaints(app)
    ran(app.get("file_uploader")[0].set_value([bad, table]))
    assert not complaints(app)
    aside = wording.plain(wording.ASIDE.format(names="bad.npz"))
    assert aside in [one.value for one in app.caption]
    assert any(one.value.startswith(f"Of {len(rows):,} images") for one in app.caption)
    ran(app.get("file_uploader")[0].set_value([table]))
    assert not complaints(app)
    assert aside not in [one.value for one in app.caption], "it is attached no longer"
