"""A run is a directory: config, append-only events, snapshots, a state to go on from, the final model.

    config.json            settings, written first
    events.jsonl           one JSON object a line, appended as training goes
    snapshots/step-N.safetensors   half-precision weights, logarithmically spaced
    state.safetensors      the latest checkpoint to resume from
    model.safetensors, metrics.json   the finished model: a run folder is then a model folder

Every file but the log is replaced atomically; a torn last line of the log is ignored by readers.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save as pack

from vae_engine import checkpoints, training
from vae_engine.config import ModelConfig, TrainConfig
from vae_engine.errors import EngineError
from vae_engine.files import write_atomically

EVENTS, STATE, SNAPSHOTS = "events.jsonl", "state.safetensors", "snapshots"


def start(folder: Path, model: ModelConfig, train: TrainConfig, **options: Any) -> Iterator[training.Event]:
    """Train into a new folder, recording every event there as it is yielded.

    Raises EngineError when the folder already holds a run.
    """
    if (folder / checkpoints.CONFIG).exists():
        raise EngineError(f"{folder} already holds a run; choose another folder, or go on with --resume.")
    checkpoints.write_config(folder, model, train)
    return _record(folder, train, training.train(model, train, **options))


def resume(folder: Path, **options: Any) -> Iterator[training.Event]:
    """Go on with an interrupted run from its last checkpoint, or from the beginning if it has none.

    Raises EngineError when the folder holds no run or the run is finished.
    """
    model, train = checkpoints.read_config(folder)
    if (folder / checkpoints.METRICS).exists():
        raise EngineError(f"The run in {folder} is finished; there is nothing to resume.")
    saved = read_state(folder) if (folder / STATE).exists() else None
    events = training.train(model, train, resume=saved, **options)
    return _record(folder, train, events, after=saved.step if saved else -1)


def read_events(folder: Path) -> list[dict[str, Any]]:
    """The events of a run so far, oldest first; a run continued after a kill repeats none of them.

    Events later than the checkpoint from which a run was continued are dropped.
    """
    events: list[dict[str, Any]] = []
    path = folder / EVENTS
    if not path.exists():
        return events
    for line in path.read_bytes().splitlines():
        try:
            event = json.loads(line)
        except ValueError:
            continue  # a line torn by a kill
        if event["type"] == "resumed":
            events = [earlier for earlier in events if earlier["step"] <= event["step"]]
        events.append(event)
    return events


def read_state(folder: Path) -> training.Checkpoint:
    """The checkpoint to resume from. Raises EngineError when it is damaged."""
    path = folder / STATE
    try:
        with safe_open(path, "pt") as file:
            numbers = json.loads(file.metadata()["numbers"])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (not a dict)
            return training.Checkpoint(numbers.pop("step"), tensors, numbers)
    except (SafetensorError, OSError, KeyError, TypeError, ValueError) as error:
        raise EngineError(f"{path} is damaged ({error}); delete it to train this run from the beginning.") from None


def _record(
    folder: Path, train: TrainConfig, events: Iterator[training.Event], after: int | None = None
) -> Iterator[training.Event]:
    """Write events as they pass; `after` is the step from which a run goes on, −1 for the beginning."""
    with (folder / EVENTS).open("ab") as log:
        if after is not None:
            log.write(b"\n")  # ends a line that a kill may have torn
            _append(log, {"type": "resumed", "step": after})
        for event in events:
            _write(folder, train, event, log)
            yield event


def _write(folder: Path, train: TrainConfig, event: training.Event, log: IO[bytes]) -> None:
    match event:
        case training.Snapshot(step, weights):
            half = {name: tensor.half().contiguous() for name, tensor in weights.items()}
            write_atomically(folder / SNAPSHOTS / f"step-{step:08d}.safetensors", pack(half))
            _append(log, {"type": "snapshot", "step": step})
        case training.Checkpoint(step, tensors, numbers):
            metadata = {"numbers": json.dumps({"step": step, **numbers})}
            write_atomically(folder / STATE, pack({k: t.contiguous() for k, t in tensors.items()}, metadata))
        case training.Finished(step, seconds, reason, model, terms):
            _append(log, {"type": "finished", "step": step, "seconds": seconds, "reason": reason, "terms": terms})
            if reason != "stopped":
                checkpoints.save(folder, model, train, held_out_metrics(train, event))
        case _:
            _append(log, {"type": type(event).__name__.lower(), **asdict(event)})


def held_out_metrics(train: TrainConfig, finished: training.Finished) -> dict[str, Any]:
    """The numbers that a finished run keeps, with their protocol."""
    where = {"protocol": train.protocol, "split": "validation", "n": train.held_out, "seed": train.seed}
    how = {"estimator": "B", "samples": 1, "steps": finished.step, "seconds": round(finished.seconds, 1)}
    return {**where, **how, **finished.terms}


def _append(log: IO[bytes], value: dict[str, Any]) -> None:
    log.write((json.dumps({**value, "time": round(time.time(), 3)}) + "\n").encode())
    log.flush()
