"""Models by HTTP: what a page is told is where they are, for good, and what arrives there is the model."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator

import pytest
from support.hosts.asking import Answer, asking

from dashboard.shared import browser
from dashboard.shared.routes import ROUTES as VIEWS
from dashboard.stock import catalogue, routes
from dashboard.stock.library import planes
from dashboard.stock.material import LESSON_MODELS
from dashboard.stock.routes import ROUTES
from vae_engine.data import datasets
from vae_engine.exchange import bundle as export
from vae_engine.stored import registry


@pytest.fixture(scope="module")
def ask() -> Iterator[Callable[..., Answer]]:
    """Asks for models and scripts as a browser on the page Explore does."""
    with asking([*ROUTES, *VIEWS]) as ask:
        yield ask


def test_a_page_is_told_addresses_whose_parts_are_the_model(ask: Callable[..., Answer]) -> None:
    library = catalogue.library(LESSON_MODELS)
    for name, addresses in zip(LESSON_MODELS, library.models, strict=True):
        for address, part in zip(addresses, export.parted(registry.find(name)), strict=True):
            status, headers, content = ask(f"/{address}")
            assert status == 200
            assert headers["cache-control"] == "public, max-age=31536000, immutable"
            assert gzip.decompress(content) == planes(part)
    images = gzip.decompress(ask(f"/{library.images}")[2])
    assert images[16:] == datasets.shown(datasets.MNIST)[0].images.tobytes()
    assert len(browser.told(library.told())["json"]) < 1000


def test_bundles_that_were_made_ready_are_there_at_once(ask: Callable[..., Answer], monkeypatch: pytest.MonkeyPatch) -> None:
    library = catalogue.library(("vae-mnist-small", "ae-mnist-small"))
    routes.make_ready(library)
    monkeypatch.setattr(routes, "_made", lambda *asked: pytest.fail("it is made again"))
    for name, (bundle, _) in zip(("vae-mnist-small", "ae-mnist-small"), library.models, strict=True):
        assert gzip.decompress(ask(f"/{bundle}")[2]) == planes(export.parted(registry.find(name))[0])


def test_other_models_of_the_same_data_have_the_same_images_and_another_identity() -> None:
    first, other = (catalogue.library(names) for names in (("vae-mnist",), ("ae-mnist",)))
    assert first.images == other.images
    assert first.id != other.id


MISSING = [
    "model/vae-mnist/bundle/" + "0" * 32,
    "model/nobody/bundle/0",
    "model/vae-mnist/weights/0",
    "model/run%3Anobody/bundle/0",
    "model/../bundle/0",
    "model/%2e%2e/bundle/0",
    "view/streamlit/explore/0",
    "view/streamlit/other/0",
]


@pytest.mark.parametrize("path", MISSING)
def test_what_is_not_there_is_said_in_one_sentence_that_is_not_kept(ask: Callable[..., Answer], path: str) -> None:
    status, headers, content = ask(f"/{path}")
    assert status == 410
    assert content.endswith(b".")
    assert headers["cache-control"] == "no-store"


def test_a_script_is_told_as_its_address_and_arrives_packed_or_not(ask: Callable[..., Answer]) -> None:
    address = browser.script_address("streamlit/explore")
    assert address in browser.loaded("streamlit/explore")
    assert len(browser.loaded("streamlit/explore")) < 2000
    for coding in ("gzip", "identity"):
        _, headers, content = ask(f"/{address}", **{"Accept-Encoding": coding})
        assert headers.get("content-encoding", "identity") == coding
        assert (gzip.decompress(content) if coding == "gzip" else content) == browser.script("streamlit/explore").encode()
        assert headers["cache-control"].endswith("immutable")
