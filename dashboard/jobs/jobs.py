"""Jobs: training and experiments as processes of the engine's own command line, found again by whoever looks.

Everything known of a job lies in its run folder and in the queue beside it, so that servers may come and go,
and any number of them may share one folder. Imports neither Streamlit nor torch.
"""

from __future__ import annotations

import contextlib
import copy
import os
import re
import secrets
import shutil
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from dashboard.jobs import bin as run_bin
from dashboard.jobs import process as run_process
from dashboard.jobs import queue as run_queue
from dashboard.jobs import uploads as run_uploads
from dashboard.jobs.experiment_view import ExperimentView, read_experiment
from dashboard.jobs.kind import EXPERIMENT, TRAINING, Kind, kind_of
from dashboard.jobs.run_view import LIVE, RESUMABLE, About, RunView, State, read_about, read_run, standing, write_about
from vae_engine.base import locks, places, remedies
from vae_engine.base.errors import EngineError
from vae_engine.base.files import discard, patiently
from vae_engine.experiments import folder as experiment_run
from vae_engine.experiments.folder import Asked
from vae_engine.runs import archive as run_archive
from vae_engine.runs import control as run_control
from vae_engine.runs import extension as run_extension
from vae_engine.stored import checkpoints, knobs
from vae_engine.stored.config import ModelConfig, TrainConfig
from vae_engine.stored.knobs import Value

VARIABLE = "LATENT_EXPLORER_RUNS"
READ_ONLY = "LATENT_EXPLORER_READ_ONLY"
"""Set where nobody may change anything."""
_READ_ONLY = "This server is for looking only: nobody can train, upload, change or delete anything here."
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True)
class Limits:
    """How much may be asked of one server."""

    running: int = 1
    per_visitor: int = 3
    waiting: int = 20
    bytes: int = 4 * 10**9
    unpacked: int = 128 * 2**20
    """Bytes of a run that somebody sent."""
    free_bytes: int = 300 * 10**6


def runs_dir(chosen: Path | None = None) -> Path:
    """The folder of runs: the one chosen, else that of the environment, else `places.runs`."""
    return Path(chosen or os.environ.get(VARIABLE) or places.runs()).expanduser().resolve()


class Jobs:
    """The runs in a folder and the processes that work on them. Methods raise EngineError, one clear sentence."""

    def __init__(self, folder: Path, limits: Limits = Limits(), read_only: bool = False) -> None:
        self.folder, self.limits, self.read_only = folder, limits, read_only
        self._processes = run_process.Processes()
        self._asking: str | None = None

    def asked_by(self, visitor: str | None) -> Jobs:
        """The same jobs as a visitor may change them: only what they began themselves; None may change all."""
        if visitor == self._asking:
            return self
        hand = copy.copy(self)
        hand._asking = visitor
        return hand

    # What there is

    def run_folder(self, run: str) -> Path:
        """The folder of a run; an id from a URL is not trusted."""
        if not (_ID.fullmatch(run) and (self.folder / run).is_dir()):
            raise EngineError(f"There is no run called {run[:100]!r} here; it may have been deleted.")
        return self.folder / run

    def _run_folder(self, run: str, kind: Kind) -> Path:
        folder = self.run_folder(run)
        if kind_of(folder) is not kind:
            raise EngineError(f"There is no {kind.noun} called {run!r} here.")
        return folder

    def view(self, run: str, earlier: RunView | None = None) -> RunView:
        """A run as it stands; reads only what is new since an earlier view."""
        return read_run(self._run_folder(run, TRAINING), earlier)

    def views(self, earlier: Mapping[Path, RunView] = MappingProxyType({})) -> list[RunView]:
        """All training runs, the newest first; reads only what is new since earlier views, by their folders."""
        folders = [self.folder / run for run in self._ids()]
        found = [read_run(folder, earlier.get(folder)) for folder in folders if kind_of(folder) is TRAINING]
        return sorted(found, key=lambda view: view.about.created, reverse=True)

    def experiment(self, run: str) -> ExperimentView:
        """The run of an experiment as it stands."""
        return read_experiment(self._run_folder(run, EXPERIMENT))

    def experiments(self) -> list[ExperimentView]:
        """All runs of experiments, the newest first."""
        found = [read_experiment(self.folder / run) for run in self._ids() if kind_of(self.folder / run) is EXPERIMENT]
        return sorted(found, key=lambda view: view.about.created, reverse=True)

    def _ids(self) -> list[str]:
        try:
            return [path.name for path in self.folder.iterdir() if _ID.fullmatch(path.name) and path.is_dir()]
        except OSError:
            return []

    def going(self) -> list[str]:
        """The ids of what is worked on now, and after them of what waits, the next one first."""
        working = self._working()
        return [*working, *(run for run in run_queue.waiting(self.folder) if run not in working)]

    def _working(self) -> list[str]:
        return [run for run in self._ids() if locks.holder(self.folder / run / locks.RUN) is not None]

    # What a visitor asks for

    def why_not(self) -> str:
        """Why nothing can be trained here; nothing where it can."""
        return _READ_ONLY if self.read_only else remedies.without_torch() or run_queue.complaint(self.folder)

    def why_not_change(self, run: str) -> str:
        """Why whoever asks cannot stop, rename or delete a run, nor train it on; nothing where they can."""
        if self.read_only:
            return _READ_ONLY
        if not _ID.fullmatch(run):
            return ""  # there is no such run
        about = read_about(self.folder / (f"{run_bin.BIN}/{run}" if self.is_deleted(run) else run))
        if self._asking in (None, about.owner):
            return ""
        return f"{about.name} was not begun in this browser: you can watch it, explore it and take a copy, but not change it."

    def submit(self, model: ModelConfig, train: TrainConfig, name: str, owner: str = "") -> str:
        """Queue a new training run, and start it if its turn has come; its id."""

        def write(folder: Path) -> None:
            checkpoints.write_config(folder, model, train)

        return self._submit(write, name, owner)

    def submit_experiment(self, asked: Asked, owner: str = "") -> str:
        """Queue an experiment, and start it if its turn has come; the id of its run."""
        return self._submit(lambda folder: experiment_run.ask(folder, asked), asked.name, owner)

    def receive(self, packed: Path, name: str, owner: str = "") -> str:
        """Make a run of a file that `run_archive.pack` made somewhere; its id."""
        images = self.folder / run_uploads.UPLOADS
        return self.take_in(lambda folder: run_archive.unpack(packed, folder, self.limits.unpacked, images), name, owner)

    def take_in(self, write: Callable[[Path], object], name: str, owner: str = "") -> str:
        """Make a run that is as `write` leaves its folder; its id. It is not queued."""
        with self._turn():
            run_uploads.sweep(self.folder)
            run_bin.make_room(self.folder, self.limits.bytes, self.limits.free_bytes)
            return self._make(write, name, owner)

    def _turn(self, run: str = "") -> AbstractContextManager[None]:
        """Be the only one to change something, a run of someone perhaps, where that is allowed."""
        self._refuse_changes(run)
        return run_queue.turn(self.folder)

    def _refuse_changes(self, run: str = "") -> None:
        if why := self.why_not_change(run) if run else _READ_ONLY if self.read_only else "":
            raise EngineError(why)

    def _join(self, run: str) -> None:
        run_queue.join(self.folder, run, self._working(), lambda one: read_about(self.folder / one).owner)

    def _submit(self, write: Callable[[Path], object], name: str, owner: str) -> str:
        with self._turn():
            self._refuse(owner)
            run = self._make(write, name, owner)
            self._join(run)
        self.advance()
        return run

    def _make(self, write: Callable[[Path], object], name: str, owner: str) -> str:
        """Make the folder of a new run, whole or not at all; its id. Have the `turn`."""
        run = f"{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(3)}"
        unfinished = self.folder / f"{run_bin.UNFINISHED}{run}"
        try:
            write(unfinished)
            write_about(unfinished, About(name.strip(), owner, time.time()))
            patiently(lambda: unfinished.rename(self.folder / run))
        except (EngineError, OSError) as error:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise error if isinstance(error, EngineError) else EngineError(f"Cannot make a run: {error.strerror}.") from None
        return run

    def resume(self, run: str) -> None:
        """Queue a run that was stopped, interrupted or failed."""
        with self._turn(run):
            view = self.view(run)
            if view.state not in RESUMABLE:
                raise EngineError(f"{view.about.name} is {view.state}; there is nothing to resume.")
            self._refuse(view.about.owner)
            self._join(run)
        self.advance()

    def train_on(self, run: str, unit: str, more: float) -> None:
        """Queue a finished run with `more` of a unit of budget."""
        with self._turn(run):
            view = self.view(run)
            if view.state is not State.FINISHED:
                raise EngineError(f"{view.about.name} is {view.state}; only a finished run is trained on.")
            if view.is_brought:
                raise EngineError(f"{view.about.name} was trained elsewhere, nobody here knows how: it cannot be trained on.")
            self._refuse(view.about.owner)
            run_extension.extend(view.folder, unit, more)
            self._join(run)
        self.advance()

    def stop(self, run: str, grace: float = 5.0) -> None:
        """Take a run out of the queue, or end its training after the current step; it can be resumed.

        A process that does not end within the grace is killed.
        """
        folder = self.run_folder(run)
        with self._turn(run):
            run_queue.leave(self.folder, run)
            if locks.holder(folder / locks.RUN) is None:
                return
            run_process.end(folder, grace)
            kind_of(folder).note_end(folder, "")
        self.advance()

    def pause(self, run: str) -> None:
        """Let training wait after the current step."""
        self._refuse_changes(run)
        view = self.view(run)
        if view.state is not State.PAUSED:
            # Not a step that is done already: so it counts as waiting only once it said at which step it does.
            run_control.ask(view.folder, replace(run_control.asked(view.folder), pause_at=view.step + 1))

    def slow_down(self, run: str, delay: float) -> None:
        """Let training take `delay` seconds more for each step, whether it waits now or not."""
        self._refuse_changes(run)
        folder = self.run_folder(run)
        run_control.ask(folder, replace(run_control.asked(folder), delay=delay))

    def go_on(self, run: str, steps: int | None = None, delay: float = 0.0) -> None:
        """Let training go on: to the end or for so many steps, as fast as it can or `delay` seconds a step."""
        self._refuse_changes(run)
        view = self.view(run)
        pause_at = None if steps is None else view.step + steps
        run_control.ask(view.folder, replace(run_control.asked(view.folder), pause_at=pause_at, delay=delay))

    def turn(self, run: str, knob: str, value: Value) -> None:
        """Turn a knob of a run that trains, from its next step on."""
        self._turn_all(run, lambda model, train: {knob: knobs.checked(knob, value, model, train)})

    def turn_back(self, run: str) -> None:
        """Set the knobs of a run that trains back to what it began with."""
        self._turn_all(
            run, lambda model, train: {k: v for k, v in knobs.at_first(train).items() if not knobs.why_not(k, model, train)}
        )

    def _turn_all(self, run: str, wanted: Callable[[ModelConfig, TrainConfig], dict[str, Value]]) -> None:
        self._refuse_changes(run)
        view = self.view(run)
        turns = wanted(*view.configs) if view.configs else None
        if view.configs and turns and turns.items() <= standing(view, view.configs[1]).items():
            return  # a slider that leaves the page with the end of its run says once more where it stood
        if view.state not in LIVE or turns is None:
            raise EngineError(f"{view.about.name} is {view.state}; knobs are turned while a run trains.")
        asked = run_control.asked(view.folder)
        run_control.ask(view.folder, replace(asked, knobs={**asked.knobs, **turns}))

    def rename(self, run: str, name: str) -> None:
        """Give a run another name."""
        self._refuse_changes(run)
        folder = self.run_folder(run)
        write_about(folder, replace(read_about(folder), name=name.strip()))

    def delete(self, run: str) -> None:
        """Throw a run away, ending it first if need be; `undo_delete` brings it back for a while."""
        self.stop(run)
        with self._turn(run):
            run_bin.throw_away(self.folder, run)

    def is_deleted(self, run: str) -> bool:
        """Whether a run was deleted and can still be brought back."""
        return bool(_ID.fullmatch(run)) and (self.folder / run_bin.BIN / run).is_dir()

    def undo_delete(self, run: str) -> None:
        """Bring back a deleted run."""
        if not _ID.fullmatch(run):
            raise EngineError(f"There is no run called {run[:100]!r} here.")
        with self._turn(run):
            run_bin.take_back(self.folder, run)

    # What keeps it going

    def sweep(self) -> None:
        """Remove what kills left behind; once at start."""
        if self.read_only:
            return
        with self._turn():
            run_bin.sweep(self.folder)

    def advance(self) -> None:
        """Start the next runs in the queue if it is their turn."""
        if self.read_only:
            return
        self._bury()
        if self._processes.wants_spare and not (self._processes.spare.there or self.going()):
            self._processes.spare.keep()
        while run_queue.waiting(self.folder):
            with self._turn():
                queue = run_queue.waiting(self.folder)
                if not queue or len(self._working()) >= self.limits.running:
                    return
                run_queue.serve(self.folder, queue[0])
                self._launch(queue[0])

    def keep_spare(self, wanted: bool = True) -> None:
        """Have a process prepared for the next training run whenever nothing is going on; or no longer."""
        self._processes.wants_spare = wanted and not self.why_not()
        if self._processes.wants_spare:
            self.advance()
        else:
            self._processes.spare.dismiss()

    def watch(self, seconds: float = 0.5) -> threading.Event:
        """Keep the queue moving from a thread until the returned event is set."""
        ended = threading.Event()

        def keep() -> None:
            while not ended.wait(seconds):
                with contextlib.suppress(EngineError):  # whoever looks at the page is told
                    self.advance()

        threading.Thread(target=keep, name="training queue", daemon=True).start()
        return ended

    def _launch(self, run: str) -> None:
        """Start the process of a queued run; it leaves the queue when it is seen to live, or has ended."""
        folder = self.folder / run
        kind = kind_of(folder)
        if not (folder / kind.asked).exists() or (folder / kind.done).exists():
            run_queue.leave(self.folder, run)
            return
        discard(folder / run_control.CONTROL)
        prepared = self._processes.spare.send(folder) if kind is TRAINING else None
        try:
            child = prepared or run_process.spawn(kind.arguments(folder), folder)
        except OSError as error:
            run_queue.leave(self.folder, run)
            raise EngineError(f"The process could not be started: {error.strerror or error}.") from None
        self._processes.children.append((run, child))
        run_process.await_start(folder, child)
        run_queue.leave(self.folder, run)

    def _bury(self) -> None:
        """Note in the log of a run why its process ended, where the process could not do so itself."""
        dead = [one for one in self._processes.children if one[1].poll() is not None]
        self._processes.children = [one for one in self._processes.children if one not in dead]
        for run, child in dead:
            if child.returncode > 0:
                folder = self.folder / run
                with self._turn():
                    kind_of(folder).note_end(folder, run_process.last_words(folder))

    def _refuse(self, owner: str) -> None:
        """Refuse what cannot be done here at all, or is too much for one visitor or one server."""
        if why := self.why_not():
            raise EngineError(why)
        queue = run_queue.waiting(self.folder)
        mine = [run for run in set(self.going()) if read_about(self.folder / run).owner == owner]
        if owner and len(mine) >= self.limits.per_visitor:
            raise EngineError(f"You have {len(mine)} runs under way or waiting; wait until one ends, or cancel one.")
        if len(queue) >= self.limits.waiting:
            raise EngineError(f"{len(queue)} runs are waiting already; try again later.")
        run_bin.make_room(self.folder, self.limits.bytes, self.limits.free_bytes)


def shared(asking: str | None = None) -> Jobs:
    """The jobs of this server, one for each folder of runs, as a visitor may change them or, with None, all of them."""
    return _shared(runs_dir(), read_only=bool(os.environ.get(READ_ONLY))).asked_by(asking)


_shared = lru_cache(Jobs)
