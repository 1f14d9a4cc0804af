"""How much an encoder's answer loses, and why: the gap between log p(x) and the ELBO, in two parts.

gap = log p(x) − ELBO(encoder's q)
    = [log p(x) − ELBO(q*)]            approximation gap: no diagonal Gaussian is the posterior
    + [ELBO(q*) − ELBO(encoder's q)]   amortisation gap: the encoder does not find the best one

with q* the diagonal Gaussian of highest ELBO for this image. Source: Cremer et al., arXiv:1801.03558, eq. 3.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from vae_engine.inference.exact import ExactInference
from vae_engine.inference.posterior import ExactPosterior, exact_posterior
from vae_engine.model import objectives
from vae_engine.model.models import VAE, Posterior

_NODES = 10  # along each axis while optimising
_FINE_NODES = 20  # along each axis for the numbers that are reported
_ITERATIONS = 30
_NEAR = 0.25  # radius around a mode from which its spread is taken, prior standard deviations


@dataclass(frozen=True)
class Gaps:
    """Nats for one image; `best` is q* as Posterior of [1, 2] tensors."""

    log_px: float
    encoder_elbo: float
    best_elbo: float
    best: Posterior

    @property
    def approximation(self) -> float:
        """log p(x) − ELBO(q*)."""
        return self.log_px - self.best_elbo

    @property
    def amortisation(self) -> float:
        """ELBO(q*) − ELBO(encoder's q)."""
        return self.best_elbo - self.encoder_elbo


def gaps(inference: ExactInference, x: Tensor) -> Gaps:
    """The two gaps of one image x [side²]; q* is sought from the encoder's answer and from the posterior's mode."""
    vae = inference.vae
    exact = exact_posterior(inference, x)
    with torch.no_grad():
        encoded = vae.encode(x[None])
    found = [best_gaussian(vae, x, start) for start in (encoded, _around_mode(exact))]
    elbos = [elbo_by_quadrature(vae, x, q, _FINE_NODES).item() for q in found]
    best = max(range(len(found)), key=elbos.__getitem__)
    encoder_elbo = elbo_by_quadrature(vae, x, encoded, _FINE_NODES).item()
    return Gaps(exact.log_px, encoder_elbo, elbos[best], found[best])


@torch.no_grad()
def _around_mode(exact: ExactPosterior) -> Posterior:
    """A Gaussian at the highest mode with the spread of the posterior near it."""
    mode = exact.modes[0]
    near = (exact.z - mode).norm(dim=1) < _NEAR
    weights = exact.weights[near] / exact.weights[near].sum()
    points = exact.z[near].double()
    mean = weights @ points
    variance = weights @ (points - mean) ** 2
    return Posterior(mean[None].float(), variance.clamp_min(exact.spacing**2 / 4).log()[None].float())


def best_gaussian(vae: VAE, x: Tensor, start: Posterior) -> Posterior:
    """The diagonal Gaussian of locally highest ELBO for x [side²], from a start, by L-BFGS over (μ, log σ²)."""
    mu, logvar = (part.detach().clone().requires_grad_() for part in start)
    optimiser = torch.optim.LBFGS([mu, logvar], max_iter=_ITERATIONS, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimiser.zero_grad()
        loss = -elbo_by_quadrature(vae, x, Posterior(mu, logvar), _NODES)
        loss.backward()
        return loss

    optimiser.step(closure)
    return Posterior(mu.detach(), logvar.detach())


def elbo_by_quadrature(vae: VAE, x: Tensor, q: Posterior, nodes: int) -> Tensor:
    """The ELBO of q ([1, 2] each) for x [side²] without sampling noise, by Gauss–Hermite quadrature; scalar, nats."""
    place, weight = (torch.from_numpy(part).to(q.mu.dtype) for part in np.polynomial.hermite_e.hermegauss(nodes))
    weights = torch.outer(weight, weight).flatten() / weight.sum() ** 2
    z = q.mu + q.std * torch.cartesian_prod(place, place)
    nll = objectives.nll(vae.likelihood, x, vae.decode_logits(z))
    return -(weights.to(nll.dtype) @ nll) - objectives.kl(q)[0]
