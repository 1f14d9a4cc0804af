"""What the engine makes of small VAEs of points in the plane, which the site's toys train: python toys.py FILE

First weights, the terms and gradients of one batch, and log p(x) by a fine rule over z in double precision.
"""

from __future__ import annotations

import copy
import itertools
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from vae_engine.model import objectives
from vae_engine.model.likelihoods import LinearGaussian
from vae_engine.model.models import Posterior
from vae_engine.model.networks import build

HIDDEN = (13, 10)
COUNT, BETA, NOISE = 21, 1.7, 0.3
REACH = 7.0
FINE = {1: 20_001, 2: 901}
"""Places along a dimension of the rule over z."""


def main(file: Path) -> None:
    torch.set_num_threads(1)
    file.write_text(json.dumps({str(latent): toy(latent) for latent in (1, 2)}))


def toy(latent: int) -> dict[str, Any]:
    """A network with weights drawn by torch, larger than at the start of a training, and a batch of points."""
    torch.manual_seed(latent)
    encoder, decoder = (build(layers) for layers in stacks(latent).values())
    points, noise = torch.randn(COUNT, 2), torch.randn(COUNT, latent)
    with torch.no_grad():
        for network in (encoder, decoder):
            for weight in network.parameters():
                weight.mul_(2)
    log_noise = torch.tensor(NOISE).log().requires_grad_()
    weights = named(encoder, "encoder") | named(decoder, "decoder")
    mu, logvar = encoder(points).chunk(2, -1)
    q = Posterior(mu, logvar)
    raw = decoder(mu + (0.5 * logvar).exp() * noise)
    nll, kl = objectives.nll(LinearGaussian(log_noise.exp()), points, raw), objectives.kl(q)
    objectives.mean_over_batch(objectives.vae_loss(nll, kl, BETA)).backward()
    gradients = {name: weight.grad for name, weight in weights.items()}
    return {
        "hidden": HIDDEN,
        "layers": stacks(latent),
        "beta": BETA,
        "noise": NOISE,
        "weights": lists(weights),
        "points": points.flatten().tolist(),
        "epsilon": noise.flatten().tolist(),
        "nll": nll.tolist(),
        "kl": kl.tolist(),
        "gradients": lists(gradients),
        "noise_gradient": log_noise.grad.item() if log_noise.grad is not None else None,
        "log_px": log_px(decoder, points, latent),
    }


def stacks(latent: int) -> dict[str, list[dict[str, Any]]]:
    return {"encoder": dense([2, *HIDDEN, 2 * latent]), "decoder": dense([latent, *HIDDEN, 2])}


def dense(widths: list[int]) -> list[dict[str, Any]]:
    layers = []
    for place, (inner, outer) in enumerate(itertools.pairwise(widths)):
        layers += [{"op": "linear", "in": inner, "out": outer}, *([{"op": "tanh"}] if place < len(widths) - 2 else [])]
    return layers


def log_px(decoder: torch.nn.Module, points: Tensor, latent: int) -> list[float]:
    """log Σ p(x|z) p(z) dz over equal steps of z, nats."""
    line = torch.linspace(-REACH, REACH, FINE[latent], dtype=torch.float64)
    z = torch.cartesian_prod(*[line] * latent).reshape(-1, latent)
    with torch.no_grad():
        raw = copy.deepcopy(decoder).double()(z)
    likelihood, prior = LinearGaussian(NOISE), objectives.log_prior(z)
    step = latent * np.log(float(line[1] - line[0]))
    return [float(torch.logsumexp(likelihood.log_prob(x, raw) + prior, 0) + step) for x in points.double()]


def named(network: torch.nn.Module, part: str) -> dict[str, Tensor]:
    return {f"{part}.{name}": weight for name, weight in network.named_parameters()}


def lists(tensors: dict[str, Any]) -> dict[str, list[float]]:
    return {name: tensor.detach().flatten().tolist() for name, tensor in tensors.items()}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
