"""The objective's terms in numpy, for where importing torch would take longer than the work itself.

The same equations as vae_engine.model.objectives, for one image x [side²] and many z [k, d], in float64 and nats; a test
holds the two together.
"""

from __future__ import annotations

import numpy as np

from vae_engine.base.errors import EngineError
from vae_engine.stored import forward
from vae_engine.stored.checkpoints import Stored
from vae_engine.stored.config import ModelConfig

LOG_2PI = float(np.log(2 * np.pi))
SMALLEST_SPREAD = 0.01
"""The least σ of Gaussian pixels that learn theirs."""


def least_nll(model: ModelConfig, noise: float) -> float:
    """The least that −log p(x|z) of an image can be: 0 of bits, side²/2 · log 2πσ² of Gaussian pixels, σ given or smallest."""
    if model.likelihood == "bernoulli":
        return 0.0
    return model.pixels * (float(np.log(noise if model.noise_is_given else SMALLEST_SPREAD)) + 0.5 * LOG_2PI)


def log_px_given_z(stored: Stored, x: np.ndarray, z: np.ndarray) -> np.ndarray:
    """log p(x|z) of a Bernoulli decoder: x [side²], z [k, d] → [k]. Raises EngineError for another likelihood."""
    if stored.model.likelihood != "bernoulli":
        raise EngineError(f"{stored.name} has a {stored.model.likelihood} likelihood; these numbers are for binary pixels.")
    logits = forward.decode_raw(stored, z).astype(np.float64)
    return logits @ x.astype(np.float64) - np.logaddexp(0, logits).sum(-1)


def log_prior(z: np.ndarray) -> np.ndarray:
    """log N(z; 0, I): z [k, d] → [k]."""
    return -0.5 * (np.asarray(z, np.float64) ** 2 + LOG_2PI).sum(-1)


def log_q(mu: np.ndarray, std: np.ndarray, z: np.ndarray) -> np.ndarray:
    """log N(z; μ, diag σ²): mu, std [d] or [k, d], z [k, d] → [k]."""
    return -0.5 * (((z - mu) / std) ** 2 + 2 * np.log(std) + LOG_2PI).sum(-1)


def kl(mu: np.ndarray, std: np.ndarray) -> np.ndarray:
    """KL(N(μ, diag σ²) ‖ N(0, I)) = −½ Σⱼ (1 + log σⱼ² − μⱼ² − σⱼ²): [..., d] → [...]."""
    return -0.5 * (1 + 2 * np.log(std) - mu**2 - std**2).sum(-1)


def log_weights(stored: Stored, x: np.ndarray, mu: np.ndarray, std: np.ndarray, z: np.ndarray) -> np.ndarray:
    """log p(x, zₖ) − log q(zₖ|x): the terms of estimator A and the importance weights, [k]."""
    return log_px_given_z(stored, x, z) + log_prior(z) - log_q(mu, std, z)


def iwae(weights: np.ndarray) -> float:
    """log 1/K Σₖ wₖ from log weights [K]: the importance-sampled log p(x)."""
    return float(np.logaddexp.reduce(weights) - np.log(len(weights)))
