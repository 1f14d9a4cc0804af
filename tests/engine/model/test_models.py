"""The networks: shapes, determinism, and that every weight takes part in every objective."""

from __future__ import annotations

import itertools

import pytest
import torch
from support.builders import DECODERS, ENCODERS, short, tiny

from vae_engine import ModelConfig, build_model
from vae_engine.data import mnist as data
from vae_engine.model.models import Posterior, start_balanced
from vae_engine.model.networks import FourierFeatures
from vae_engine.stored.weights import expected_shapes, parameter_count
from vae_engine.training.training import batch_loss

LIKELIHOODS, SPREADS = ("bernoulli", "gaussian", "gaussian-fixed"), ("logvar", "softplus")
ARCHITECTURES = [
    tiny(e, d, likelihood=p, spread=s, layer_norm=True, dropout=0.1)
    for e, d, p, s in itertools.product(ENCODERS, DECODERS, LIKELIHOODS, SPREADS)
]
AUTOENCODERS = [tiny(e, d, likelihood=p, kind="ae") for e, d, p in itertools.product(ENCODERS, DECODERS, LIKELIHOODS)]


def label(config: ModelConfig) -> str:
    return "-".join([config.kind, config.encoder, config.decoder, config.likelihood, config.spread])


@pytest.fixture(scope="module")
def x(digits: data.Images) -> torch.Tensor:
    """Eight observed digits."""
    return torch.from_numpy(data.observe_fixed(digits.images[:8], "dynamic", 0))


def assert_every_weight_has_a_gradient(config: ModelConfig, objective: str, samples: int, x: torch.Tensor) -> None:
    model = build_model(config)
    loss, _, _ = batch_loss(model, short(objective=objective, samples=samples), x, torch.Generator().manual_seed(0), 1.0)
    loss.backward()
    for name, weight in model.named_parameters():
        assert weight.grad is not None, name
        assert weight.grad.isfinite().all(), name
        assert weight.grad.abs().sum() > 0, name


@pytest.mark.parametrize("objective", ["A", "B", "iwae"])
@pytest.mark.parametrize("config", ARCHITECTURES, ids=label)
def test_every_weight_of_a_vae_gets_a_gradient(config: ModelConfig, objective: str, x: torch.Tensor) -> None:
    assert_every_weight_has_a_gradient(config, objective, 3, x)


@pytest.mark.parametrize("config", AUTOENCODERS, ids=label)
def test_every_weight_of_an_autoencoder_gets_a_gradient(config: ModelConfig, x: torch.Tensor) -> None:
    assert_every_weight_has_a_gradient(config, "B", 1, x)


@pytest.mark.parametrize("config", [*ARCHITECTURES[::5], *AUTOENCODERS[::5]], ids=label)
def test_outputs_have_the_documented_shapes(config: ModelConfig, x: torch.Tensor) -> None:
    model = build_model(config).eval()
    found = model.encode(x)
    codes = found.mu if isinstance(found, Posterior) else found
    assert codes.shape == (8, 2)
    raw = model.decode_logits(codes.expand(3, 8, 2))
    assert raw.shape == (3, 8, 1568 if config.likelihood == "gaussian" else 784)
    mean = model.decode(codes)
    assert mean.shape == (8, 784)
    assert ((mean >= 0) & (mean <= 1)).all()


@pytest.mark.parametrize("config", [*ARCHITECTURES[::5], *AUTOENCODERS[::5]], ids=label)
def test_expected_shapes_are_those_of_the_torch_model(config: ModelConfig) -> None:
    model = build_model(config)
    assert expected_shapes(config) == {name: tuple(tensor.shape) for name, tensor in model.state_dict().items()}
    assert parameter_count(config) == sum(weight.numel() for weight in model.parameters())


@pytest.mark.parametrize("dimension", [1, 2, 7])
def test_latent_dimension_is_what_the_config_says(dimension: int, x: torch.Tensor) -> None:
    vae = build_model(tiny(latent_dim=dimension))
    assert vae.encode(x).logvar.shape == (8, dimension)
    assert vae.decode(torch.zeros(1, dimension)).shape == (1, 784)


def test_same_seed_gives_the_same_weights_whatever_ran_before() -> None:
    first = build_model(tiny(), seed=5).state_dict()
    torch.randn(17)
    second, other = build_model(tiny(), seed=5).state_dict(), build_model(tiny(), seed=6).state_dict()
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert not any(torch.equal(first[name], other[name]) for name in first)


def test_building_a_model_leaves_the_global_random_state_alone() -> None:
    before = torch.get_rng_state()
    build_model(tiny())
    assert torch.equal(before, torch.get_rng_state())


@pytest.mark.parametrize("activation", ["gelu", "relu", "silu", "tanh"])
def test_balanced_weights_keep_a_unit_variance_through_every_hidden_layer(activation: str) -> None:
    model = build_model(ModelConfig(encoder_widths=(1024,) * 4, decoder_widths=(1024,) * 4, activation=activation))
    start_balanced(model, seed=3)
    rng = torch.Generator().manual_seed(4)
    for network, inputs in ((model.encoder, 784), (model.decoder[1:], 130)):
        activate = network[1]
        signal = torch.randn(64, inputs, generator=rng)
        for linear in network[:-1:2]:
            signal = linear(activate(signal))
            assert signal.square().mean().item() == pytest.approx(1.0, rel=0.15)


def test_balanced_weights_are_a_function_of_the_seed_and_leave_the_last_layers_alone() -> None:
    once, again, other, torchs = (build_model(tiny("mlp", "fourier")) for _ in range(4))
    for model, seed in ((once, 1), (again, 1), (other, 2)):
        start_balanced(model, seed)
    assert all(torch.equal(a, b) for a, b in zip(once.parameters(), again.parameters(), strict=True))
    assert not torch.equal(once.encoder[0].weight, other.encoder[0].weight)
    assert torch.equal(once.encoder[-1].weight, torchs.encoder[-1].weight)
    assert torch.equal(once.decoder[-1].weight, torchs.decoder[-1].weight)


def test_autoencoder_and_vae_differ_only_in_the_last_encoder_layer() -> None:
    vae, ae = expected_shapes(tiny()), expected_shapes(tiny(kind="ae"))
    assert vae.keys() == ae.keys()
    assert {name for name in vae if vae[name] != ae[name]} == {"encoder.4.weight", "encoder.4.bias"}


def test_softplus_spread_is_the_softplus_of_the_raw_number(x: torch.Tensor) -> None:
    vae = build_model(tiny(spread="softplus"))
    raw = vae.encoder(x)[:, 2:]
    torch.testing.assert_close(vae.encode(x).std, torch.nn.functional.softplus(raw))


def test_logvar_spread_is_the_exponential_of_half_the_raw_number(x: torch.Tensor) -> None:
    vae = build_model(tiny())
    torch.testing.assert_close(vae.encode(x).std, torch.exp(0.5 * vae.encoder(x)[:, 2:]))


def test_fourier_features_are_z_with_its_sines_and_cosines_of_the_given_scale() -> None:
    features = FourierFeatures(2, 5000, scale=3.0)
    assert features.weight.std().item() == pytest.approx(3.0, rel=0.03)
    assert not list(features.parameters())
    z = torch.tensor([[0.3, -1.2]])
    angle = z @ features.weight
    torch.testing.assert_close(features(z), torch.cat([z, torch.sin(angle), torch.cos(angle)], -1))


def test_dropout_is_off_outside_training(x: torch.Tensor) -> None:
    vae = build_model(tiny(dropout=0.5))
    assert torch.equal(vae.eval().encode(x).mu, vae.encode(x).mu)
    assert not torch.equal(vae.train().encode(x).mu, vae.encode(x).mu)
