"""A plane through a latent space is what its equation says, and a model cut by it is the model on it."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.builders import attempt, tiny

from vae_engine import EngineError, TrainConfig, build_model
from vae_engine.stored import architecture, forward, on_map, plane
from vae_engine.stored.checkpoints import Stored
from vae_engine.stored.config import ListedConfig, model_config

DIMENSIONS = 5
RNG = np.random.default_rng(4)
CODES = RNG.normal(size=(300, DIMENSIONS)) @ RNG.normal(size=(DIMENSIONS, DIMENSIONS)) + RNG.normal(size=DIMENSIONS)
PLANE = plane.through(RNG.normal(size=DIMENSIONS) + 1, RNG.normal(size=(DIMENSIONS, 2)))
W = RNG.normal(size=(7, 2))


def cut(kind: str = "vae", decoder: str = "fourier") -> Stored:
    """A model of five dimensions in float64 with a plane through it."""
    config = tiny(decoder=decoder, latent_dim=DIMENSIONS, kind=kind)
    listed = ListedConfig(
        kind=kind, latent_dim=DIMENSIONS, likelihood="bernoulli", layers=architecture.layers(config),
        plane=plane.record(PLANE, CODES, "pca"),
    )  # fmt: skip
    weights = {name: tensor.double().numpy() for name, tensor in build_model(config, 3).state_dict().items()}
    return Stored("deep", Path("deep"), listed, TrainConfig(), weights, "", {})


def test_its_axes_are_orthonormal_and_its_origin_is_its_nearest_point_to_that_of_z() -> None:
    np.testing.assert_allclose(PLANE.axes.T @ PLANE.axes, np.eye(2), atol=1e-12)
    np.testing.assert_allclose(PLANE.axes.T @ PLANE.origin, 0, atol=1e-12)
    z = PLANE.at(W)
    np.testing.assert_allclose(PLANE.place(z), W, atol=1e-12)
    np.testing.assert_allclose(PLANE.off(z), 0, atol=1e-12)
    # So the prior cut by it is N(0, I) in w, but for a constant.
    np.testing.assert_allclose((z**2).sum(1), (PLANE.origin**2).sum() + (W**2).sum(1))


def test_a_code_is_shown_at_the_nearest_point_of_the_plane() -> None:
    off = PLANE.off(CODES)
    for shift in RNG.normal(size=(20, 2)) * 0.1:
        assert (np.linalg.norm(CODES - PLANE.at(PLANE.place(CODES) + shift), axis=1) > off).all()
    kept = PLANE.place(CODES).var(0).sum()
    assert PLANE.share(CODES) == pytest.approx(kept / CODES.var(0).sum())
    assert PLANE.share(np.ones((3, DIMENSIONS))) == 1


@pytest.mark.parametrize("kind", ["vae", "ae"])
@pytest.mark.parametrize("decoder", ["fourier", "conv"])
def test_the_model_on_the_plane_is_the_model_at_o_plus_p_w_and_the_place_of_its_mean(kind: str, decoder: str) -> None:
    whole = cut(kind, decoder)
    flat = on_map.seen(whole)
    assert (flat.model.latent_dim, flat.model.kind) == (2, "ae")

    def run(stored: Stored, part: str, rows: np.ndarray) -> np.ndarray:
        return forward.run(architecture.layers(stored.model)[part], part, stored.weights, rows)

    np.testing.assert_allclose(run(flat, "decoder", W), run(whole, "decoder", PLANE.at(W)), rtol=0, atol=1e-9)
    x = RNG.random((6, 784))
    mu = run(whole, "encoder", x)[:, :DIMENSIONS]
    np.testing.assert_allclose(run(flat, "encoder", x), mu @ PLANE.axes, rtol=0, atol=1e-9)
    codes, std, off = on_map.encode(whole, x)
    assert std is None
    assert off is not None
    np.testing.assert_allclose(codes, mu @ PLANE.axes, atol=1e-9)
    np.testing.assert_allclose(off, np.linalg.norm(mu - PLANE.at(codes), axis=1), atol=1e-9)


def test_a_model_of_two_dimensions_is_shown_whole_and_one_of_more_without_a_plane_is_not() -> None:
    two = cut()
    assert on_map.seen(two) is not two
    config = tiny()
    weights = {name: tensor.numpy() for name, tensor in build_model(config, 3).state_dict().items()}
    stored = Stored("two", Path("two"), config, TrainConfig(), weights, "", {})
    assert on_map.seen(stored) is stored
    codes, std, off = on_map.encode(stored, RNG.random((3, 784)).astype(np.float32))
    assert (codes.shape, std is None, off) == ((3, 2), False, None)
    with pytest.raises(EngineError, match="has 3 latent dimensions"):
        on_map.seen(Stored("three", Path("three"), tiny(latent_dim=3), TrainConfig(), {}, "", {}))


def test_a_config_keeps_its_plane() -> None:
    kept = cut().model
    again = model_config(kept.to_dict())
    assert again == kept
    assert again.has_map
    assert isinstance(again, ListedConfig)
    np.testing.assert_array_equal(plane.read(again.plane).axes, PLANE.axes)


FORGED: dict[str, tuple[str, Any]] = {
    "a name that is none": ("found", 3), "a name without end": ("found", "p" * 1000), "a share above all": ("share", 1.5),
    "no number": ("off", float("nan")), "three axes": ("axes", [[1.0] * 5] * 3),
    "axes of other length": ("axes", [[1.0, 0, 0, 0, 0], [0, 2, 0, 0, 0]]),
    "the same axis twice": ("axes", [[1.0, 0, 0, 0, 0]] * 2), "words": ("axes", [["a"] * 5] * 2), "no list": ("axes", 7),
    "an origin elsewhere": ("origin", [3.0, 1, 4, 1, 5]), "an origin too short": ("origin", [0.0]), "a word more": ("more", 1),
}  # fmt: skip


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_plane_is_refused(name: str) -> None:
    key, value = FORGED[name]
    values = cut().model.to_dict()
    values["plane"] = copy.deepcopy(values["plane"]) | {key: value}
    assert isinstance(attempt(model_config, values), str)


def test_two_dimensions_have_no_plane() -> None:
    values = cut().model.to_dict()
    for many in (2, 1):
        with pytest.raises(EngineError):
            plane.check(values["plane"], many)
    plane.check({}, 2)


def test_what_is_told_of_it_is_what_it_holds() -> None:
    record = plane.record(PLANE, CODES, "pca")
    said = plane.told(record, "vae")
    assert f"{100 * PLANE.share(CODES):.0f} % of the variance" in said
    assert f"{PLANE.off(CODES).mean():.2g} prior sd off it" in said
    assert "A plane in 5 latent dimensions" in said
    assert "300 images" in said
    assert "axes 0 and 3, counted from 0" in plane.told({**record, "found": "axes:0,3"}, "vae")
    assert "images 5, 17 and 99" in plane.told({**record, "found": "images:5,17,99"}, "ae")
