"""Exact learning: its gradient is that of log p(x), and it arrives where mathematics says it must."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
import torch
from support.builders import listed, one_line, short, tiny
from torch import Tensor, nn

from vae_engine import EngineError, train
from vae_engine.data import mnist as data
from vae_engine.inference.exact import natural
from vae_engine.measure.evaluation import image_terms, observed
from vae_engine.model.models import VAE, build_model
from vae_engine.stored import registry
from vae_engine.training.exact_learning import encoder_losses, losses
from vae_engine.training.optimisers import Optimiser
from vae_engine.training.training import Checkpoint, Epoch, Finished, Step, batch_loss

POINTS = 2**17
SIDE = 4  # images of 16 pixels


def small(likelihood: str, decoder: list[dict[str, Any]], noise: float = 1.0) -> VAE:
    """A float64 VAE of 16 pixels with such a decoder and any encoder."""
    encoder = [{"op": "linear", "in": SIDE**2, "out": 4}]
    made = build_model(listed(side=SIDE, likelihood=likelihood, layers={"encoder": encoder, "decoder": decoder}), 3).double()
    assert isinstance(made, VAE)
    made.set_noise(noise)
    return made


def linear(noise: float) -> VAE:
    return small("gaussian-linear", [{"op": "linear", "in": 2, "out": SIDE**2}], noise)


def curved() -> VAE:
    layers = [{"op": "linear", "in": 2, "out": 6}, {"op": "tanh"}, {"op": "linear", "in": 6, "out": SIDE**2}]
    made = small("bernoulli", layers)
    with torch.no_grad():
        made.decoder[0].weight.mul_(2)
        made.decoder[2].weight.mul_(4)
    return made


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def gradients(vae: VAE, value: Tensor) -> Tensor:
    """Of the decoder's weights, as one vector."""
    return torch.cat([part.flatten() for part in torch.autograd.grad(value, list(vae.decoder.parameters()), retain_graph=True)])


def closed_form(vae: VAE, x: Tensor) -> Tensor:
    """log N(x; b, WWᵀ + σ²I) of a linear decoder: [n]."""
    weight, bias = vae.decoder[0].weight, vae.decoder[0].bias
    assert vae.noise is not None
    covariance = weight @ weight.T + vae.noise**2 * torch.eye(SIDE**2, dtype=torch.float64)
    apart = x - bias
    squares = (apart @ covariance.inverse() * apart).sum(1)
    return -0.5 * (squares + covariance.logdet() + SIDE**2 * math.log(2 * math.pi))


def quadrature(vae: VAE, x: Tensor) -> Tensor:
    """log p(x) by a fine lattice, through which gradients pass: [n]."""
    steps = torch.linspace(-7, 7, 281, dtype=torch.float64)
    eta, bias = natural(vae, torch.cartesian_prod(steps, steps))
    joint = vae.likelihood.statistics(x) @ eta.T + bias
    return joint.logsumexp(1) + 2 * math.log(steps[1] - steps[0])


def test_the_gradient_of_a_linear_gaussian_model_is_that_of_its_closed_form() -> None:
    vae, x = linear(0.7), torch.randn((9, SIDE**2), generator=generator(), dtype=torch.float64)
    found = losses(vae, x, POINTS, generator(), sampled=False, sure=0.0)
    truth = -closed_form(vae, x)
    torch.testing.assert_close(found.nll + found.kl, truth, rtol=0, atol=1e-4)
    torch.testing.assert_close(gradients(vae, found.loss), gradients(vae, truth.mean()), rtol=1e-4, atol=1e-4)


def test_the_gradient_of_a_curved_decoder_is_that_of_quadrature() -> None:
    vae, x = curved(), (torch.rand((9, SIDE**2), generator=generator()) < 0.4).double()
    found = losses(vae, x, POINTS, generator(), sampled=False, sure=0.0)
    truth = -quadrature(vae, x)
    torch.testing.assert_close(found.nll + found.kl, truth, rtol=0, atol=1e-4)
    torch.testing.assert_close(gradients(vae, found.loss), gradients(vae, truth.mean()), rtol=1e-4, atol=1e-4)
    assert found.loss.item() == (found.nll + found.kl).mean().item(), "what has only a gradient adds nothing"


@pytest.mark.parametrize("sampled", [False, True], ids=["points kept by chance", "one z of each posterior"])
def test_what_chance_leaves_out_changes_no_expectation(sampled: bool) -> None:
    vae, x = curved(), (torch.rand((9, SIDE**2), generator=generator()) < 0.4).double()
    draws = []
    for seed in range(150):
        rng = generator(0)  # the same points each time
        torch.rand(64 * seed, generator=rng)  # other chances
        draws.append(gradients(vae, losses(vae, x, 64, rng, sampled, sure=1.0).loss))
    whole = gradients(vae, losses(vae, x, 64, generator(0), False, sure=0.0).loss)
    spread = torch.stack(draws)
    assert (spread.std(0) > 0).any()
    apart = (spread.mean(0) - whole) / (spread.std(0) / math.sqrt(len(draws)) + 1e-12)
    assert apart.abs().max() < 4.5
    assert apart.square().mean() < 1.5


def test_the_encoder_hears_of_the_posterior_alone_and_the_decoder_not_of_the_encoder() -> None:
    vae, x = curved(), (torch.rand((9, SIDE**2), generator=generator()) < 0.4).double()
    before = gradients(vae, losses(vae, x, 256, generator(), False).loss)
    with torch.no_grad():
        vae.encoder[0].weight.add_(1.0)
    found = losses(vae, x, 256, generator(), False)
    assert torch.equal(gradients(vae, found.loss), before)
    asked = torch.autograd.grad(found.loss, list(vae.encoder.parameters()))
    assert all(part.abs().sum() > 0 for part in asked)


def test_the_encoders_loss_is_the_elbo_whose_gradient_the_decoder_does_not_hear(digits: data.Images) -> None:
    vae, x = build_model(tiny()), observed(digits, "dynamic", 0)
    assert isinstance(vae, VAE)
    loss, nll, kl = encoder_losses(vae, x, 2, generator(4))
    theirs, *terms = batch_loss(vae, short(samples=2), x, generator(4), 1.0)
    torch.testing.assert_close(torch.stack([nll, kl]), torch.stack(terms))
    asked = [torch.autograd.grad(one, list(vae.encoder.parameters()), retain_graph=True) for one in (loss, theirs)]
    torch.testing.assert_close(*asked)
    loss.backward()
    assert all(weight.grad is None for weight in vae.decoder.parameters())


@pytest.mark.parametrize("sampled", [False, pytest.param(True, marks=pytest.mark.long)], ids=["exact", "exact-em"])
def test_a_linear_decoder_arrives_at_probabilistic_pca(sampled: bool) -> None:
    rng, noise, count = generator(1), 0.6, 150
    directions = torch.linalg.qr(torch.randn((SIDE**2, 2), generator=rng, dtype=torch.float64)).Q * torch.tensor([2.0, 1.2])
    x = torch.randn((count, 2), generator=rng, dtype=torch.float64) @ directions.T + 0.5
    x = x + noise * torch.randn(x.shape, generator=rng, dtype=torch.float64)
    vae = linear(noise)
    optimiser, steps = Optimiser(vae.decoder.parameters(), short()), 150
    for step in range(steps):
        optimiser.clear()
        losses(vae, x, 512, generator(step), sampled).loss.backward()
        optimiser.step(0.1 * (1 - step / steps))
    # Tipping & Bishop 1999, eq. 7: W = U (Λ − σ²I)^½ R, with the two largest principal directions and variances of the data.
    centred = x - x.mean(0)
    variances, axes = torch.linalg.eigh(centred.T @ centred / count)
    best = axes[:, -2:] * (variances[-2:] - noise**2).sqrt()
    weight = vae.decoder[0].weight.detach()
    rough = 0.1 if sampled else 0.02
    torch.testing.assert_close(weight @ weight.T, best @ best.T, rtol=0, atol=rough)
    with torch.no_grad():
        reached = closed_form(vae, x).mean().item()
        vae.decoder[0].weight.copy_(best)
        vae.decoder[0].bias.copy_(x.mean(0))
        assert reached == pytest.approx(closed_form(vae, x).mean().item(), abs=rough / 20)
        assert reached <= closed_form(vae, x).mean().item() + 1e-9, "the closed form is the best there is"


def events_of(digits: data.Images, **settings: Any) -> list[Any]:
    held_out = data.Images(digits.images[48:], digits.labels[48:])
    config = short(**{"objective": "exact", "points": 256, "encoder_share": 0.5, "steps": 12} | settings)
    return list(train(tiny(), config, train_images=digits.head(48), validation_images=held_out))


def test_first_the_decoder_learns_then_the_encoder_alone(digits: data.Images) -> None:
    events = events_of(digits, ema=0.5)
    halfway = list(train_until(digits, 6, ema=0.5))[-1]
    end = events[-1].model.state_dict()
    held = {name.removeprefix("averaged/"): tensor for name, tensor in halfway.tensors.items() if name.startswith("averaged/")}
    assert all(torch.equal(end[name], held[name]) for name in end if name.startswith("decoder"))
    assert not any(torch.equal(end[name], held[name]) for name in end if name.startswith("encoder"))


def train_until(digits: data.Images, step: int, **settings: Any) -> list[Checkpoint]:
    asked = iter(range(step + 1))
    held_out = data.Images(digits.images[48:], digits.labels[48:])
    config = short(**{"objective": "exact", "points": 256, "encoder_share": 0.5, "steps": 12} | settings)
    options = {"train_images": digits.head(48), "validation_images": held_out, "should_stop": lambda: next(asked) >= step}
    return [event for event in train(tiny(), config, **options) if isinstance(event, Checkpoint)]


def test_the_rate_rises_and_falls_for_each_part(digits: data.Images, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vae_engine.training.training._STEP_EVENT_SECONDS", 0.0)
    rates = [event.learning_rate for event in events_of(digits, steps=40, lr_warmup=0.2) if isinstance(event, Step)]
    assert len(rates) == 40
    assert rates[:20] == pytest.approx(rates[20:])
    assert max(rates) > 5 * rates[19]


def test_steps_tell_the_bound_and_its_halving_until_the_encoder_is_fitted(digits: data.Images) -> None:
    steps = [event for event in events_of(digits, steps=3, encoder_share=0.0) if isinstance(event, Step)]
    assert steps[0].loss == pytest.approx(steps[0].nll + steps[0].kl)
    assert steps[0].halving is not None
    assert steps[0].halving >= 0
    epoch = next(event for event in events_of(digits) if isinstance(event, Epoch))
    assert {"log_px_points", "log_px_points_se", "elbo"} <= epoch.terms.keys()


def test_it_learns_to_bound_log_px_better_than_the_elbo_does(digits: data.Images) -> None:
    last = events_of(digits, steps=80, points=512, learning_rate=1e-2)[-1]
    assert isinstance(last, Finished)
    assert last.terms["log_px_points"] > -320  # an untrained model gives 784 log 2 = 543, the mean image 215 to 260
    assert last.terms["log_px_points"] >= last.terms["elbo"]


def test_more_dimensions_than_points_fill_are_refused_in_a_line(digits: data.Images) -> None:
    with pytest.raises(EngineError, match="at most two") as refused:
        next(train(tiny(latent_dim=3), short(objective="exact"), train_images=digits, validation_images=digits))
    assert one_line(refused.value)


def test_an_autoencoder_has_no_posterior_and_trains_as_ever(digits: data.Images) -> None:
    options = {"train_images": digits, "validation_images": digits}
    one, other = (list(train(tiny(kind="ae"), short(objective=name), **options))[-1] for name in ("B", "exact"))
    assert one.terms == other.terms


def test_patience_has_nothing_to_wait_for() -> None:
    with pytest.raises(EngineError, match="patience"):
        short(objective="exact-em", patience=3)


def test_a_run_begins_with_the_weights_of_a_model(digits: data.Images) -> None:
    stored = registry.find("vae-mnist-small")
    begun = next(
        train(stored.model, short(begin="vae-mnist-small"), train_images=digits, validation_images=digits)
    ).weights  # fmt: skip
    assert all(torch.equal(begun[name], torch.from_numpy(tensor)) for name, tensor in stored.weights.items())
    x = observed(digits, "dynamic", 0)
    other = build_model(stored.model, 0)
    assert isinstance(other.decoder[-1], nn.Linear)
    other.load_state_dict(begun)
    assert image_terms(other, x, 0)["elbo"].mean() > -160


def test_another_encoder_begins_fresh_and_another_decoder_is_refused(digits: data.Images) -> None:
    stored = registry.find("vae-mnist-small")
    wider = replace(stored.model, encoder_widths=(20,))
    begun = next(train(wider, short(begin="vae-mnist-small"), train_images=digits, validation_images=digits)).weights
    decoder = [name for name in begun if name.startswith("decoder")]
    assert all(torch.equal(begun[name], torch.from_numpy(stored.weights[name])) for name in decoder)
    with pytest.raises(EngineError, match="another decoder"):
        next(train(tiny(), short(begin="vae-mnist-small"), train_images=digits, validation_images=digits))
    with pytest.raises(EngineError, match="no model called"):
        next(train(tiny(), short(begin="nowhere"), train_images=digits, validation_images=digits))
