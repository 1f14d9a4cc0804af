"""A run is a directory: config, append-only events, snapshots, a state to go on from, the final model.

    config.json            settings, written first
    events.jsonl           one JSON object a line, appended as training goes
    snapshots/step-N.safetensors   half-precision weights, logarithmically spaced
    latest.safetensors     the same a few times a second, while someone is watching
    state.safetensors      the latest checkpoint to resume from
    model.safetensors, metrics.json   the finished model: a run folder is then a model folder

Every file but the log is replaced atomically; a torn last line of the log is ignored by readers.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save as pack
from torch import Tensor

from vae_engine.base.errors import EngineError
from vae_engine.base.files import discard, write_atomically
from vae_engine.model import loading
from vae_engine.runs import extension, snapshots
from vae_engine.runs import log as run_log
from vae_engine.stored import beginning, checkpoints, knobs
from vae_engine.stored.config import ModelConfig, TrainConfig, why_not_exact
from vae_engine.stored.knobs import Turned
from vae_engine.training import training

EVENTS, STATE, SNAPSHOTS = run_log.EVENTS, extension.STATE, snapshots.SNAPSHOTS


def start(
    folder: Path, model: ModelConfig, train: TrainConfig, turns: Sequence[Turned] = (), **options: Any
) -> Iterator[training.Event]:
    """Train into a new folder, recording every event there as it is yielded; `turns` are to be made at their steps.

    Raises EngineError when the folder already holds a run, or this one or a turn in it is impossible.
    """
    if (folder / checkpoints.CONFIG).exists():
        raise EngineError(f"{folder} already holds a run; choose another folder, or go on with --resume.")
    for turn in turns:
        knobs.checked(turn.knob, turn.new, model, train)
    if reason := why_not_exact(model, train):
        raise EngineError(reason)
    beginning.weights(model, train)
    checkpoints.write_config(folder, model, train)
    return _record(folder, train, training.train(model, train, turns=turns, **options), ahead=turns)


def resume(folder: Path, **options: Any) -> Iterator[training.Event]:
    """Go on with an interrupted run from its last checkpoint, or from the beginning if it has none.

    Knobs that were turned after it are turned again at the same steps.
    Raises EngineError when the folder holds no run or the run is finished.
    """
    model, train = checkpoints.read_config(folder)
    if (folder / checkpoints.METRICS).exists():
        raise EngineError(f"The run in {folder} is finished; to train on, say how much more, as --epochs 10.")
    saved = read_state(folder) if (folder / STATE).exists() else None
    after, turns = saved.step if saved else -1, knobs.record(read_events(folder))
    events = training.train(model, train, resume=saved, turns=turns, **options)
    return _record(folder, train, events, after, [turn for turn in turns if turn.step > after])


def read_events(folder: Path) -> list[run_log.LogEvent]:
    """The events of a run so far, oldest first; a run continued after a kill repeats none of them."""
    return run_log.read_all(folder)


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
    folder: Path, train: TrainConfig, events: Iterator[training.Event], after: int | None = None, ahead: Sequence[Turned] = ()
) -> Iterator[training.Event]:
    """Write events as they pass; `after` is the step from which a run goes on, −1 for the beginning.

    The turns `ahead` are noted first: those in the log that are later than the step gone on from are told no longer.
    """
    discard(folder / snapshots.LATEST)  # may be of a later step than the one gone on from
    with (folder / EVENTS).open("ab") as log:
        if after is not None:
            log.write(b"\n")  # ends a line that a kill may have torn
        if ahead:
            run_log.append(log, knobs.as_event(0 if after is None else after, ahead), durable=True)
        if after is not None:
            run_log.append(log, {"type": "resumed", "step": after})
        step = after or 0
        try:
            for event in events:
                _write(folder, train, event, log)
                step = event.step
                yield event
        except (EngineError, OSError) as error:
            with contextlib.suppress(OSError):  # a full disk may still take a line
                run_log.append(log, {"type": "failed", "step": step, "message": str(error)})
            raise


def _write(folder: Path, train: TrainConfig, event: training.Event, log: IO[bytes]) -> None:
    match event:
        case training.Snapshot(step, weights):
            write_atomically(snapshots.path_of(folder, step), pack(_half(weights)))
            run_log.append(log, {"type": "snapshot", "step": step})
        case training.Live(step, weights):
            # Worth nothing after a crash, so it need not be waited for until it is on the disk.
            write_atomically(folder / snapshots.LATEST, pack(_half(weights), {snapshots.STEP: str(step)}), durable=False)
        case training.Checkpoint(step, tensors, numbers):
            metadata = {"numbers": json.dumps({"step": step, **numbers})}
            write_atomically(folder / STATE, pack({k: t.contiguous() for k, t in tensors.items()}, metadata))
        case training.Finished(step, seconds, reason, model, terms, n):
            told = {"step": step, "seconds": seconds, "reason": reason, "terms": terms, "n": n}
            run_log.append(log, {"type": "finished", **told})
            discard(folder / snapshots.LATEST)  # the last snapshot holds the same
            if reason != "stopped":
                loading.save(folder, model, train, held_out_metrics(train, event))
        case knobs.Planned(step, ahead):
            run_log.append(log, knobs.as_event(step, ahead), durable=True)
        case _:
            # A later checkpoint is of no use without the turns before it.
            durable = isinstance(event, Turned)
            run_log.append(log, {"type": type(event).__name__.lower(), **asdict(event)}, durable)


def _half(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    # A single number, the noise of p(x|z), has no weight to save: it stays what it is.
    return {name: (tensor.half() if tensor.dim() else tensor).contiguous() for name, tensor in weights.items()}


def held_out_metrics(train: TrainConfig, finished: training.Finished) -> dict[str, Any]:
    """The numbers that a finished run keeps, with their protocol."""
    where = {"protocol": train.protocol, "split": "validation", "n": finished.n, "seed": train.seed}
    how = {"estimator": "B", "samples": 1, "steps": finished.step, "seconds": round(finished.seconds, 1)}
    return {**where, **how, **finished.model.given_noise, **finished.terms}
