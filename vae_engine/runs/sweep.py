"""A sweep: one run for every point of a grid of settings, each in a folder named by the hash of its settings.

So the same command run again trains only what is missing, whatever was killed; and two sweeps share their common points.
Points are trained by processes of this machine, or on a Dask cluster. No torch here: only where a point is trained.
"""

from __future__ import annotations

import csv
import hashlib
import io
import itertools
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from vae_engine.base import locks
from vae_engine.base.errors import EngineError
from vae_engine.base.files import write_atomically, write_json
from vae_engine.runs import archive as run_archive
from vae_engine.stored import checkpoints
from vae_engine.stored.config import ModelConfig, TrainConfig

SUMMARY = "summary"
_RETRIES = 5
_POLL_SECONDS = 0.2
_MOST_POINTS = 10_000
_BUDGETS = {"seconds", "steps", "epochs"}

Axis = tuple[str, list[Any]]
Done = Iterator[tuple["Point", str]]
"""Points as they end, each with why it failed, or nothing."""
Trainer = Callable[[Sequence["Point"], Path], Done]
"""Trains points, each into its folder below one folder."""


@dataclass(frozen=True)
class Point:
    """One point of a grid: its settings, and those that vary over the grid."""

    model: ModelConfig
    train: TrainConfig
    varied: dict[str, Any]

    @property
    def id(self) -> str:
        """The hash of all settings, which names the folder."""
        settings = json.dumps([self.model.to_dict(), self.train.to_dict()], sort_keys=True)
        return hashlib.sha256(settings.encode()).hexdigest()[:16]


def axis(text: str) -> Axis:
    """A setting and its values from `beta=0.5,1,4`; widths are written `256x256`. Raises EngineError."""
    name, _, values = text.partition("=")
    name = name.strip().replace("-", "_")
    spec = next((spec for kind in (ModelConfig, TrainConfig) for spec in fields(kind) if spec.name == name), None)
    if spec is None or spec.metadata["from_data"] or not values:
        raise EngineError(f"{text!r} is no axis of a sweep; write a setting and its values, as in beta=0.5,1,4.")
    try:
        return name, [_value(part.strip(), spec.default) for part in values.split(",")]
    except ValueError:
        raise EngineError(f"{text!r} holds a value that {name} cannot take.") from None


def _value(text: str, default: Any) -> Any:
    if isinstance(default, bool):
        return {"true": True, "false": False}[text] if text in ("true", "false") else text
    if isinstance(default, tuple):
        return [int(width) for width in text.split("x")]
    return type(default)(text)


def points(model: ModelConfig, train: TrainConfig, axes: Sequence[Axis]) -> list[Point]:
    """Every combination of the axes' values, the last axis fastest. Raises EngineError for impossible settings."""
    names = [name for name, _ in axes]
    if len(set(names)) != len(names):
        raise EngineError("A sweep names each of its settings once.")
    grid = list(itertools.islice(itertools.product(*(values for _, values in axes)), _MOST_POINTS + 1))
    if len(grid) > _MOST_POINTS:
        raise EngineError(f"The sweep has more than {_MOST_POINTS:,} points.")
    in_model = {spec.name for spec in fields(ModelConfig)}
    found = {}
    for values in grid:
        varied = dict(zip(names, values, strict=True))
        of_model = {name: value for name, value in varied.items() if name in in_model}
        of_train = {name: value for name, value in varied.items() if name not in in_model}
        if _BUDGETS & of_train.keys():  # it replaces the budget of the other settings, whatever its unit
            of_train = {"seconds": 0.0, "steps": 0, "epochs": 0.0} | of_train
        configs = ModelConfig.from_dict(model.to_dict() | of_model), TrainConfig.from_dict(train.to_dict() | of_train)
        point = Point(*configs, varied)
        found[point.id] = point
    return list(found.values())


def run(grid: Sequence[Point], folder: Path, trainer: Trainer, tell: Callable[[int], None]) -> Path:
    """Train what is missing, keeping the summary up to date after every point; the path of the summary as CSV."""
    missing = [point for point in grid if not _is_done(folder, point)]
    complaints: dict[str, str] = {}
    write_summary(grid, folder, complaints)
    tell(len(grid) - len(missing))
    for point, complaint in trainer(missing, folder):
        if complaint:
            complaints[point.id] = complaint
        write_summary(grid, folder, complaints)
        tell(1)
    return folder / f"{SUMMARY}.csv"


def _is_done(folder: Path, point: Point) -> bool:
    return (folder / point.id / checkpoints.METRICS).exists()


def summary(grid: Iterable[Point], folder: Path, complaints: dict[str, str]) -> list[dict[str, Any]]:
    """A row for each point: its folder, the settings that vary, and its numbers or why there are none."""
    rows = []
    for point in grid:
        row: dict[str, Any] = {"run": point.id, **point.varied, "state": "missing"}
        if _is_done(folder, point):
            numbers = checkpoints.read(folder / point.id).metrics
            row |= {"state": "finished"} | {key: value for key, value in numbers.items() if key not in row}
        elif point.id in complaints:
            row |= {"state": "failed", "message": complaints[point.id]}
        rows.append(row)
    return rows


def write_summary(grid: Iterable[Point], folder: Path, complaints: dict[str, str]) -> None:
    """Write summary.json and summary.csv, atomically."""
    rows = summary(grid, folder, complaints)
    write_json(folder / f"{SUMMARY}.json", rows)
    table = io.StringIO()
    writer = csv.DictWriter(table, list(dict.fromkeys(key for row in rows for key in row)), lineterminator="\n")
    writer.writeheader()
    writer.writerows({key: "x".join(map(str, v)) if isinstance(v, list) else v for key, v in row.items()} for row in rows)
    write_atomically(folder / f"{SUMMARY}.csv", table.getvalue().encode())


def locally(workers: int, threads: int) -> Trainer:
    """Trains points by so many processes at a time on this machine."""

    def trainer(missing: Sequence[Point], folder: Path) -> Done:
        running: set[subprocess.Popen[str]] = set()
        ended, pool = threading.Event(), ThreadPoolExecutor(workers)
        try:
            jobs = {pool.submit(_train_by_process, folder / point.id, point, threads, running, ended): point for point in missing}
            for job in as_completed(jobs):
                yield jobs[job], job.result()
        finally:
            ended.set()
            pool.shutdown(wait=False, cancel_futures=True)
            for process in list(running):
                process.terminate()  # it stops after its step, to be resumed
            pool.shutdown()

    return trainer


def _train_by_process(
    folder: Path, point: Point, threads: int, running: set[subprocess.Popen[str]], ended: threading.Event
) -> str:
    """Train one point in a process of its own, again if that is killed; why it failed, or nothing."""
    checkpoints.write_config(folder, point.model, point.train)
    command = [sys.executable, "-m", "vae_engine", "train", "--resume", "--run-dir", str(folder), "--threads", str(threads)]
    for _ in range(_RETRIES):
        while locks.holder(folder / locks.RUN) is not None and not ended.is_set():
            time.sleep(_POLL_SECONDS)  # left running by a sweep that was itself killed, or by another
        if (folder / checkpoints.METRICS).exists():
            return ""
        if ended.is_set():
            return "The sweep was stopped."
        process = subprocess.Popen(
            command, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        running.add(process)
        words = process.communicate()[1].strip().splitlines()
        running.discard(process)
        if process.returncode == 0:
            return ""
        if process.returncode > 0:
            return words[-1] if words else f"Training ended with exit code {process.returncode}."
    return f"Training was killed {_RETRIES} times."


def on_cluster(address: str, threads: int) -> Trainer:
    """Trains points on the workers of a Dask scheduler, which need this software but share no files with us.

    Raises EngineError when Dask is not installed or the scheduler does not answer.
    """
    try:
        import distributed
    except ImportError:
        raise EngineError("A sweep on a cluster needs Dask: pip install 'latent-explorer[cluster]'.") from None

    def trainer(missing: Sequence[Point], folder: Path) -> Done:
        try:
            client = distributed.Client(address, timeout=20)
        except (OSError, ValueError, TypeError) as error:
            raise EngineError(f"There is no Dask scheduler at {address} ({type(error).__name__}).") from None
        with client:
            futures = {
                client.submit(
                    train_elsewhere, point.model.to_dict(), point.train.to_dict(), threads, key=f"point-{point.id}", pure=False,
                    retries=_RETRIES,
                ): point
                for point in missing
            }  # fmt: skip
            for future in distributed.as_completed(futures):
                yield futures[future], _collect(future, folder / futures[future].id)

    return trainer


def _collect(future: Any, folder: Path) -> str:
    """Unpack the run that a worker sent; why there is none, or nothing."""
    error = future.exception()
    if error is not None:
        return " ".join(str(error).split())[:300] or type(error).__name__
    with tempfile.TemporaryDirectory() as place:
        packed = Path(place) / "run.zip"
        packed.write_bytes(future.result())
        try:
            run_archive.unpack(packed, folder, images=folder.parent)
        except EngineError as refused:
            return str(refused)
    return ""


def train_elsewhere(model: dict[str, Any], train: dict[str, Any], threads: int) -> bytes:
    """Train one point here, within this process so that it dies with its worker; the run as a file's bytes."""
    import torch

    from vae_engine.runs import runs
    from vae_engine.training import training

    torch.set_num_threads(threads)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "run"
        for event in runs.start(folder, ModelConfig.from_dict(model), TrainConfig.from_dict(train)):
            if isinstance(event, training.Failed):
                raise EngineError(event.message)
        run_archive.pack(folder, Path(place) / "run.zip")
        return (Path(place) / "run.zip").read_bytes()
