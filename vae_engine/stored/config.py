"""Every setting of a model and of its training: declared once, checked once, saved as JSON.

Each field carries its range or choices and a sentence of help, so that the command line and the
dashboard's form are made from the same table. Knows nothing of torch.
"""

from __future__ import annotations

import dataclasses
import json
import math
import reprlib
from dataclasses import dataclass, field
from typing import Any, Self

from vae_engine.base.errors import EngineError
from vae_engine.stored import plane, records
from vae_engine.stored.records import Layer

SIDE = 28
"""Pixels along a side of an image, where nothing else is said: those of MNIST."""
SMALLEST_SIDE, LARGEST_SIDE = 4, 64
EXACT = ("exact", "exact-em")
"""The objectives by which a decoder is trained without an encoder."""
FRESH = "fresh"
"""Weights that begin as the seed draws them."""
_MAX_WIDTH = 4096
_MAX_DEPTH = 8
MAX_CLASSES, _MAX_NAME, _MAX_PATH = 100, 40, 1000


def _option(
    default: Any,
    help: str,
    *,
    choices: tuple[str, ...] = (),
    low: float = -math.inf,
    high: float = math.inf,
    from_data: bool = False,
) -> Any:
    """A setting; one that comes `from_data` is not asked for."""
    meta = {"help": help, "choices": choices, "low": low, "high": high, "from_data": from_data}
    return field(default=default, metadata=meta)


class _Config:
    """Shared checking and JSON for the frozen dataclasses below."""

    def __post_init__(self) -> None:
        for spec in dataclasses.fields(self):  # type: ignore[arg-type]
            if "records" not in spec.metadata:
                _check(spec, getattr(self, spec.name))

    def to_dict(self) -> dict[str, Any]:
        """The settings as plain JSON values."""
        return json.loads(json.dumps(dataclasses.asdict(self)))  # type: ignore[call-overload]

    @classmethod
    def from_dict(cls, values: Any) -> Self:
        """The settings from plain JSON values.

        Raises EngineError, naming the key, for an unknown key, a wrong type or an impossible value.
        """
        if not isinstance(values, dict):
            raise EngineError(f"{cls.__name__} must be a JSON object, not {type(values).__name__}.")
        known = {spec.name: spec for spec in dataclasses.fields(cls)}  # type: ignore[arg-type]
        unknown = sorted(str(key) for key in values if key not in known)
        if unknown:
            raise EngineError(f"{cls.__name__} has no setting called {unknown[0]!r}; it knows {', '.join(known)}.")
        return cls(**{key: tuple(v) if isinstance(v, list) else v for key, v in values.items()})


def _check(spec: dataclasses.Field, value: Any) -> None:
    """Raise EngineError unless value has the type of the field's default and lies in its range."""
    name, meta = spec.name, spec.metadata

    def refuse(want: str) -> None:
        raise EngineError(f"{name} must be {want}, not {reprlib.repr(value)}.")

    if isinstance(spec.default, bool):
        if not isinstance(value, bool):
            refuse("true or false")
    elif meta["from_data"] and isinstance(spec.default, tuple):
        names_ok = isinstance(value, tuple) and 1 <= len(value) <= MAX_CLASSES and len(set(map(repr, value))) == len(value)
        if not (names_ok and all(_is_text(name, _MAX_NAME) for name in value)):
            refuse(f"a list of 1 to {MAX_CLASSES} different names of at most {_MAX_NAME} characters")
    elif isinstance(spec.default, tuple):
        sizes_ok = isinstance(value, tuple) and len(value) <= _MAX_DEPTH
        if not (sizes_ok and all(type(w) is int and 1 <= w <= _MAX_WIDTH for w in value)):
            refuse(f"a list of at most {_MAX_DEPTH} layer widths from 1 to {_MAX_WIDTH}")
    elif meta["choices"]:
        if value not in meta["choices"]:
            refuse("one of " + ", ".join(meta["choices"]))
    elif isinstance(spec.default, str):
        if not _is_text(value, _MAX_PATH):
            refuse(f"a text of 1 to {_MAX_PATH} printable characters")
    else:
        whole = type(spec.default) is int
        number = isinstance(value, int if whole else (int, float)) and not isinstance(value, bool)
        if not (number and abs(value) < math.inf and meta["low"] <= value <= meta["high"]):
            refuse(f"a {'whole ' if whole else ''}number from {meta['low']:,.15g} to {meta['high']:,.15g}")


def _is_text(value: Any, longest: int) -> bool:
    return isinstance(value, str) and 1 <= len(value) <= longest and value.isprintable()


@dataclass(frozen=True)
class ModelConfig(_Config):
    """What a network is made of. An autoencoder and a VAE differ in `kind` and in nothing else."""

    kind: str = _option("vae", "vae, or ae: a plain autoencoder without sampling and KL", choices=("vae", "ae"))
    latent_dim: int = _option(2, "dimension of z", low=1, high=200)
    encoder: str = _option("mlp", "encoder network", choices=("mlp", "residual", "conv"))
    encoder_widths: tuple[int, ...] = _option((512, 512, 512), "hidden widths; conv: 1 to 3 channel counts, then a width")
    decoder: str = _option("fourier", "decoder network", choices=("mlp", "fourier", "conv"))
    decoder_widths: tuple[int, ...] = _option((512, 512, 512), "hidden widths; conv: a width, then 2 channel counts")
    fourier_features: int = _option(64, "random frequencies of z fed to the decoder", low=1, high=1024)
    fourier_scale: float = _option(1.0, "standard deviation of those frequencies, radians per unit of z", low=0.0, high=20.0)
    activation: str = _option("gelu", "nonlinearity", choices=("gelu", "relu", "silu", "tanh"))
    layer_norm: bool = _option(False, "normalise each hidden layer of the encoder")
    dropout: float = _option(0.0, "share of the encoder's hidden units dropped while training", low=0.0, high=0.9)
    likelihood: str = _option("bernoulli", "p(x|z) per pixel", choices=("bernoulli", "gaussian", "gaussian-fixed"))
    spread: str = _option("logvar", "how the encoder gives the posterior's spread", choices=("logvar", "softplus"))
    side: int = _option(
        SIDE, "pixels along a side of its images, which are square", low=SMALLEST_SIDE, high=LARGEST_SIDE, from_data=True
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.encoder == "residual" and not self.encoder_widths:
            raise EngineError("encoder_widths of a residual encoder must name at least one width.")
        if self.encoder == "conv" and not 2 <= len(self.encoder_widths) <= 4:
            raise EngineError("encoder_widths of a conv encoder must be 1 to 3 channel counts, then a hidden width.")
        if self.decoder == "conv" and len(self.decoder_widths) != 3:
            raise EngineError("decoder_widths of a conv decoder must be a hidden width, then 2 channel counts.")
        if self.encoder == "conv" and self.side < (least := 2 ** (len(self.encoder_widths) - 1)):
            raise EngineError(f"A conv encoder of so many channel counts takes images of {least} × {least} pixels or more.")
        if self.decoder == "conv" and self.side % 4:
            raise EngineError("A conv decoder doubles its maps twice, so that images have a side that is a multiple of 4.")

    def to_dict(self) -> dict[str, Any]:
        """The settings as plain JSON values; the side of 28 pixels goes without saying, as ever."""
        values = super().to_dict()
        if self.side == SIDE:
            del values["side"]
        return values

    @property
    def pixels(self) -> int:
        """side²: the numbers of an image."""
        return self.side**2

    @property
    def has_map(self) -> bool:
        """Whether a map can show it: two latent dimensions, or a plane that was laid through more."""
        return self.latent_dim == 2

    @property
    def noise_is_given(self) -> bool:
        """Whether p(x|z) has a σ that is given and not learned; it lies among the weights, since it can be turned."""
        return self.likelihood in ("gaussian-fixed", "gaussian-linear")


@dataclass(frozen=True)
class ListedConfig(ModelConfig):
    """Networks whose layers are listed one by one, as those of an imported model are, and not made from widths."""

    encoder: str = _option("listed", "encoder network", choices=("listed",))
    encoder_widths: tuple[int, ...] = _option((), "none: its layers say how wide they are")
    decoder: str = _option("listed", "decoder network", choices=("listed",))
    decoder_widths: tuple[int, ...] = _option((), "none: its layers say how wide they are")
    likelihood: str = _option(
        "bernoulli", "p(x|z) per pixel; gaussian-linear: the decoder's numbers are the means, through no sigmoid",
        choices=("bernoulli", "gaussian", "gaussian-fixed", "gaussian-linear"),
    )  # fmt: skip
    layers: dict[str, list[Layer]] = field(default_factory=dict, hash=False, metadata={"records": True, "from_data": True})
    plane: dict[str, Any] = field(default_factory=dict, hash=False, metadata={"records": True, "from_data": True})
    """The plane through more than two latent dimensions on which a map shows it, as plane.py has it; else empty."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if not isinstance(self.layers, dict) or self.layers.keys() != {"encoder", "decoder"}:
            raise EngineError("layers must list those of an encoder and of a decoder.")
        head = self.latent_dim * (2 if self.kind == "vae" else 1)
        raw = self.pixels * (2 if self.likelihood == "gaussian" else 1)
        for part, first, last in (("encoder", self.pixels, head), ("decoder", self.latent_dim, raw)):
            made = records.shape_after(self.layers[part], (first,), part)
            if made != (last,):
                raise EngineError(f"The {part} must end in {last} numbers, not in the shape {list(made)}.")
        plane.check(self.plane, self.latent_dim)

    @property
    def has_map(self) -> bool:
        """As of any model."""
        return self.latent_dim == 2 or bool(self.plane)


def model_config(values: Any) -> ModelConfig:
    """The settings of a model of either kind from plain JSON values. Raises EngineError as `from_dict` does."""
    return (ListedConfig if isinstance(values, dict) and "layers" in values else ModelConfig).from_dict(values)


@dataclass(frozen=True)
class TrainConfig(_Config):
    """How a network is trained. The budget is the first of `seconds`, `steps`, `epochs` that is not 0."""

    data: str = _option("mnist", "mnist, a data set once fetched, such as fashion, or images of your own: a folder or a file")
    classes: tuple[str, ...] = _option(tuple("0123456789"), "what its labels mean", from_data=True)
    train_size: int = _option(50_000, "training images used", low=1, high=1_000_000)
    protocol: str = _option("dynamic", "what the network sees of a pixel", choices=("grey", "dynamic", "threshold"))
    objective: str = _option(
        "B", "A (ELBO, all Monte Carlo), B (ELBO, analytic KL), iwae, or without an encoder: exact (log p(x)), exact-em",
        choices=("A", "B", "iwae", *EXACT),
    )  # fmt: skip
    points: int = _option(8192, "points of z that exact learning spreads over the plane: K of its bound", low=16, high=2**17)
    encoder_share: float = _option(
        0.25, "share of the budget, at its end, in which exact learning fits only the encoder", low=0.0, high=0.9
    )  # fmt: skip
    begin: str = _option(FRESH, "fresh weights, or those of a bundled model or of the folder of one, whose decoder it shares")
    samples: int = _option(1, "z samples per image: L of the ELBO, K of the IWAE bound", low=1, high=1000)
    beta: float = _option(1.0, "weight of the KL term in the loss", low=0.0, high=1000.0)
    noise: float = _option(
        0.2, "σ of p(x|z) for gaussian-fixed; nll + β·KL then has the minimum of ‖x − μ‖²/2 + βσ²·KL", low=1e-3, high=10.0
    )
    kl_warmup_epochs: float = _option(0.0, "epochs over which beta grows from 0", low=0.0, high=10_000.0)
    initialisation: str = _option("uniform", "first weights: uniform as torch draws them, or he", choices=("uniform", "he"))
    optimizer: str = _option("adam", "optimiser", choices=("adam", "adagrad", "sgd"))
    learning_rate: float = _option(2e-3, "peak learning rate", low=1e-8, high=10.0)
    schedule: str = _option("one-cycle", "learning-rate schedule", choices=("one-cycle", "linear", "constant"))
    lr_warmup: float = _option(0.2, "share of the budget over which the rate rises to its peak", low=0.0, high=0.9)
    adam_beta2: float = _option(0.999, "decay of Adam's second moment", low=0.5, high=0.99999)
    weight_decay: float = _option(0.0, "decoupled weight decay", low=0.0, high=10.0)
    grad_clip: float = _option(0.0, "largest gradient norm; 0 leaves gradients alone", low=0.0, high=1e6)
    batch_size: int = _option(256, "images per step", low=1, high=100_000)
    ema: float = _option(
        0.0, "decay of the averaged weights that are evaluated and kept; 0 keeps the last", low=0.0, high=0.99999
    )
    seconds: float = _option(0.0, "budget in seconds of training", low=0.0, high=1e6)
    steps: int = _option(0, "budget in optimiser steps", low=0, high=100_000_000)
    epochs: float = _option(20.0, "budget in passes over the training images", low=0.0, high=1e6)
    patience: int = _option(0, "stop after so many evaluations without a better held-out ELBO; 0 never", low=0, high=10_000)
    held_out: int = _option(2000, "validation images evaluated after each epoch", low=1, high=10_000)
    seed: int = _option(0, "seed of weights, batches and noise", low=0, high=2**31 - 1)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not (self.seconds or self.steps or self.epochs):
            raise EngineError("Training needs a budget: give seconds, steps or epochs above 0.")
        if self.is_exact and self.patience:
            raise EngineError("patience waits for a better held-out ELBO, which exact learning does not climb; leave it at 0.")

    def to_dict(self) -> dict[str, Any]:
        """The settings as plain JSON values; fresh weights, and elsewhere the defaults of exact learning, go without saying."""
        spare = {"begin"} if self.is_exact else {"begin", "points", "encoder_share"}
        return {name: value for name, value in super().to_dict().items() if name not in spare or value != _DEFAULTS[name]}

    @property
    def is_exact(self) -> bool:
        """Whether the decoder is trained without an encoder."""
        return self.objective in EXACT


_DEFAULTS = {spec.name: spec.default for spec in dataclasses.fields(TrainConfig)}


def why_not_exact(model: ModelConfig, train: TrainConfig) -> str:
    """Why exact learning cannot train such a model; nothing where it can, or is not asked to."""
    if train.is_exact and model.kind == "vae" and model.latent_dim > 2:
        return f"Exact learning spreads its points over at most two latent dimensions, not {model.latent_dim}."
    return ""


LIVE_MODEL = ModelConfig(
    encoder_widths=(384, 256, 128), decoder_widths=(256, 256, 256), fourier_features=64, fourier_scale=0.7, activation="gelu"
)
LIVE_TRAIN = TrainConfig(
    initialisation="he", learning_rate=4e-3, schedule="linear", lr_warmup=0.1, adam_beta2=0.99, grad_clip=200.0,
    batch_size=128, ema=0.995, seconds=20.0,
)  # fmt: skip
"""The live lecture recipe: a small network that is good after 20 seconds on two cores."""
