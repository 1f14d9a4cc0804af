"""The two networks of a model as a reader found them, whatever the files were."""

from __future__ import annotations

import math
import reprlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from vae_engine.base.errors import EngineError
from vae_engine.exchange.imports.assumed import GAUSSIAN, Said
from vae_engine.exchange.imports.built import Built, affine, records, weights
from vae_engine.exchange.imports.scale import AS_IS, SIGNED, Scale
from vae_engine.exchange.imports.tidy import tidy
from vae_engine.stored import forward
from vae_engine.stored.config import LARGEST_SIDE, SMALLEST_SIDE

Reference = Callable[[np.ndarray], np.ndarray]
Trials = Callable[[int], np.ndarray]
"""Images by the pixels of their side: x [n, side²] in [0, 1]."""
_VIEWS = ("reshape", "flatten", "permute")


@dataclass
class Part:
    """A network as found, and the numbers that its original gives: rows [n, width] → [n, width]."""

    layers: list[Built]
    reference: Reference
    trial: dict[str, np.ndarray]
    """The original's values for a few rows, by name; "" is its input."""
    file: str
    told: str


@dataclass
class Found:
    """A model as found."""

    kind: str
    side: int
    """Pixels along a side of its images."""
    latent_dim: int
    encoder: Part
    decoder: Part
    likelihood: str
    """As ListedConfig calls it."""
    said: Said
    """Why that one, and its σ."""
    seen: Scale
    given: Scale
    """The pixels that its encoder sees, and those that its decoder gives."""
    runtime: str = ""
    """What gave the original's numbers; nothing where nobody was asked."""

    @property
    def noise(self) -> float | None:
        """σ of p(x|z) for x in [0, 1]; None where there is none to give. Raises EngineError where one was given to that."""
        own = self.said.noise_of(self.likelihood)
        return None if own is None else own * self.given.std

    @property
    def scales(self) -> str:
        """What the model's own pixels are, in words; nothing where they are those in [0, 1]."""
        if self.seen == self.given == AS_IS:
            return ""
        why = "as said" if self.said.scale else "assumed of a decoder that ends in tanh"
        other = "" if self.given == self.seen else ", while its decoder gives x by a sigmoid"
        return f"; the model sees {self.seen.told}, {why}{other}"


def side_of(file: str, shape: Sequence[int]) -> int:
    """The pixels along a side of images of a shape, [side²] or [side, side] beside a one. Raises EngineError for others."""
    sides = [side for side in shape if side != 1]
    side = math.isqrt(max(math.prod(sides), 0))
    if sides not in ([side, side], [side**2]) or not SMALLEST_SIDE <= side <= LARGEST_SIDE:
        raise EngineError(
            f"{file} takes images of shape {reprlib.repr(list(shape))}; here they are squares of {SMALLEST_SIDE} to "
            f"{LARGEST_SIDE} pixels a side, of one grey map."
        )
    return side


def unasked(name: str, file: str, found: list[Built], told: str) -> Part:
    """A network whose original is not run: what it gives is what our layers give in numpy, which others are held to."""

    def reference(rows: np.ndarray) -> np.ndarray:
        return forward.run(records(found), name, weights(found, name), rows.astype(np.float32))

    return Part(found, reference, {"": np.zeros((1, 1), np.float32)}, file, told)


@dataclass(frozen=True)
class End:
    """How a decoder ends: the layers that give the parameters of p(x|z), and what follows from its last nonlinearity."""

    layers: list[Built]
    likelihood: str
    said: Said
    seen: Scale
    given: Scale
    cut: str
    """A last sigmoid or tanh that became part of p(x|z); nothing where the layers go to the end."""
    gain: float = 1.0
    shift: float = 0.0
    """What was done to the original's numbers there."""

    def told(self, output: str, what: str = "means") -> str:
        """What of the original these layers give."""
        if self.cut == "tanh":
            return f"twice what is before the tanh of {output!r}, whose sigmoid is the tanh in [0, 1]"
        return f"logits before the sigmoid of {output!r}" if self.cut else f"{what} {output!r}"


def ending(found: list[Built], shape: tuple[int, ...], said: Said, file: str, output: str = "", logits: bool = False) -> End:
    """The end of a decoder of some layers over rows of a shape; `logits`: its last numbers are said to be those.

    A sigmoid gives pixels in [0, 1] whatever the encoder sees. A tanh is taken for pixels in [−1, 1] unless they are said to be
    others, and (tanh h + 1) / 2 is the sigmoid of 2h; its likelihood is Gaussian. Other numbers are pixels as the encoder sees
    them. Raises NoSigmoidError where nothing is said of those.
    """
    last = max((index for index, one in enumerate(found) if not _passes_on(one)), default=-1)
    curve = found[last].record["op"] if last >= 0 else ""
    seen = said.scale or (SIGNED if curve == "tanh" and not logits else AS_IS)
    squashes = curve == "sigmoid" or (curve == "tanh" and seen == SIGNED and not logits)
    layers = tidy([*found[:last], *found[last + 1 :]], shape) if squashes else found
    if logits or curve == "sigmoid":
        return End(layers, said.chosen(file, True), said, seen, AS_IS, curve if squashes else "")
    gain, shift = (2.0, 0.0) if squashes else (seen.std, seen.mean)
    if squashes and not said.likelihood:
        said = replace(said, likelihood=GAUSSIAN, by="assumed")
    likelihood = said.chosen(file, squashes, output)
    if (gain, shift) != (1.0, 0.0):
        layers = tidy([*layers, affine(np.array([gain]), np.array([shift]))], shape)
    return End(layers, likelihood, said, seen, seen, curve if squashes else "", gain, shift)


def _passes_on(one: Built) -> bool:
    """Whether a layer gives the numbers that it is given, or some of them, in whatever shape."""
    return one.record["op"] in _VIEWS or (one.record["op"] == "pad" and max(one.record["edges"]) <= 0)
