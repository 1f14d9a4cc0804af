"""What Train of a site has to train on: MNIST, and further sets where they are on the machine that writes it."""

from __future__ import annotations

import gzip
import json

import numpy as np
import pytest
from safetensors import numpy as safetensors

from dashboard.site import training
from dashboard.site.files import Files
from vae_engine.base.errors import EngineError
from vae_engine.data import datasets, fetched
from vae_engine.data.mnist import Images
from vae_engine.data.sets.catalogue import SETS


@pytest.fixture
def _here(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if Fashion-MNIST had been fetched: for each split other bytes, of its own number of images."""
    real = datasets.load

    def load(name: str, split: str) -> Images:
        if name != "fashion":
            return real(name, split)
        count = SETS["fashion"].counts[split]
        return Images(np.full((count, 28, 28), len(split), np.uint8), (np.arange(count) % 10).astype(np.uint8))

    monkeypatch.setattr(fetched, "is_here", lambda one: one.name == "fashion")
    monkeypatch.setattr(fetched, "require", lambda one: None)
    monkeypatch.setattr(datasets, "load", load)


@pytest.mark.usefixtures("_here")
@pytest.mark.parametrize("asked", [(), ("fashion", "fashion")])
def test_fashion_is_offered_as_a_second_bounded_file_where_it_is_here(asked: tuple[str, ...]) -> None:
    files = Files()
    told = training.told(files, asked)
    assert [one["title"] for one in told["sets"]] == ["MNIST", "Fashion-MNIST"]
    assert told["absent"] == []
    raw = gzip.decompress(files.contents[told["sets"][1]["images"]])
    about = json.loads(json.loads(raw[8 : 8 + int.from_bytes(raw[:8], "little")])["__metadata__"]["training"])
    assert (about["data"], about["classes"], about["of"]) == (
        "fashion", [*SETS["fashion"].classes], {"test": 10_000, "validation": 10_000, "train": 50_000}
    )  # fmt: skip
    held = safetensors.load(raw)
    assert {name: len(held[name]) for name in held} == {
        "train.images": 12_000, "train.labels": 12_000, "held.images": 2_000, "held.labels": 2_000
    }  # fmt: skip
    assert (held["train.images"][0, 0, 0], held["held.images"][0, 0, 0]) == (len("train"), len("validation"))


def test_where_it_is_not_the_page_says_how_to_come_by_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetched, "is_here", lambda one: False)
    (absent,) = training.told(Files())["absent"]
    assert absent["title"] == "Fashion-MNIST"
    assert all(file.name in absent["text"] for file in SETS["fashion"].files[:2])
    assert "github.com/zalandoresearch/fashion-mnist" in absent["text"]
    monkeypatch.setenv(fetched.VARIABLE, "/nowhere")
    with pytest.raises(EngineError, match="fetch"):
        training.told(Files(), ["fashion"])
