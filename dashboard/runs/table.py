"""The run notebook as rows: bundled models and own runs with their settings and numbers. No Streamlit, no torch."""

from __future__ import annotations

import dataclasses
import math
import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from dashboard.jobs.jobs import Jobs
from dashboard.jobs.run_view import RunView, State, read_run
from dashboard.shared.model_choice import data_name
from dashboard.stock import own_runs
from vae_engine.base.errors import EngineError
from vae_engine.base.files import read_json
from vae_engine.runs import snapshots, sweep
from vae_engine.stored import checkpoints, knobs
from vae_engine.stored.checkpoints import Stored
from vae_engine.stored.config import ListedConfig, ModelConfig, TrainConfig

OWN = own_runs.PREFIX
BUNDLED = "bundled"
IMPORTED = "imported"
"""What another program trained: of its settings only those of the model and of the pixels are known."""
TERMS = ("elbo", "nll", "kl", "log_px_exact")
HELD_OUT, TEST = "validation", "test"
_OF_IMPORTED = ("kind", "latent_dim", "side", "likelihood", "spread", "data", "classes", "protocol", "noise")
_OF_EXACT = ("points", "encoder_share")
_OF_VAES = ("spread", "objective", "samples", "beta", "kl_warmup_epochs", *_OF_EXACT)
_BUDGETS = {"seconds": "s", "steps": "steps", "epochs": "epochs"}
NOTHING = "–"
TURNED = "turned"
"""Among the settings: what was turned while a run trained."""
_PROTOCOLS = ("grey", "dynamic", "threshold")
_SUMMARY = f"{sweep.SUMMARY}.json"


@dataclass(frozen=True)
class Numbers:
    """Measured terms in nats per image, and on what: images, pixels, draws of z per image."""

    terms: dict[str, float] = field(default_factory=dict)
    errors: dict[str, float] = field(default_factory=dict)
    """The standard error of each term; none of those measured by an older version."""
    n: int | None = None
    protocol: str = ""
    samples: int | None = None


@dataclass(frozen=True)
class Row:
    """A bundled model or a run, as far as its folder tells without its weights."""

    id: str
    """Its address: the name of a bundled model, or OWN and the id of a run."""
    name: str
    folder: Path
    state: str
    """BUNDLED, IMPORTED, or the State of a run."""
    message: str
    """Why it failed or is damaged; empty otherwise."""
    configs: tuple[ModelConfig, TrainConfig] | None
    """None when damaged."""
    numbers: dict[str, Numbers]
    """By split: HELD_OUT, TEST."""
    latent: dict[str, Any]
    """Statistics of its codes on the test split, where they were measured."""
    stamp: tuple[int, ...]
    """Changes whenever its weights do; empty where there are none."""
    run: str | None = None
    """The id by which a run can be watched, renamed, deleted; None for bundled models and points of sweeps."""
    view: RunView | None = None
    """What else is known of a run; None of a bundled model."""

    @property
    def kind(self) -> str:
        """vae or ae; nothing when damaged."""
        return self.configs[0].kind if self.configs else ""

    @property
    def data(self) -> str:
        """Its data set; of a folder of images only the last part of the path, which is nobody's business."""
        return data_name(self.configs[1].data) if self.configs else ""

    def term(self, split: str, name: str) -> float | None:
        """One of its numbers; None where it was not measured."""
        return self.numbers[split].terms.get(name) if split in self.numbers else None

    def error(self, split: str, name: str) -> float | None:
        """The standard error of one of its numbers; None where it is not known."""
        return self.numbers[split].errors.get(name) if split in self.numbers else None

    @property
    def turned(self) -> str:
        """What was turned while it trained, so that it is no run of its settings alone; nothing of one that was left alone."""
        return "; ".join(map(knobs.told, self.view.turned)) if self.view else ""

    @property
    def is_finished(self) -> bool:
        """Whether it holds the model that training was to give."""
        return self.state in (BUNDLED, IMPORTED, State.FINISHED)

    @property
    def has_model(self) -> bool:
        """Whether it has weights that stay as they are."""
        return self.state == BUNDLED or (self.state != State.DAMAGED and self.view is not None and self.view.has_model)

    @property
    def seconds(self) -> float | None:
        """How long it trained."""
        events = self.view.log.events if self.view else ()
        return max((event["seconds"] for event in events if _is_number(event.get("seconds"))), default=None)


def of_bundled(stored: Stored) -> Row:
    """The row of a bundled model."""
    numbers = {TEST: _numbers(stored.metrics)}
    selection = stored.metrics.get("selection", {})
    chosen = next((one for one in selection.get("candidates", []) if one.get("seed") == stored.train.seed), None)
    if chosen:
        about = {"n": selection.get("n"), "samples": selection.get("samples"), "protocol": stored.metrics.get("protocol")}
        numbers[HELD_OUT] = _numbers(chosen | about)
    latent, configs = stored.metrics.get("latent", {}), (stored.model, stored.train)
    return Row(stored.name, stored.name, stored.folder, BUNDLED, "", configs, numbers, latent, _stamp(stored.folder))


def of_run(view: RunView, of_sweep: str = "") -> Row:
    """The row of an own run, or of a point of a sweep."""
    state: str = view.state
    message = _without_place(view.message, view.folder)
    metrics: dict[str, Any] = {}
    stamp: tuple[int, ...] = ()
    if view.state is State.FINISHED:
        state = IMPORTED if view.is_brought else state
        stamp = _stamp(view.folder)
        metrics, trouble = _metrics(view.folder, stamp)
        if trouble:
            state, message, stamp = State.DAMAGED, trouble, ()
    elif view.configs:
        metrics = {"n": view.measured, "samples": 1, "protocol": view.configs[1].protocol, **view.terms}
        if view.snapshots:
            stamp = (view.snapshots[-1], *_changed(snapshots.path_of(view.folder, view.snapshots[-1])))
    split = TEST if metrics.get("split") == TEST else HELD_OUT
    numbers, latent = {split: _numbers(metrics)}, metrics.get("latent", {})
    latent = latent if isinstance(latent, dict) else {}
    address, name = (f"{of_sweep}/{view.id}",) * 2 if of_sweep else (view.id, view.about.name)
    run = None if of_sweep else view.id
    return Row(OWN + address, name, view.folder, state, message, view.configs, numbers, latent, stamp, run, view)


class Notebook:
    """The rows of a folder of runs, read again and again: only what is new since the last time."""

    def __init__(self) -> None:
        self._views: dict[Path, RunView] = {}

    def rows(self, jobs: Jobs) -> list[Row]:
        """Own runs, the newest first, and after them the points of sweeps."""
        views = jobs.views(self._views)
        sweeps = [view.folder for view in views if view.state is State.DAMAGED and (view.folder / _SUMMARY).is_file()]
        points = {folder: _points(folder, self._views) for folder in sweeps}
        runs = [of_run(view) for view in views if view.folder not in points]
        swept = [row for folder in sweeps for row in _of_sweep(folder.name, points[folder])]
        self._views = {view.folder: view for view in [*views, *(one for found in points.values() for one in found)]}
        return [*runs, *swept]


def _of_sweep(name: str, points: Sequence[RunView]) -> list[Row]:
    """The rows of a sweep's points, each called by what varies."""
    found = [of_run(point, name) for point in points]
    varied = differences([row for row in found if row.configs])

    def called(row: Row) -> str:
        values = settings(row)
        return f"{name}: {', '.join(f'{setting} {values[setting]}' for setting in varied)}" if values and varied else row.name

    return [dataclasses.replace(row, name=called(row)) for row in found]


def _points(sweep_folder: Path, earlier: Mapping[Path, RunView]) -> list[RunView]:
    """The runs in the folder of a sweep."""
    folders = sorted(path.parent for path in sweep_folder.glob(f"*/{checkpoints.CONFIG}"))
    return [read_run(folder, earlier.get(folder)) for folder in folders]


def matching(
    found: Iterable[Row], text: str = "", states: Collection[str] = (), kinds: Collection[str] = (), data: Collection[str] = ()
) -> list[Row]:
    """The rows in which every word of a text occurs, and which have one of the states, kinds, data sets (none: any)."""
    words = text.casefold().split()

    def fits(row: Row) -> bool:
        told = " ".join([row.name, row.id, row.state, row.data, row.kind, architecture(row)]).casefold()
        return (
            all(word in told for word in words)
            and (not states or row.state in states)
            and (not kinds or row.kind in kinds)
            and (not data or row.data in data)
        )

    return list(filter(fits, found))


def architecture(row: Row) -> str:
    """The networks in one line; nothing when damaged."""
    if row.configs is None:
        return ""
    model = row.configs[0]
    if isinstance(model, ListedConfig):
        return " → ".join(f"{len(model.layers[part])} layers" for part in ("encoder", "decoder"))
    parts = ((model.encoder, model.encoder_widths), (model.decoder, model.decoder_widths))
    return " → ".join(f"{name} {_layers(widths)}".strip() for name, widths in parts)


def _layers(widths: Sequence[int]) -> str:
    """The widths of layers: 256·128, or 3×512 where more than two are alike."""
    alike = len(widths) > 2 and len(set(widths)) == 1
    return f"{len(widths)}×{widths[0]}" if alike else "·".join(map(str, widths))


def budget(train: TrainConfig) -> str:
    """How long it was to train: 20 s, 500 steps or 30 epochs."""
    return next(f"{getattr(train, name):,.10g} {unit}" for name, unit in _BUDGETS.items() if getattr(train, name))


def objective(row: Row) -> str:
    """What it was trained on, in a word; nothing where that is not known."""
    if row.configs is None or row.state == IMPORTED:
        return ""
    train = row.configs[1]
    if row.kind == "ae":
        return "reconstruction"
    if train.is_exact:
        return f"{train.objective}, K = {train.points:,}"
    return f"{train.objective}, {'K' if train.objective == 'iwae' else 'L'} = {train.samples}"


def settings(row: Row) -> dict[str, str]:
    """Every setting that means something for a row, as text; `–` stands for one that does not apply."""
    if row.configs is None:
        return {}
    model, train = row.configs
    known = {name: value for config in row.configs for name, value in dataclasses.asdict(config).items() if name != "layers"}
    told = {name: _text(value) if row.state != IMPORTED or name in _OF_IMPORTED else NOTHING for name, value in known.items()}
    told["data"] = row.data
    told[TURNED] = row.turned or "no"
    for name in _OF_VAES if model.kind == "ae" else ():
        told[name] = NOTHING
    for name in _OF_EXACT if not train.is_exact else ():
        told[name] = NOTHING
    for name in ("fourier_features", "fourier_scale") if model.decoder != "fourier" else ():
        told[name] = NOTHING
    if not model.noise_is_given:
        told["noise"] = NOTHING
    first = list(told).index("seconds")
    told = {name: value for name, value in told.items() if name not in _BUDGETS}
    spent = NOTHING if row.state == IMPORTED else budget(train)
    return dict([*list(told.items())[:first], ("budget", spent), *list(told.items())[first:]])


def differences(found: Sequence[Row]) -> dict[str, list[str]]:
    """The settings in which rows differ, with the value of each."""
    told = [settings(row) for row in found]
    names = dict.fromkeys(name for one in told for name in one)
    columns = {name: [one.get(name, NOTHING) for one in told] for name in names}
    return {name: values for name, values in columns.items() if len(set(values)) > 1}


def varied(found: Sequence[Row]) -> list[str]:
    """The settings in which rows differ that all of them have, but for the seed: what a difference in numbers may come from."""
    told = differences(found)
    follows = {"seed"} | ({"classes"} if "data" in told else set())
    return [name for name, values in told.items() if name not in follows and NOTHING not in values]


def _text(value: Any) -> str:
    if isinstance(value, tuple):
        return ("·" if all(isinstance(one, int) for one in value) else ", ").join(map(str, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _numbers(metrics: dict[str, Any]) -> Numbers:
    """What can be believed to be numbers in metrics, which may come from a stranger's file."""
    n, samples, protocol = (metrics.get(key) for key in ("n", "samples", "protocol"))
    return Numbers(
        {name: float(metrics[name]) for name in TERMS if _is_number(metrics.get(name))},
        {name: float(metrics[f"{name}_se"]) for name in TERMS if _is_number(metrics.get(f"{name}_se"))},
        n if type(n) is int else None,
        protocol if protocol in _PROTOCOLS else "",
        samples if type(samples) is int else None,
    )


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and math.isfinite(value)


@lru_cache(maxsize=1024)
def _metrics(folder: Path, stamp: tuple[int, ...]) -> tuple[dict[str, Any], str]:
    """The numbers of a finished run, or none and what is wrong with its files; once for every state of them."""
    try:
        checkpoints.read(folder)
        return read_json(folder / checkpoints.METRICS)["metrics"], ""
    except EngineError as error:
        return {}, _without_place(str(error), folder)


def _without_place(message: str, folder: Path) -> str:
    """A complaint without the path to a run, which is of no use to who is at the browser."""
    return message.replace(f"{folder}{os.sep}", "").replace(str(folder), folder.name)


def _stamp(folder: Path) -> tuple[int, ...]:
    return _changed(folder / checkpoints.METRICS) + _changed(folder / checkpoints.WEIGHTS)


def _changed(path: Path) -> tuple[int, ...]:
    try:
        status = path.stat()
    except OSError:
        return (0, 0)
    return (status.st_mtime_ns, status.st_size)
