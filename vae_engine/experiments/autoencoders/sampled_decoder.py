"""A decoder with a density of its own over the latent plane, in the form that exact inference by quadrature expects.

The plane is moved and scaled, z = m + A u, so that the density has mean 0 and covariance I in u; what it differs from
N(0, I) by is carried along as one more number beside the decoded pixels.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from vae_engine.experiments.autoencoders.mixtures import Mixture
from vae_engine.inference.exact import exact_log_px
from vae_engine.measure.latent_statistics import codes_of
from vae_engine.model import objectives
from vae_engine.model.models import Model, Posterior


class _Weighted:
    """Bernoulli pixels, and a last number that is added to log p(x|z)."""

    def statistics(self, x: Tensor) -> Tensor:
        return x

    def natural(self, raw: Tensor) -> tuple[Tensor, Tensor]:
        return raw[:, :-1], raw[:, -1] - F.softplus(raw[:, :-1]).sum(-1)


class SampledDecoder(nn.Module):
    """What vae_engine.inference.exact asks of a VAE, made of any model with two latent dimensions and a density over them."""

    def __init__(self, model: Model, density: Mixture) -> None:
        super().__init__()
        self.model, self.density = model, density
        self.config, self.likelihood = model.config, _Weighted()
        self.mean, self.scale = density.moments()

    def decode_logits(self, u: Tensor) -> Tensor:
        """Logits, then log r(z) + log |A| − log N(u; 0, I): u [k, 2] → [k, 785]."""
        z = self.mean + u.double() @ self.scale.T
        extra = self.density.log_density(z) + self.scale.diagonal().log().sum() - objectives.log_prior(u.double())
        return torch.cat([self.model.decode_logits(z.float()), extra.float()[:, None]], -1)

    def encode(self, x: Tensor) -> Posterior:
        """Where the images' codes lie in u, as a Gaussian of hardly any spread: x [b, 784]."""
        away = (codes_of(self.model, x).double() - self.mean).T
        u = torch.linalg.solve_triangular(self.scale, away, upper=False).T.float()
        return Posterior(u, torch.full_like(u, -10.0))


def log_px_of(model: Model, density: Mixture, x: Tensor) -> Tensor:
    """log ∫ p(x|z) r(z) dz of images x [n, 784] under a density r of z: [n], nats.

    Raises EngineError where the decoder varies too quickly for quadrature, or puts images where r has no mass.
    """
    return exact_log_px(SampledDecoder(model, density), x).log_px  # type: ignore[arg-type]
