"""The engine's command line: arguments in, text or JSON out. The work is done elsewhere.

Results go to stdout, progress and errors to stderr. Exit codes: 0 done, 1 doctor found a fault,
2 bad input (one line says what), 130 interrupted.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, NoReturn

from vae_engine.base import figures, locks, remedies
from vae_engine.base.errors import EngineError
from vae_engine.base.files import discard
from vae_engine.command import (
    data_commands,
    experiment_commands,
    export_commands,
    hub_commands,
    import_commands,
    run_commands,
    train_flags,
)  # fmt: skip
from vae_engine.command.commands import add_command, positive, show
from vae_engine.command.export_commands import Exporter
from vae_engine.exchange.imports import probe
from vae_engine.publish import tables
from vae_engine.runs import control as run_control
from vae_engine.runs import extension, standby
from vae_engine.runs import log as run_log
from vae_engine.stored import checkpoints, knobs, registry, weights
from vae_engine.stored.config import ModelConfig, TrainConfig
from vae_engine.stored.knobs import Turned

INTERRUPTED = 130


class _Parser(argparse.ArgumentParser):
    """A parser whose complaint is one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message} (see --help)\n")


def parser(
    prog: str = "python -m vae_engine", exporters: Mapping[str, Exporter] = MappingProxyType({})
) -> tuple[argparse.ArgumentParser, Any]:
    """The parser and its subparsers, to which another program may add commands and export formats of its own."""
    top = _Parser(prog=prog, description="Train, measure and export 2-D latent variable models of MNIST.")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=_Parser)

    models = add_command(commands, "models", _models, "list the pretrained models")
    models.add_argument("--markdown", action="store_true", help="print the table of numbers for README")
    info = add_command(commands, "info", _info, "describe one model: settings, layers, numbers")
    info.add_argument("model", help="a pretrained name or a folder")

    train = add_command(commands, "train", _train, "train a model into a run directory")
    place = train.add_mutually_exclusive_group(required=True)
    place.add_argument("--run-dir", type=Path, help="the folder of the run")
    place.add_argument("--standby", action="store_true", help="prepare, then go on, live, with the run that stdin names")
    help = "go on with the interrupted run in that folder, or with a finished one for so many more seconds, steps or epochs"
    train.add_argument("--resume", action="store_true", help=help)
    help = "turn the knobs at the steps at which they were turned in the run of that folder, while it trained"
    train.add_argument("--turns", type=Path, metavar="FOLDER", help=help)
    train.add_argument("--live", action="store_true", help="also write the weights of the moment, several times a second")
    train.add_argument("--device", default="auto", help="auto, cpu, cuda or mps (default auto)")
    train.add_argument("--threads", type=positive, help="processor threads (default all; with --live all but one)")
    train_flags.add(train)

    evaluate = add_command(commands, "evaluate", _evaluate, "measure a model: ELBO, importance-sampled and exact log p(x)")
    evaluate.add_argument("model", help="a pretrained name or a folder")
    evaluate.add_argument("--split", default="test", choices=("train", "validation", "test"))
    help = "what is seen of a pixel (default: as it was trained)"
    evaluate.add_argument("--protocol", choices=("grey", "dynamic", "threshold"), help=help)
    evaluate.add_argument("--limit", type=positive, help="only N images, drawn at random by the seed")
    evaluate.add_argument("--seed", type=_seed, default=0, help="seed of pixels and latent noise (default 0)")
    evaluate.add_argument("--samples", type=positive, default=10, help="z samples of the ELBO (default 10)")
    evaluate.add_argument("--is-samples", type=positive, default=500, help="z samples of log p(x) (default 500)")
    evaluate.add_argument("--against", metavar="OTHER", help="another model, from which each term differs by so much")
    evaluate.add_argument("--save", action="store_true", help="replace the numbers in the model's metrics.json and card")

    publish = add_command(commands, "publish", _publish, "choose among runs on validation and keep the best as pretrained")
    publish.add_argument("name", help="the name it gets under pretrained/")
    publish.add_argument("runs", type=Path, nargs="+", help="finished runs that differ in their seed")

    truths = add_command(commands, "truths", _truths, "keep the exact numbers of every test image beside a VAE")
    truths.add_argument("model", help="a pretrained name or a folder")

    export_commands.add(commands, exporters)
    import_commands.add(commands)
    hub_commands.add(commands)
    run_commands.add(commands)
    data_commands.add(commands)
    experiment_commands.add(commands)

    doctor = add_command(commands, "doctor", _doctor, "check this installation and say how to mend it")
    doctor.add_argument("--port", type=int, default=8501, help="the dashboard's port (default 8501)")
    return top, commands


def _seed(text: str) -> int:
    value = int(text)
    if not 0 <= value < 2**31:
        raise argparse.ArgumentTypeError(f"must be from 0 to {2**31 - 1}, not {text}")
    return value


def main(argv: Sequence[str] | None = None, top: argparse.ArgumentParser | None = None) -> int:
    """Run a command; the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    arguments = (top or parser()[0]).parse_args(argv)
    try:
        return arguments.handler(arguments)
    except (EngineError, OSError) as error:
        print(f"{error}", file=sys.stderr)
        return 2
    except ModuleNotFoundError as error:
        if error.name != "torch":
            raise
        print(remedies.without_torch(), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return INTERRUPTED


def _models(arguments: argparse.Namespace) -> int:
    found = [registry.find(name) for name in registry.names()]
    if arguments.markdown:
        print(tables.markdown(found))
        return 0
    rows: list[dict[str, Any]] = []
    lines = []
    for model in found:
        count = weights.parameter_count(model.model)
        row = {"name": model.name, "kind": model.model.kind, "parameters": count, "sha256": model.sha256}
        rows.append(row | {"metrics": model.metrics})
        lines.append(f"{model.name:<18}{model.model.kind:<5}{count:>10,} parameters   {_headline(model.metrics)}")
    show(arguments, rows, "\n".join(lines) or "There are no pretrained models here.")
    return 0


def _headline(metrics: dict[str, Any]) -> str:
    shown = figures.told(metrics, ("elbo", "log_px_points", "log_px_exact", "log_px_is", "nll"))
    return f"{shown} nats/image ({metrics.get('protocol')}, {metrics.get('split')}, n = {metrics.get('n') or 0:,})"


def _info(arguments: argparse.Namespace) -> int:
    from vae_engine.stored.architecture import layers

    stored = registry.find(arguments.model)
    value = {
        "name": stored.name, "model": stored.model.to_dict(), "train": _training(stored), "sha256": stored.sha256,
        "parameters": weights.parameter_count(stored.model), "layers": layers(stored.model), "metrics": stored.metrics,
        **_turned(stored.folder), **_in_browser(stored),
    }  # fmt: skip
    show(arguments, value, "\n".join(f"{key}: {json.dumps(item, ensure_ascii=False)}" for key, item in value.items()))
    return 0


def _training(stored: checkpoints.Stored) -> dict[str, Any]:
    """How it was trained; of an imported model nobody here knows more than what it is of."""
    known = stored.train.to_dict()
    told = ("data", "classes", "protocol", *(["noise"] if stored.model.noise_is_given else []))
    return {key: known[key] for key in told} if "imported" in stored.metrics else known


def _turned(folder: Path) -> dict[str, list[str]]:
    """What was turned while a run trained, which its settings do not tell; nothing of one that was left alone."""
    turns = knobs.turns(run_log.read_all(folder))
    return {"turned": [knobs.told(turn) for turn in turns]} if turns else {}


def _in_browser(stored: checkpoints.Stored) -> dict[str, Any]:
    """What a browser answered of an imported model before it showed it; nothing where none was asked yet."""
    answer = probe.answered(stored.folder, stored.sha256)
    return {"in_browser": answer} if answer else {}


def _train(arguments: argparse.Namespace) -> int:
    if arguments.standby:
        arguments.run_dir = standby.wait()
        arguments.resume = arguments.live = True
    if why_not := remedies.without_torch():
        raise EngineError(why_not)  # before there is a folder
    configs = checkpoints.read_config(arguments.run_dir) if arguments.resume else train_flags.settings(arguments)
    turns = _turns_of(arguments) if arguments.turns else []
    # Held from before torch is imported, so that whoever started this process soon sees it live.
    alone = locks.hold(arguments.run_dir / locks.RUN, f"Another process is training in {arguments.run_dir}.")
    with alone, run_control.heeding_stop(arguments.run_dir):
        discard(arguments.run_dir / run_control.CONTROL)  # what was asked of an earlier process
        standby.finish_preparing()
        if arguments.resume and (arguments.run_dir / checkpoints.METRICS).exists():
            configs = configs[0], _with_more(arguments, configs[1])
        return _train_alone(arguments, *configs, turns)


def _turns_of(arguments: argparse.Namespace) -> list[Turned]:
    """The turns of the run that is to be made again."""
    if arguments.resume:
        raise EngineError("A run that goes on turns its own knobs again; leave out --turns.")
    found = knobs.record(run_log.read_all(arguments.turns))
    if not found:
        raise EngineError(f"No knob was turned in {arguments.turns}.")
    return found


def _with_more(arguments: argparse.Namespace, train: TrainConfig) -> TrainConfig:
    """The settings of a finished run with as much more budget as was asked for."""
    asked = [(unit, getattr(arguments, unit)) for unit in extension.UNITS if getattr(arguments, unit) is not None]
    if len(asked) > 1:
        raise EngineError(f"Say in one unit how much more to train, not in {' and '.join(unit for unit, _ in asked)}.")
    return extension.extend(arguments.run_dir, *asked[0]) if asked else train


def _train_alone(arguments: argparse.Namespace, model: ModelConfig, train: TrainConfig, turns: list[Turned]) -> int:
    import torch

    from vae_engine.runs import runs
    from vae_engine.training import progress as console
    from vae_engine.training import training

    stop = _stop_on_signal()
    threads = torch.get_num_threads()
    # Whoever watches needs a processor as well, and threads that wait for one another wait for the one that lost its own.
    torch.set_num_threads(arguments.threads or (max(1, threads - 1) if arguments.live else threads))
    brake = run_control.Brake(arguments.run_dir)
    options = {
        "device": arguments.device, "should_stop": stop, "holding": brake.holding, "asked": brake.knobs, "live": arguments.live,
    }  # fmt: skip
    if arguments.resume:
        events = runs.resume(arguments.run_dir, **options)
    else:
        events = runs.start(arguments.run_dir, model, train, turns, **options)
    last: training.Event | None = None
    with console.TrainingBar() as bar:
        for last in events:
            bar.show(last)
    if isinstance(last, training.Failed):
        raise EngineError(last.message)
    assert isinstance(last, training.Finished)
    value = {"run_dir": str(arguments.run_dir), "reason": last.reason, **runs.held_out_metrics(train, last)}
    show(arguments, value, f"{last.reason}: {_headline(value)}; {arguments.run_dir}")
    if last.reason == "stopped":
        print(f"Stopped at step {last.step:,}; go on with --resume --run-dir {arguments.run_dir}", file=sys.stderr)
        return INTERRUPTED
    return 0


def _stop_on_signal() -> Callable[[], bool]:
    """A flag that Ctrl-C or a termination request raises; training looks at it before every step."""
    raised: list[int] = []

    def note(number: int, frame: object) -> None:
        if raised and number == signal.SIGINT:
            raise KeyboardInterrupt
        raised.append(number)

    signal.signal(signal.SIGINT, note)
    signal.signal(signal.SIGTERM, note)
    return lambda: bool(raised)


def _evaluate(arguments: argparse.Namespace) -> int:
    from vae_engine.measure import evaluation
    from vae_engine.model import loading
    from vae_engine.publish import publish
    from vae_engine.training import progress as console

    stored = registry.find(arguments.model)
    other = registry.find(arguments.against) if arguments.against else None
    if other and other.train.data != stored.train.data:
        raise EngineError(
            f"{stored.name} is a model of {stored.train.data}, {other.name} of {other.train.data}: "
            "only models of the same images can be compared."
        )
    with console.StageBar() as bar:
        value = evaluation.evaluate(
            loading.to_torch(stored), stored.name, split=arguments.split, protocol=arguments.protocol or stored.train.protocol,
            limit=arguments.limit, seed=arguments.seed, samples=arguments.samples, is_samples=arguments.is_samples,
            progress=bar.show, data_set=stored.train.data, against=(other.name, loading.to_torch(other)) if other else None,
        )  # fmt: skip
    if arguments.save:
        publish.keep_numbers(stored, {key: item for key, item in value.items() if key != "against"})
    value |= _turned(stored.folder)
    show(arguments, value, _evaluated(value))
    return 0


def _evaluated(numbers: dict[str, Any]) -> str:
    """One number a line, means with their standard errors."""
    lines = []
    for key, item in numbers.items():
        if key in figures.TERMS:
            lines.append(figures.told(numbers, [key]))
        elif key == "against":
            lines.append(f"minus {item['model']}, image by image: {figures.told(item)}")
        elif key == "turned":
            lines.append(f"turned while it trained: {'; '.join(item)}")
        elif not key.endswith("_se"):
            lines.append(f"{key} {item if isinstance(item, str) else json.dumps(item)}")
    return "\n".join(lines)


def _publish(arguments: argparse.Namespace) -> int:
    from vae_engine.publish import publish
    from vae_engine.training import progress as console

    with console.StageBar() as bar:
        stored = publish.publish(arguments.name, arguments.runs, bar.show)
    show(arguments, stored.metrics, f"{stored.name}: {_headline(stored.metrics)}")
    return 0


def _truths(arguments: argparse.Namespace) -> int:
    from vae_engine.publish import publish
    from vae_engine.training import progress as console

    stored = registry.find(arguments.model)
    with console.StageBar() as bar:
        publish.keep_truths(stored, bar.show)
    show(arguments, {"model": stored.name, "folder": str(stored.folder)}, f"{stored.name}: exact numbers kept in {stored.folder}")
    return 0


def _doctor(arguments: argparse.Namespace) -> int:
    from vae_engine.command import doctor

    checks = doctor.examine(arguments.port)
    lines = [f"{'ok  ' if c.ok else 'FAIL'} {c.what}: {c.found}" + ("" if c.ok else f"\n     {c.remedy}") for c in checks]
    show(arguments, [dataclasses.asdict(check) for check in checks], "\n".join(lines))
    return 0 if all(check.ok for check in checks) else 1
