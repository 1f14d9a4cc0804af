"""The engine makes of the kept bundle what is written beside it; tests/browser/fixtures.test.js asks the same of the browser."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
import torch
from support import fixtures
from support.builders import ROOT

from vae_engine import load_model
from vae_engine.data import mnist
from vae_engine.exchange.bundle import quantise
from vae_engine.runs import archive, runs
from vae_engine.stored import forward

EARLIER = ROOT / "tests" / "fixtures" / "earlier"


@pytest.fixture(scope="module")
def both() -> tuple[dict[str, Any], dict[str, Any]]:
    """What is worked out now, and what was written."""
    written = json.loads((fixtures.FOLDER / "expected.json").read_text(encoding="utf-8"))
    return fixtures.expected((fixtures.FOLDER / "tiny.bundle").read_bytes()), written


@pytest.mark.parametrize("name", ["codes", "images", "on", "modes", "z"])
def test_whole_numbers_are_the_same_to_the_bit(both: tuple[dict[str, Any], dict[str, Any]], name: str) -> None:
    assert both[0][name] == both[1][name]


@pytest.mark.parametrize(
    ("name", "tolerance"),
    [("mu", 1e-4), ("std", 1e-4), ("pixels", 1e-5), ("log_joint", 2e-3), ("log_px", 0.01), ("elbo", 0.01)],
)
def test_other_numbers_are_the_same_to_a_tolerance(
    both: tuple[dict[str, Any], dict[str, Any]], name: str, tolerance: float
) -> None:
    np.testing.assert_allclose(both[0][name], both[1][name], rtol=0, atol=tolerance)


def test_the_cells_of_the_posteriors_hold_what_they_held(both: tuple[dict[str, Any], dict[str, Any]]) -> None:
    for now, written in zip(both[0]["cells"], both[1]["cells"], strict=True):
        assert sum(written.values()) == pytest.approx(1, abs=0.01)
        for place in now.keys() | written.keys():
            assert now.get(place, 0) == pytest.approx(written.get(place, 0), abs=2e-3)


def test_the_kept_codes_are_those_of_the_kept_encoder() -> None:
    stored, tensors = fixtures.stored_of((fixtures.FOLDER / "tiny.bundle").read_bytes())
    seen = mnist.observe_fixed(mnist.load("test").images[: fixtures.POINTS], "dynamic", 0)
    again, _ = quantise(forward.encode(stored, seen)[0])
    # Kept codes were made by full-precision weights; half precision moves them by a few of 65,535 steps.
    assert np.abs(again.astype(int) - tensors["points.codes"].astype(int)).max() < 200


def test_a_run_of_an_earlier_version_opens(tmp_path: Any) -> None:
    model = load_model(str(EARLIER / "run"))
    assert model.config.latent_dim == 2
    events = runs.read_events(EARLIER / "run")
    assert [event["step"] for event in events if event["type"] == "snapshot"] == [0, 1, 2, 3, 3]
    archive.unpack(EARLIER / "run.zip", tmp_path / "run")
    again = load_model(str(tmp_path / "run"))
    z = torch.zeros(1, 2)
    assert torch.equal(again.decode(z), model.decode(z))
