"""Small models, images and files from which the tests are built."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.distributions import MultivariateNormal

from vae_engine import ModelConfig, TrainConfig, build_model
from vae_engine.base.errors import EngineError
from vae_engine.model import loading
from vae_engine.model.likelihoods import LIKELIHOODS
from vae_engine.model.models import Posterior
from vae_engine.stored import checkpoints
from vae_engine.stored.config import ListedConfig

ROOT = Path(__file__).resolve().parents[2]

ENCODERS: dict[str, dict[str, Any]] = {
    "mlp": {"encoder": "mlp", "encoder_widths": (12, 8)},
    "residual": {"encoder": "residual", "encoder_widths": (12, 8)},
    "conv": {"encoder": "conv", "encoder_widths": (2, 3, 8)},
}
DECODERS: dict[str, dict[str, Any]] = {
    "mlp": {"decoder": "mlp", "decoder_widths": (8, 12)},
    "fourier": {"decoder": "fourier", "decoder_widths": (12,), "fourier_features": 4},
    "conv": {"decoder": "conv", "decoder_widths": (8, 3, 2)},
}


def tiny(encoder: str = "mlp", decoder: str = "fourier", **settings: Any) -> ModelConfig:
    """A model config small enough to be built and run in milliseconds."""
    return ModelConfig(**(ENCODERS[encoder] | DECODERS[decoder] | settings))


LISTED: dict[str, Any] = {
    "encoder": [
        {"op": "reshape", "shape": [1, 28, 28]}, {"op": "pad", "edges": [0, 0, 1, 1]},
        {"op": "conv", "in": 1, "out": 3, "kernel": 3, "stride": 2, "padding": 0}, {"op": "affine", "size": 3},
        {"op": "leaky_relu", "slope": 0.2}, {"op": "max_pool", "kernel": 2, "stride": 2, "edges": [0, 0, 0, 0]},
        {"op": "residual", "layers": [{"op": "conv", "in": 3, "out": 4, "kernel": 3, "stride": 1, "padding": 1}, {"op": "silu"}],
         "shortcut": [{"op": "conv", "in": 3, "out": 4, "kernel": 1, "stride": 1, "padding": 0}]},
        {"op": "avg_pool", "kernel": 2, "stride": 2, "edges": [0, 0, 1, 1], "counting": False},
        {"op": "permute", "order": [1, 2, 0]}, {"op": "flatten"}, {"op": "layer_norm", "size": 64}, {"op": "gelu_erf"},
        {"op": "parallel", "parts": [[{"op": "linear", "in": 64, "out": 2}],
                                     [{"op": "linear", "in": 64, "out": 2}, {"op": "clamp", "low": -3, "high": 3}]]},
    ],
    "decoder": [
        {"op": "linear", "in": 2, "out": 72}, {"op": "elu", "alpha": 1.0}, {"op": "reshape", "shape": [8, 3, 3]},
        {"op": "upsample", "to": [7, 7], "mode": "bilinear", "corners": False},
        {"op": "conv_transpose", "in": 8, "out": 3, "kernel": 3, "stride": 2, "padding": 1, "output_padding": 1},
        {"op": "relu"}, {"op": "upsample", "to": [28, 28], "mode": "nearest", "corners": False},
        {"op": "conv", "in": 3, "out": 1, "kernel": [3, 3], "stride": 1, "padding": [1, 1]}, {"op": "flatten"},
    ],
}  # fmt: skip
"""Networks that no widths make."""


def listed(**settings: Any) -> ListedConfig:
    """A model config of listed layers."""
    return ListedConfig(**{"layers": LISTED, "likelihood": "bernoulli", **settings})


def short(**settings: Any) -> TrainConfig:
    """A training config of a few small steps."""
    return TrainConfig(**({"steps": 12, "batch_size": 16, "learning_rate": 4e-3, "held_out": 32} | settings))


def stopping_at(step: int) -> Callable[[], bool]:
    """A `should_stop` that lets so many steps pass."""
    asked = iter(range(step + 1))
    return lambda: next(asked, step) >= step


def tiny_settings() -> list[str]:
    """The tiny networks as flags of `train`."""
    return ["--encoder-widths", "8", "--decoder-widths", "8", "--fourier-features", "4", "--train-size", "512"]


def save_model(folder: Path, config: ModelConfig, metrics: dict[str, Any] | None = None, seed: int = 0) -> Path:
    """A model folder with freshly initialised weights."""
    loading.save(folder, build_model(config, seed), TrainConfig(), metrics or {"elbo": -1.0, "protocol": "dynamic"})
    return folder


def rehash(folder: Path) -> None:
    """Record the hash of whatever weights the folder holds, as whoever forged them would."""
    path = folder / checkpoints.METRICS
    digest = hashlib.sha256((folder / checkpoints.WEIGHTS).read_bytes()).hexdigest()
    path.write_text(json.dumps(json.loads(path.read_text()) | {"weights_sha256": digest}))


def one_line(error: EngineError) -> bool:
    """Whether an error's text is one line that says something."""
    return len(str(error)) > 10 and len(str(error).splitlines()) == 1


class Accepted:
    """What `attempt` gives where nothing was refused."""

    def __init__(self, value: Any) -> None:
        self.value = value


def attempt(function: Callable, *arguments: Any) -> Accepted | str:
    """What a function returns, or the one line with which it refuses its arguments; no other exception is allowed."""
    try:
        return Accepted(function(*arguments))
    except EngineError as error:
        if not one_line(error):
            raise
        return str(error)


def standard_error(draws: Tensor) -> float:
    """The standard error of the mean of independent draws [n]."""
    return (draws.std() / math.sqrt(len(draws))).item()


class Toy:
    """What evaluation asks of a VAE, with any number of pixels and any encoder and decoder."""

    def __init__(self, config: ModelConfig, encode: Callable, decode_logits: Callable, likelihood: Any = None) -> None:
        self.config = config
        self.encode = encode
        self.decode_logits = decode_logits
        self.likelihood = likelihood or LIKELIHOODS[config.likelihood]

    def eval(self) -> None:
        """Nothing here behaves differently in training."""


class FixedGaussian:
    """N(x; raw, s² I)."""

    def __init__(self, spread: float) -> None:
        self.spread = spread

    def log_prob(self, x: Tensor, raw: Tensor) -> Tensor:
        """log density summed over pixels: [..., p] → [...]."""
        return torch.distributions.Normal(raw, self.spread).log_prob(x).sum(-1)

    def statistics(self, x: Tensor) -> Tensor:
        """x and the part of the log density that z does not touch: [n, p] → [n, p + 1]."""
        return torch.cat([x, self.log_prob(x, torch.zeros_like(x))[:, None]], -1)

    def natural(self, raw: Tensor) -> tuple[Tensor, Tensor]:
        """The factors of the statistics and what depends on z alone: [k, p] → [k, p + 1], [k]."""
        precision = self.spread**-2
        return torch.cat([raw * precision, torch.ones_like(raw[:, :1])], -1), -0.5 * precision * (raw**2).sum(-1)


class LinearGaussian(Toy):
    """z ~ N(0, I), x | z ~ N(Wz + b, s² I): log p(x) = log N(x; b, WWᵀ + s² I) in closed form.

    The columns of W are orthogonal, so that the posterior is a mean-field Gaussian and `encode` can be
    exact; `shift` and `widen` move its mean and multiply its spread away from the truth.
    """

    def __init__(self, shift: float = 0.0, widen: float = 1.0, spread: float = 0.8) -> None:
        self.spread, self.shift, self.widen = spread, shift, widen
        basis = torch.linalg.qr(torch.randn((5, 2), generator=torch.Generator().manual_seed(3), dtype=torch.float64)).Q
        self.weight = basis * torch.tensor([1.5, 0.7], dtype=torch.float64)
        self.bias = torch.linspace(-1, 1, 5, dtype=torch.float64)
        super().__init__(ModelConfig(likelihood="gaussian"), self._encode, self._decode, FixedGaussian(spread))

    def _decode(self, z: Tensor) -> Tensor:
        return z.double() @ self.weight.T + self.bias

    def posterior(self, x: Tensor) -> Posterior:
        """p(z|x), exactly: precision I + WᵀW/s², mean Wᵀ(x − b)/s² over that precision."""
        precision = 1 + (self.weight**2).sum(0) / self.spread**2
        mean = (x - self.bias) @ self.weight / self.spread**2 / precision
        return Posterior(mean, -precision.log().expand_as(mean))

    def _encode(self, x: Tensor) -> Posterior:
        true = self.posterior(x)
        return Posterior(true.mu + self.shift, true.logvar + 2 * math.log(self.widen))

    def log_px(self, x: Tensor) -> Tensor:
        """log p(x), exactly: [n]."""
        covariance = self.weight @ self.weight.T + self.spread**2 * torch.eye(5, dtype=torch.float64)
        return MultivariateNormal(self.bias, covariance).log_prob(x)

    def draw(self, count: int) -> Tensor:
        """x ~ p(x): [count, 5]."""
        rng = torch.Generator().manual_seed(count)
        z = torch.randn((count, 2), generator=rng, dtype=torch.float64)
        return self._decode(z) + self.spread * torch.randn((count, 5), generator=rng, dtype=torch.float64)
