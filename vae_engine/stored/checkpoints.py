"""A model on disk: `model.safetensors`, `config.json` and `metrics.json` in one folder.

`metrics.json` is written last and carries the SHA-256 of the weights, so a folder that has one is whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vae_engine.base.errors import EngineError
from vae_engine.base.files import json_bytes, read_json, write_atomically, write_json
from vae_engine.stored import weights as weight_files
from vae_engine.stored.config import ModelConfig, TrainConfig, model_config
from vae_engine.stored.weights import Weights

FORMAT = 1
WEIGHTS, CONFIG, METRICS = "model.safetensors", "config.json", "metrics.json"


@dataclass(frozen=True)
class Stored:
    """A checked model folder: configs, float32 weights, hash and numbers. Holds no torch."""

    name: str
    folder: Path
    model: ModelConfig
    train: TrainConfig
    weights: Weights
    sha256: str
    metrics: dict[str, Any]


def write_config(folder: Path, model: ModelConfig, train: TrainConfig) -> None:
    """Write `config.json`."""
    write_atomically(folder / CONFIG, config_bytes(model, train))


def config_bytes(model: ModelConfig, train: TrainConfig) -> bytes:
    """The content of `config.json`."""
    return json_bytes({"format": FORMAT, "model": model.to_dict(), "train": train.to_dict()})


def read_config(folder: Path) -> tuple[ModelConfig, TrainConfig]:
    """The configs of a folder. Raises EngineError for anything unknown or impossible in them."""
    return read_config_file(folder / CONFIG)


def read_config_file(path: Path) -> tuple[ModelConfig, TrainConfig]:
    """The configs in a `config.json`, wherever it lies. Raises EngineError as `read_config` does."""
    return parse_config(read_json(path), str(path))


def parse_config(values: Any, name: str) -> tuple[ModelConfig, TrainConfig]:
    """The configs in the JSON value of a `config.json`, called `name` in complaints. Raises EngineError."""
    if not isinstance(values, dict) or values.get("format") != FORMAT:
        raise EngineError(f"{name} is not a model config of format {FORMAT}; update this software or re-export the model.")
    try:
        return model_config(values.get("model")), TrainConfig.from_dict(values.get("train"))
    except EngineError as error:
        raise EngineError(f"{name}: {error}") from None


def write_metrics(folder: Path, metrics: dict[str, Any]) -> None:
    """Write `metrics.json` with the hash of the weights beside it."""
    _, digest = weight_files.read(folder / WEIGHTS)
    write_json(folder / METRICS, {"weights_sha256": digest, "metrics": metrics})


def read(folder: Path, name: str | None = None) -> Stored:
    """A model folder, with every check made. Raises EngineError naming the file and what is wrong."""
    folder = Path(folder)
    if not (folder / METRICS).is_file():
        raise EngineError(f"{folder} does not hold a finished model (no {METRICS}).")
    model, train = read_config(folder)
    notes = read_json(folder / METRICS)
    kinds = {"weights_sha256": str, "metrics": dict}
    if not (isinstance(notes, dict) and all(isinstance(notes.get(key), kind) for key, kind in kinds.items())):
        raise EngineError(f"{folder / METRICS} is not a metrics file of ours.")
    tensors, digest = weight_files.read(folder / WEIGHTS, notes["weights_sha256"])
    weight_files.check(tensors, model, str(folder / WEIGHTS))
    tensors = {key: tensor.astype("float32") for key, tensor in tensors.items()}
    return Stored(name or folder.name, folder, model, train, tensors, digest, notes["metrics"])
