"""What is true of each image on its own: exact log p(x), the encoder's ELBO, the number of modes of p(z|x).

Kept beside a pretrained model, so that the dashboard can point at images whose posterior has two modes or whose
encoder is far off without working out ten thousand posteriors first.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from vae_engine.inference.exact import ExactInference, exact_log_px
from vae_engine.inference.gaps import elbo_by_quadrature
from vae_engine.inference.posterior import exact_posterior
from vae_engine.model.models import VAE, Posterior

_NODES = 20  # along each axis

Progress = Callable[[str, float], None]


def image_truths(vae: VAE, x: Tensor, progress: Progress) -> dict[str, np.ndarray]:
    """`log_px` and `elbo`, float32 [n], nats, without sampling noise; `modes`, uint8 [n]. x is [n, side²]."""
    exact = exact_log_px(vae, x, progress)
    inference = ExactInference(vae, max(exact.grid["range"]))
    elbo = np.empty(len(x), np.float32)
    modes = np.empty(len(x), np.uint8)
    with torch.no_grad():
        q = vae.encode(x)
        for index, image in enumerate(x):
            one = Posterior(q.mu[index : index + 1], q.logvar[index : index + 1])
            elbo[index] = elbo_by_quadrature(vae, image, one, _NODES).item()
            modes[index] = min(len(exact_posterior(inference, image).modes), 255)
            progress("bounds and posteriors", (index + 1) / len(x))
    return {"log_px": exact.log_px.float().numpy(), "elbo": elbo, "modes": modes}
