"""The one-file page: what it holds and how large it grows. What it does is tested in a browser."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest

from dashboard.explore import one_file as static_export
from dashboard.explore.parted_images import KINDS
from vae_engine.base.errors import EngineError
from vae_engine.data import mnist as data
from vae_engine.exchange import bundle as export
from vae_engine.stored import checkpoints
from vae_engine.stored.config import ModelConfig


def test_the_page_asks_for_nothing_from_outside(tiny_vae, tmp_path):
    path = tmp_path / "page.html"
    size = static_export.write_html([str(tiny_vae)], path)
    text = path.read_text()
    assert size == path.stat().st_size
    assert text.isascii() or text.encode().decode() == text
    packed = re.search(r'id="program"[^>]*>([^<]*)</script>', text)
    assert packed, "its text holds no mark of HTML's"
    assert not set(packed[1]) & set("&<>\"' \t\n\f\r\0")
    assert not re.findall(r"""(?:src|href)\s*=\s*["'](?!data:)""", text.split("<script")[0])
    assert "default-src 'none'" in text


@pytest.mark.parametrize("names", [[], ["a", "b", "c"]])
def test_one_or_two_models(names, tmp_path):
    with pytest.raises(EngineError, match="one or two"):
        static_export.write_html(names, tmp_path / "page.html")


def test_a_bundle_without_images_has_everything_else(tiny_vae):
    whole, bare = (export.bundle(checkpoints.read(tiny_vae), with_images) for with_images in (True, False))
    assert len(bare) < len(whole) - 1_000_000


def test_the_page_of_a_small_set_holds_the_image_of_every_code(tmp_path, monkeypatch):
    from support.builders import save_model

    images = data.load("test").head(24)
    np.savez(tmp_path / "mine.npz", images=images.images)
    folder = save_model(tmp_path / "own", ModelConfig(encoder_widths=(8,), decoder_widths=(8,)))
    config = json.loads((folder / checkpoints.CONFIG).read_text())
    config["train"] |= {"data": str(tmp_path / "mine.npz"), "classes": ["image"]}
    (folder / checkpoints.CONFIG).write_text(json.dumps(config))
    blocks = {}
    monkeypatch.setattr(static_export, "block", lambda name, content: blocks.setdefault(name, content) and "")
    static_export.write_html([str(folder)], tmp_path / "page.html")
    codes = export.encode_all(checkpoints.read(folder))[0]["points.codes"]
    assert len(codes) == 24
    assert len(blocks["images"]) == 6 * KINDS + 24 * 784


def test_model_of_other_dimensions_is_refused(tmp_path):
    from support.builders import save_model

    folder = save_model(tmp_path / "one", ModelConfig(latent_dim=1, encoder_widths=(8,), decoder_widths=(8,)))
    with pytest.raises(EngineError, match="draws 2"):
        static_export.write_html([str(folder)], tmp_path / "page.html")
