"""Two ways to estimate ∇ E_q[log p(x|z)] by the parameters μ and log σ² of q(z|x), from the same samples of z.

Reparameterised: z = μ + σ ⊙ ε, so ∇_μ = ∇_z log p(x|z) and ∇_{log σ²} = ½ σ ε ⊙ ∇_z log p(x|z) (arXiv:1312.6114, §2.4).
Score function: (log p(x|z) − b) ∇ log q(z|x), with ∇_μ log q = ε / σ and ∇_{log σ²} log q = ½ (ε² − 1). Any baseline b
that does not depend on this z leaves the mean as it is: none, a moving average over minibatches, or the mean over the
image's other samples (leave-one-out; Williams 1992, arXiv:1402.0030, arXiv:1602.06725).
"""

from __future__ import annotations

import torch
from torch import Tensor

from vae_engine.model.models import VAE, Posterior

ESTIMATORS = (
    "reparameterised", "score function, no baseline", "score function, moving average", "score function, leave-one-out",
)  # fmt: skip
"""The first is the reparameterisation, the others are score functions by their baseline."""


def estimates(q: Posterior, noise: Tensor, reward: Tensor, slope: Tensor, baseline: float) -> dict[str, Tensor]:
    """Gradients of E_q[log p(x|z)] by (μ, log σ²) per image, each a mean over L ≥ 2 samples: [..., b, 2d] by estimator.

    noise ε [..., L, b, d]; reward log p(x|z) [..., L, b]; slope ∇_z log p(x|z) [..., L, b, d]; baseline the moving average.
    """
    std = q.std
    count = reward.shape[-2]
    paths = torch.cat([slope, 0.5 * std * noise * slope], -1)
    score = torch.cat([noise / std, 0.5 * (noise**2 - 1)], -1)
    others = (reward.sum(-2, keepdim=True) - reward) / (count - 1)
    means = [paths.mean(-3)]
    means += [((reward - less)[..., None] * score).mean(-3) for less in (torch.zeros_like(reward), baseline, others)]
    return dict(zip(ESTIMATORS, means, strict=True))


def kl_gradient(q: Posterior) -> Tensor:
    """The exact gradient of −KL(q ‖ N(0, I)) by (μ, log σ²), the same for all estimators: [b, 2d]."""
    return torch.cat([-q.mu, 0.5 * (1 - q.logvar.exp())], -1)


def rewards(vae: VAE, x: Tensor, z: Tensor) -> tuple[Tensor, Tensor]:
    """log p(x|z) [..., b] and its slope by z [..., b, d], both detached; the decoder's weights get their gradient, too.

    That gradient is of −log p(x|z), averaged over all z.
    """
    z = z.detach().requires_grad_()
    reward = vae.likelihood.log_prob(x, vae.decode_logits(z))
    (-reward.mean()).backward()
    assert z.grad is not None
    return reward.detach(), -z.grad * reward.numel()


class MovingAverage:
    """The mean reward of earlier minibatches, the recent ones weighing more; 0 before the first."""

    def __init__(self, decay: float = 0.9) -> None:
        self.decay, self.total, self.weight = decay, 0.0, 0.0

    @property
    def value(self) -> float:
        """The average so far."""
        return self.total / self.weight if self.weight else 0.0

    def update(self, reward: Tensor) -> None:
        """Take in the rewards of one minibatch."""
        self.total = self.decay * self.total + (1 - self.decay) * reward.mean().item()
        self.weight = self.decay * self.weight + 1 - self.decay
