"""From runs that differ in their seed to one pretrained model: chosen on validation, measured on test once."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch

from vae_engine.base import figures
from vae_engine.base.errors import EngineError
from vae_engine.data import datasets
from vae_engine.exchange import bundle as export
from vae_engine.exchange import dense
from vae_engine.inference.exact import exact_log_px
from vae_engine.measure import evaluation
from vae_engine.measure.image_truths import image_truths
from vae_engine.measure.means import means
from vae_engine.model import loading
from vae_engine.runs import log as run_log
from vae_engine.stored import checkpoints, knobs, registry, weights
from vae_engine.stored.checkpoints import Stored

_SAMPLES = 10
_HISTORY = ("steps", "seconds", "selection", "imported", "pulled")


def publish(name: str, folders: Sequence[Path], progress: Callable[[str, float], None]) -> Stored:
    """Write `pretrained/<name>` from the best of several finished runs of the same settings.

    The best is the one with the highest validation ELBO (lowest nll for an autoencoder; highest exact log p(x) where exact
    learning climbed that) on all 10,000 validation images.
    Raises EngineError when a run is unfinished or the runs differ in more than the seed.
    """
    runs = [checkpoints.read(folder) for folder in folders]
    if len({(run.model, dataclasses.replace(run.train, seed=0)) for run in runs}) != 1:
        raise EngineError("The runs differ in more than their seed; choose among runs of the same settings.")
    if turned := [run.name for run in runs if knobs.turns(run_log.read_all(run.folder))]:
        raise EngineError(f"The knobs of {turned[0]} were turned while it trained, so its settings alone do not make it again.")
    candidates, validation = [], datasets.load(runs[0].train.data, "validation")
    for count, run in enumerate(runs):
        progress("validation", count / len(runs))
        protocol = run.train.protocol
        model = loading.to_torch(run)
        terms = evaluation.held_out_terms(model, validation, protocol, 0, _SAMPLES)
        if _criterion(run) == "log_px_exact":
            x = evaluation.observed(validation, protocol, 0)
            terms |= means({"log_px_exact": exact_log_px(model, x, progress).log_px})
        candidates.append({"seed": run.train.seed, **terms})
    criterion = _criterion(runs[0])
    sign = -1 if criterion == "nll" else 1
    best = max(range(len(runs)), key=lambda index: sign * candidates[index][criterion])
    chosen = runs[best]
    protocol, data_set = chosen.train.protocol, chosen.train.data
    metrics = evaluation.evaluate(loading.to_torch(chosen), name, protocol=protocol, progress=progress, data_set=data_set)
    metrics["selection"] = {"by": f"validation {criterion}", "n": len(validation), "samples": _SAMPLES, "candidates": candidates}
    folder = registry.PRETRAINED / name
    loading.save(folder, loading.to_torch(chosen), chosen.train, metrics)
    stored = registry.find(name)
    export.write_codes(stored, {})
    dense.rounding_of(stored)  # which keeps it
    _write_card(stored)
    return stored


def _criterion(run: Stored) -> str:
    """The number by which one of several runs is chosen: what they were trained for."""
    if run.model.kind == "ae":
        return "nll"
    return "log_px_exact" if run.train.is_exact and run.model.latent_dim == 2 else "elbo"


def keep_numbers(stored: Stored, numbers: dict[str, Any]) -> None:
    """Replace a model's numbers by newly measured ones, in its card as well where it has one.

    How long it was trained and how it was chosen stays on record; no number of an earlier measurement does.
    """
    history = {key: stored.metrics[key] for key in _HISTORY if key in stored.metrics}
    checkpoints.write_metrics(stored.folder, numbers | history)
    if "selection" in history:
        _write_card(dataclasses.replace(stored, metrics=numbers | history))


def _write_card(stored: Stored) -> None:
    (stored.folder / "README.md").write_text(card(stored), encoding="utf-8")


def keep_truths(stored: Stored, progress: Callable[[str, float], None]) -> None:
    """Keep a VAE's codes beside it with the exact numbers of every test image. Raises EngineError for any other model."""
    if stored.model.kind != "vae":
        raise EngineError(f"{stored.name} is an autoencoder, which has no posterior and no log p(x).")
    vae = loading.to_torch(stored)
    export.write_codes(
        stored, image_truths(vae, torch.from_numpy(export.observed_test(stored.train.data, stored.train.protocol)), progress)
    )


def card(stored: Stored) -> str:
    """The model card, in Markdown: data, networks, training, selection, test numbers, and how to make it again."""
    numbers = stored.metrics
    candidates = numbers["selection"]["candidates"]
    where = f"{numbers['split']} split, {numbers['protocol']} pixels, n = {numbers['n']:,}, seed {numbers['seed']}"
    errors = "; ± is the standard error of the mean over images" if any(key.endswith("_se") for key in numbers) else ""
    commands = [
        f"python -m vae_engine train --config pretrained/{stored.name}/config.json --seed {c['seed']} "
        f"--run-dir runs/{stored.name}-{c['seed']}" for c in candidates
    ]  # fmt: skip
    folders = " ".join(f"runs/{stored.name}-{c['seed']}" for c in candidates)
    commands.append(f"python -m vae_engine publish {stored.name} {folders}")
    kind = "A variational autoencoder" if stored.model.kind == "vae" else "A plain autoencoder (no sampling, no KL)"
    return "\n".join([
        f"# {stored.name}", "",
        f"{kind} of MNIST with {stored.model.latent_dim} latent dimensions and "
        f"{weights.parameter_count(stored.model):,} weights.", "",
        "## Numbers", "", f"Nats per image; {where}{errors}.", "", *_number_lines(numbers), "",
        "## Data", "",
        "MNIST (Y. LeCun, C. Cortes, C. Burges; CC BY-SA 3.0): 50,000 images to train, 10,000 to validate, 10,000 to "
        f"test. The networks see `{stored.train.protocol}` pixels.", "",
        "## Settings", "",
        *(f"- {key}: {_given(key, value)}" for config in (stored.model, stored.train) for key, value in config.to_dict().items()
          if key != "noise" or stored.model.noise_is_given), "",
        "## Choice among seeds", "",
        f"{_choice(stored)} The test images were used once, for this one.", "",
        "## To make it again", "", "```", *commands, "```", "",
        f"SHA-256 of `model.safetensors`: `{stored.sha256}`.", "",
    ])  # fmt: skip


def _given(setting: str, value: Any) -> str:
    """A setting; a seed is a name rather than a number of things."""
    return f"{value:,}" if type(value) is int and setting != "seed" else str(value)


def _choice(stored: Stored) -> str:
    """Which of the runs that are alike but for their seed was kept, and by what, on which images."""
    selection = stored.metrics["selection"]
    seed, count = stored.train.seed, len(selection["candidates"])
    criterion = _criterion(stored)
    name = {"nll": "nll", "elbo": "ELBO", "log_px_exact": "exact log p(x)"}[criterion]
    scores = {one["seed"]: figures.with_minus(figures.figure(one, criterion)) for one in selection["candidates"]}
    drawn = "" if criterion == "log_px_exact" else f" ({selection['samples']} samples of each)"
    where = f"on the {selection['n']:,} validation images{drawn}"
    if count == 1:
        return f"One run, of seed {seed}, with {name} {scores[seed]} {where}: there was nothing to choose from."
    known = ", ".join(f"seed {one} {score}" for one, score in scores.items() if score)
    lost = [str(one) for one, score in scores.items() if not score]
    lacking = f" What {_and(lost)} came to is not on record." if lost else ""
    alike = f"Of {count} runs alike but for their seed, that of seed {seed}"
    return f"{alike} was kept for the best {name} {where}: {known}.{lacking}"


def _and(seeds: Sequence[str]) -> str:
    *others, last = seeds
    return f"seeds {', '.join(others)} and {last}" if others else f"seed {last}"


def _number_lines(numbers: dict[str, Any]) -> list[str]:
    rows = {
        "elbo": f"ELBO (estimator {numbers['estimator']}, {numbers['samples']} samples)",
        "nll": "reconstruction term −log p(x given z)",
        "kl": "KL(q ‖ prior)",
        "log_px_is": f"log p(x), importance-sampled ({numbers.get('is_samples')} samples)",
        "log_px_exact": "log p(x), exact by quadrature",
    }
    told = {label: figures.figure(numbers, key) for key, label in rows.items() if key in numbers}
    if trust := figures.trust(numbers):
        told["… how far its weights can be trusted"] = trust
    found = [figures.with_minus(f"| {label} | {value} |") for label, value in told.items()]
    refused = ["", f"There is no exact log p(x): {numbers['exact_refused']}"] if "exact_refused" in numbers else []
    return ["| number | value |", "|---|---|", *found, *refused]
