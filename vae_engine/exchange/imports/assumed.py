"""p(x|z) of a model whose files hold networks only: what the caller says of it, else what the end of the decoder suggests."""

from __future__ import annotations

from dataclasses import dataclass

from vae_engine.base.errors import EngineError
from vae_engine.exchange.imports.scale import AS_IS, Scale
from vae_engine.stored import knobs

BERNOULLI, GAUSSIAN = "bernoulli", "gaussian"
UNIT = 1.0
"""The σ with which −log p(x|z) is half the squared error and a constant."""
_AROUND = {"gaussian-fixed": "the sigmoid of the decoder's last numbers", "gaussian-linear": "the decoder's output as it is"}


class NoSigmoidError(EngineError):
    """A decoder gives other numbers than chances, and nothing is said of them."""


@dataclass(frozen=True)
class Said:
    """What is said of p(x|z): BERNOULLI, GAUSSIAN or nothing, the σ of a Gaussian, and who says so."""

    likelihood: str = ""
    noise: float | None = None
    """In the scale of the model's own pixels."""
    by: str = "as said"
    scale: Scale | None = None
    """What its pixels are; where nothing is said, the end of the decoder tells."""

    def chosen(self, file: str, squashed: bool, output: str = "") -> str:
        """The likelihood of a decoder, as ListedConfig calls it; `squashed`: its numbers are those before a sigmoid.

        Raises NoSigmoidError where the decoder gives other numbers than chances and nothing is said of them. `output` is how
        to name them, where a caller can.
        """
        if self.likelihood == GAUSSIAN:
            return "gaussian-fixed" if squashed else "gaussian-linear"
        if not squashed:
            logits = f"If its output {output!r} holds logits, say --logits {output}; if" if output else "If"
            raise NoSigmoidError(f"{file} does not end in a sigmoid. {logits} it gives means, say --likelihood gaussian.")
        return BERNOULLI

    def noise_of(self, likelihood: str) -> float | None:
        """σ among the model's own pixels; None of a likelihood that has none. Raises EngineError where one was given to that."""
        if likelihood == BERNOULLI and self.noise is not None:
            raise EngineError(f"{knobs.NO_NOISE[BERNOULLI]} Say --likelihood gaussian as well, or leave out --noise.")
        return None if likelihood == BERNOULLI else UNIT if self.noise is None else self.noise

    def told(self, likelihood: str, scale: Scale = AS_IS) -> str:
        """The likelihood in words, and where it is from; `scale` is that of the decoder's pixels."""
        how = self.by if self.likelihood else "assumed"
        own = self.noise_of(likelihood)
        if own is None:
            return f"{BERNOULLI}, {how}"
        noise, around = f"{own:g}", _AROUND[likelihood]
        if scale != AS_IS:
            noise = f"{own * scale.std:g} ({own:g} in its own pixels)"
            output = "tanh" if likelihood == "gaussian-fixed" else "output"
            around = f"{scale.mean:g} + {scale.std:g} y, y the decoder's {output}"
        return f"gaussian of σ = {noise} around {around}, {how}"


NOTHING = Said()
