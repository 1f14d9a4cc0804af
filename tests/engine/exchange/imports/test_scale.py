"""A model of other pixels than those in [0, 1] gives its own numbers on them; the rest of the product sees [0, 1]."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from support.builders import one_line

from vae_engine import EngineError, load_model
from vae_engine.exchange.imports.assumed import Said
from vae_engine.exchange.imports.built import Built, layer, records, weighted, weights
from vae_engine.exchange.imports.parts import ending
from vae_engine.exchange.imports.scale import AS_IS, SIGNED, Scale, scale
from vae_engine.exchange.imports.tidy import tidy
from vae_engine.stored import forward

Command = Callable[..., tuple[int, str, str]]

MNIST = Scale(0.1307, 0.3081)
RNG = np.random.default_rng(7)


def _linear() -> Built:
    return weighted("linear", RNG.normal(0, 0.05, (6, 784)), RNG.normal(size=6), **{"in": 784, "out": 6})


def _conv(padding: int) -> Built:
    says = {"in": 1, "out": 3, "kernel": 3, "stride": 2, "padding": padding}
    return weighted("conv", RNG.normal(0, 0.3, (3, 1, 3, 3)), RNG.normal(size=3), **says)


IMAGE = layer("reshape", shape=[1, 28, 28])
FIRST: dict[str, tuple[list[Built], list[str]]] = {
    "dense": ([IMAGE, layer("flatten"), _linear(), layer("relu")], ["linear", "relu"]),
    "conv without a border": ([IMAGE, _conv(0), layer("relu")], ["affine", "reshape", "conv", "relu"]),
    "conv with a border": ([IMAGE, _conv(1), layer("relu")], ["affine", "reshape", "conv", "relu"]),
    "a border before": ([IMAGE, layer("pad", edges=[1, 1, 0, 0]), _conv(0)], ["affine", "reshape", "pad", "conv"]),
}


def _run(layers: list[Built], rows: np.ndarray) -> np.ndarray:
    """In double precision, so that what is told apart is not the order of sums."""
    return forward.run(records(layers), "encoder", weights(layers, "encoder"), rows.astype(np.float64))


@pytest.mark.parametrize("case", FIRST)
@pytest.mark.parametrize("pixels", [SIGNED, MNIST], ids=str)
def test_an_encoder_sees_its_own_pixels(pixels: Scale, case: str) -> None:
    own, ops = FIRST[case]
    ours = tidy([*pixels.before, *own], (784,))
    assert [one.record["op"] for one in ours] == ops
    x = RNG.random((64, 784))
    np.testing.assert_allclose(_run(ours, x), _run(own, (x - pixels.mean) / pixels.std), rtol=1e-6, atol=1e-6)


def test_a_border_of_zeros_lies_among_the_models_pixels() -> None:
    """In [−1, 1] a border of 0 is grey, and no x of 0: at the corner the two differ by what the border's weights add up to."""
    conv = _conv(1)
    black = np.zeros((1, 784), np.float32)
    corner = _run(tidy([*SIGNED.before, IMAGE, conv], (784,)), black)[0, :, 0, 0]
    weight = conv.weights["weight"][:, 0]
    np.testing.assert_allclose(corner, conv.weights["bias"] - weight[:, 1:, 1:].sum((1, 2)), rtol=1e-6, atol=1e-6)


def test_the_two_directions_undo_each_other_and_are_told() -> None:
    x = np.linspace(0, 1, 5, dtype=np.float32)
    np.testing.assert_allclose(MNIST.ours(MNIST.theirs(x)), x, atol=1e-6)
    assert (SIGNED.theirs(x).min(), SIGNED.theirs(x).max()) == (-1, 1)
    assert SIGNED.told == "(x − 0.5) / 0.5, which is in [−1, 1]"
    assert MNIST.told == "(x − 0.1307) / 0.3081, which is in [−0.424, 2.82]"


@pytest.mark.parametrize("said", ["1", "a,b", "1,2,3", "nan,1", "0.5,0", "0.5,-1", "inf,1", (0.5,), 3, ("a", "b")])
def test_what_is_no_scale_is_refused_in_a_line(said: object) -> None:
    with pytest.raises(EngineError, match="a mean and a std") as caught:
        scale(said)  # type: ignore[arg-type]
    assert one_line(caught.value)


def _decoder(op: str) -> list[Built]:
    product = weighted("linear", RNG.normal(size=(784, 2)), RNG.normal(size=784), **{"in": 2, "out": 784})
    return [product, layer("reshape", shape=[1, 28, 28]), *([layer(op)] if op else []), layer("flatten")]


Z = RNG.normal(size=(16, 2))
MEANS: dict[str, tuple[str, Said, str, str, float | None]] = {
    # the end of the decoder, what is said, the likelihood, what its mean is of the decoder's output y, and σ
    "sigmoid": ("sigmoid", Said(), "bernoulli", "y", None),
    "sigmoid, standardised": ("sigmoid", Said("gaussian", 0.2, scale=MNIST), "gaussian-fixed", "y", 0.2),
    "tanh": ("tanh", Said(), "gaussian-fixed", "(y + 1) / 2", 0.5),
    "tanh, its σ said": ("tanh", Said(noise=0.3), "gaussian-fixed", "(y + 1) / 2", 0.15),
    "tanh in [0, 1]": ("tanh", Said("gaussian", scale=AS_IS), "gaussian-linear", "y", 1.0),
    "tanh as bits": ("tanh", Said("bernoulli"), "bernoulli", "(y + 1) / 2", None),
    "means, standardised": ("", Said("gaussian", 2.0, scale=MNIST), "gaussian-linear", "0.1307 + 0.3081 * y", 0.6162),
}


@pytest.mark.parametrize("case", MEANS)
def test_a_decoder_gives_means_in_our_pixels_and_its_noise_shrinks_with_them(case: str) -> None:
    op, said, likelihood, mean, noise = MEANS[case]
    own = _decoder(op)
    end = ending(own, (2,), said, "decoder")
    y = _run(own, Z)
    raw = _run(end.layers, Z)
    means = raw if likelihood == "gaussian-linear" else 0.5 * (1 + np.tanh(0.5 * raw))
    np.testing.assert_allclose(means, eval(mean, {"y": y}), rtol=1e-6, atol=1e-6)  # noqa: S307 (ours)
    own_noise = end.said.noise_of(end.likelihood)
    assert end.likelihood == likelihood
    assert noise == (None if own_noise is None else pytest.approx(own_noise * end.given.std))


def _given(name: str, foreign: Path) -> list[object]:
    """The files of a model of each kind that is read, and what must be said of them."""
    if name == "pythae":
        return [foreign / name]
    if name == "listed":
        return sorted((foreign / name).iterdir())
    end = "keras" if name == "keras" else "onnx"
    said = ["--mu", "getitem_6", "--std", "softplus", "--logits", "conv2d"] if name == "torch_conv" else []
    return [*(foreign / name / f"{part}.{end}" for part in ("encoder", "decoder")), *said]


@pytest.mark.parametrize("name", ["torch_default", "torch_conv", "keras", "pythae", "listed"])
def test_every_reader_takes_the_option(name: str, foreign: Path, tmp_path: Path, command: Command) -> None:
    given = _given(name, foreign)
    assert command("import", *given, "-o", tmp_path / "as it is")[0] == 0
    code, text, error = command("import", *given, "--normalised", "0.1307,0.3081", "-o", tmp_path / "mine", "--json")
    assert code == 0, error
    about = json.loads(text)
    assert about["pixels"].endswith(f"; the model sees {MNIST.told}, as said, while its decoder gives x by a sigmoid")
    as_it_is, mine = (load_model(str(tmp_path / folder)) for folder in ("as it is", "mine"))
    x = torch.rand((16, 784), generator=torch.Generator().manual_seed(2))
    q, want = mine.encode(x), as_it_is.encode((x - MNIST.mean) / MNIST.std)
    torch.testing.assert_close((q.mu, q.std), (want.mu, want.std), rtol=1e-5, atol=1e-5)
    assert (mine.config.likelihood, mine.given_noise) == (as_it_is.config.likelihood, as_it_is.given_noise)


def test_log_p_is_that_of_its_own_pixels_and_a_constant_of_the_scale() -> None:
    """log p(x) of x in [0, 1] is that of x' = 2x − 1 in [−1, 1], under twice the σ, and 784 log 2."""
    y, x = np.tanh(RNG.normal(size=784)), RNG.random(784)

    def log_p(x: np.ndarray, mean: np.ndarray, noise: float) -> float:
        return float(-0.5 * (((x - mean) / noise) ** 2).sum() - 784 * math.log(noise * math.sqrt(2 * math.pi)))

    ours = log_p(x, SIGNED.ours(y), 0.3 * SIGNED.std)
    assert ours == pytest.approx(log_p(SIGNED.theirs(x), y, 0.3) + 784 * math.log(2), rel=1e-9)
