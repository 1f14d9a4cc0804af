"""What Runs says of the images on its maps: how many there are, and of how many where they are a sample."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from dashboard.runs import wording
from vae_engine.stored import nats

MNIST = {"test": 10_000, "validation": 10_000, "train": 50_000}
FEW = {"test": 5, "validation": 5, "train": 50}


def rows(*data: str, protocols: tuple[str, ...] = ("dynamic", "dynamic")) -> Any:
    configs = [(None, SimpleNamespace(protocol=protocol)) for protocol in protocols]
    return [SimpleNamespace(data=one, configs=of) for one, of in zip(data, configs, strict=False)]


def test_a_sample_of_the_images_is_said_with_both_counts() -> None:
    said = wording.images_shown(rows("MNIST", "MNIST"), [{"test": 1500}] * 2, [MNIST] * 2)
    assert said.startswith("The same 1,500 of 10,000 test images of MNIST in each")
    said = wording.images_shown(rows("mine"), [{"test": 5, "validation": 2}], [FEW])
    assert "7 of 60 images (5 test, 2 validation (with a dot)) of mine" in said


def test_all_images_are_no_sample() -> None:
    assert "The same 10,000 test images of MNIST" in wording.images_shown(rows("MNIST"), [{"test": 10_000}], [MNIST])
    assert "The same 60 images (" in wording.images_shown(rows("mine"), [FEW], [FEW])


def test_what_is_seen_of_the_images_is_said_by_protocol() -> None:
    def said(*protocols: str) -> str:
        return wording.images_shown(rows("MNIST", "MNIST", protocols=protocols), [{"test": 1500}] * 2, [MNIST] * 2)

    assert "drawn once as black and white" in said("dynamic", "dynamic")
    assert "in their greys" in said("grey", "grey")
    assert "each as its encoder sees them" in said("grey", "dynamic")


def test_a_table_says_of_which_rows_the_nats_are_no_log_probabilities() -> None:
    def row(name: str, likelihood: str, protocol: str) -> Any:
        numbers = SimpleNamespace(terms={"elbo": -1.0}, n=10, samples=1, protocol=protocol)
        return SimpleNamespace(name=name, numbers={"test": numbers}, configs=(SimpleNamespace(likelihood=likelihood), None))

    plain = row("one", "bernoulli", "dynamic")
    assert "log-probabilities" not in wording.protocols([plain])
    said = wording.protocols([plain, row("two", "bernoulli", "grey"), row("three", "gaussian", "grey")])
    assert said.endswith("two: " + "g" + nats.caveat("bernoulli", "grey")[1:])
