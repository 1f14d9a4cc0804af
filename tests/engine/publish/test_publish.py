"""Publishing: the best run on validation is kept, runs of other settings are refused, the card says what was done."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from support.builders import one_line, short, tiny

from vae_engine import EngineError, build_model
from vae_engine.base.figures import figure
from vae_engine.data import mnist as data
from vae_engine.measure import evaluation
from vae_engine.model import loading
from vae_engine.publish.publish import card, publish
from vae_engine.stored import checkpoints, registry
from vae_engine.stored.config import ModelConfig

Command = Callable[..., tuple[int, str, str]]


@pytest.fixture(autouse=True)
def few_images(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Measure on 40 images a split, and write elsewhere than among the real models."""
    load = data.load
    monkeypatch.setattr(data, "load", lambda split: load(split).head(40))
    monkeypatch.setattr(registry, "PRETRAINED", tmp_path / "pretrained")


def run_folder(folder: Path, seed: int, config: ModelConfig | None = None, steps: int = 12, objective: str = "B") -> Path:
    """A finished run."""
    train = short(seed=seed, steps=steps, objective=objective)
    loading.save(folder, build_model(config or tiny(), seed), train, {})
    return folder


def silent(stage: str, share: float) -> None:
    """Progress that nobody watches."""


def test_the_run_best_on_validation_is_kept_and_the_others_are_on_record(tmp_path: Path) -> None:
    folders = [run_folder(tmp_path / str(seed), seed) for seed in (0, 1, 2)]
    stored = publish("tiny", folders, silent)
    terms = [
        evaluation.held_out_terms(loading.to_torch(checkpoints.read(folder)), data.load("validation"), "dynamic", 0, 10)
        for folder in folders
    ]
    assert [one["elbo"] for one in stored.metrics["selection"]["candidates"]] == pytest.approx([one["elbo"] for one in terms])
    assert stored.train.seed == max(range(3), key=lambda seed: terms[seed]["elbo"])
    assert stored.metrics["split"] == "test"


def test_what_learned_exactly_is_chosen_by_exact_log_px(tmp_path: Path) -> None:
    stored = publish("tiny", [run_folder(tmp_path / str(seed), seed, objective="exact") for seed in (0, 1)], silent)
    scores = [one["log_px_exact"] for one in stored.metrics["selection"]["candidates"]]
    assert stored.train.seed == scores.index(max(scores))
    assert stored.metrics["selection"]["by"] == "validation log_px_exact"
    assert "for the best exact log p(x) on the 40 validation images" in card(stored)


def test_card_gives_the_numbers_and_the_commands_for_every_seed(tmp_path: Path) -> None:
    stored = publish("tiny", [run_folder(tmp_path / str(seed), seed) for seed in (0, 1)], silent)
    written = (stored.folder / "README.md").read_text(encoding="utf-8")
    assert f"{stored.metrics['log_px_exact']:.2f}".replace("-", "−") in written
    assert stored.sha256 in written
    chosen = stored.metrics["selection"]["candidates"][stored.train.seed]
    best = f"that of seed {stored.train.seed} was kept for the best ELBO on the 40 validation images"
    assert f"Of 2 runs alike but for their seed, {best}" in written
    assert f"seed {stored.train.seed} {figure(chosen, 'elbo')}".replace("-", "−") in written
    for seed in (0, 1):
        assert (
            f"python -m vae_engine train --config pretrained/tiny/config.json --seed {seed} --run-dir runs/tiny-{seed}" in written
        )


def test_a_card_says_of_which_seeds_no_score_is_on_record_and_where_there_was_no_choice(tmp_path: Path) -> None:
    stored = publish("tiny", [run_folder(tmp_path / "0", 0)], silent)
    assert "One run, of seed 0, with ELBO" in card(stored)
    selection = stored.metrics["selection"]
    lost = selection | {"candidates": [*selection["candidates"], {"seed": 1}, {"seed": 2}]}
    assert "What seeds 1 and 2 came to is not on record." in card(replace(stored, metrics=stored.metrics | {"selection": lost}))


def test_numbers_measured_anew_replace_all_old_ones_in_the_card_as_well(command: Command, tmp_path: Path) -> None:
    stored = publish("tiny", [run_folder(tmp_path / "0", 0)], silent)
    checkpoints.write_metrics(stored.folder, stored.metrics | {"stale": 1.0})
    found = json.loads(command("evaluate", "tiny", "--seed", 7, "--limit", 5, "--save", "--json")[1])
    kept = registry.find("tiny")
    assert kept.metrics == found | {"selection": stored.metrics["selection"]}
    assert (kept.folder / "README.md").read_text(encoding="utf-8") == card(kept)
    assert f"| {found['elbo']:.2f} ± {found['elbo_se']:.2f} |".replace("-", "−") in card(kept)


@pytest.mark.parametrize("change", ["settings", "network"])
def test_runs_that_differ_in_more_than_the_seed_are_refused(tmp_path: Path, change: str) -> None:
    first = run_folder(tmp_path / "a", 0)
    if change == "settings":
        second = run_folder(tmp_path / "b", 1, steps=13)
    else:
        second = run_folder(tmp_path / "b", 1, tiny(decoder="mlp"))
    with pytest.raises(EngineError, match="more than their seed") as refused:
        publish("tiny", [first, second], silent)
    assert one_line(refused.value)
    assert not registry.PRETRAINED.exists()


def test_where_a_model_is_from_outlives_new_numbers(tiny_vae: Path, tmp_path: Path, command: Command) -> None:
    shutil.copytree(tiny_vae, tmp_path / "mine")
    origin = {"imported": {"files": ["encoder.onnx"]}, "pulled": {"repo": "ann/vae", "commit": "0" * 40}}
    checkpoints.write_metrics(tmp_path / "mine", origin | {"elbo": -1.0, "stale": 1.0})
    found = json.loads(command("evaluate", tmp_path / "mine", "--limit", 5, "--save", "--json")[1])
    assert checkpoints.read(tmp_path / "mine").metrics == found | origin
