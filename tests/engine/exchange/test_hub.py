"""A model pushed to a hub and pulled again is the model; a pull is of one commit, and takes three files that run nothing.

The hub is a stand-in on this machine; `huggingface_hub` is no part of the tests' packages: without it these skip.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
from engine.exchange.hub_stand_in import StandIn, running
from support.builders import ROOT, save_model, tiny

from vae_engine import load_model
from vae_engine.stored import checkpoints

huggingface_hub = pytest.importorskip("huggingface_hub")
Run = Callable[..., tuple[int, str, str]]
NUMBERS = {"elbo": -128.67, "elbo_se": 0.47, "nll": 120.75, "split": "test", "protocol": "dynamic", "n": 10_000, "seed": 0}


@pytest.fixture
def hub() -> Iterator[StandIn]:
    with running() as found:
        yield found


@pytest.fixture
def run(hub: StandIn, tmp_path: Path) -> Run:
    """Runs a command against the stand-in, in a process of its own, since the address is read once."""
    place = {
        "HF_ENDPOINT": hub.address,
        "HF_HOME": str(tmp_path / "home"),
        "HF_TOKEN": "hf_of_the_test",
        "HF_HUB_DISABLE_XET": "1",
    }

    def command(*arguments: object) -> tuple[int, str, str]:
        whole = [sys.executable, "-m", "vae_engine", *map(str, arguments)]
        done = subprocess.run(whole, cwd=ROOT, env=os.environ | place, capture_output=True, text=True, timeout=120)
        return done.returncode, done.stdout, done.stderr

    return command


def test_what_was_pushed_is_pulled_at_the_commit_that_is_said(hub: StandIn, run: Run, tmp_path: Path) -> None:
    first = save_model(tmp_path / "first", tiny(), NUMBERS, seed=1)
    second = save_model(tmp_path / "second", tiny(), NUMBERS, seed=2)
    commits = []
    for folder in (first, second):
        code, out, error = run("push", folder, "ann/vae", "--license", "cc-by-4.0", "--json")
        assert code == 0, error
        commits.append(json.loads(out)["commit"])
    z = torch.randn(4, 2)
    for name, options, folder, commit in (
        ("newest", [], second, commits[1]),
        ("pinned", ["--revision", commits[0]], first, commits[0]),
    ):
        code, out, error = run("pull", "ann/vae", "-o", tmp_path / name, *options)
        assert code == 0, error
        assert commit in out
        torch.testing.assert_close(load_model(str(tmp_path / name)).decode(z), load_model(str(folder)).decode(z))
        assert checkpoints.read(tmp_path / name).metrics == NUMBERS | {"pulled": {"repo": "ann/vae", "commit": commit}}
    assert set(hub.asked) == {"config.json", "model.safetensors", "metrics.json"}


def test_the_card_is_of_the_hubs_format(hub: StandIn, run: Run, tmp_path: Path) -> None:
    folder = save_model(tmp_path / "my-vae", tiny(), NUMBERS)
    assert run("push", folder, "ann/vae", "--license", "mit")[0] == 0
    card = huggingface_hub.ModelCard(hub.at("ann/vae", "main")[1]["README.md"].decode())  # type: ignore[index]
    assert (card.data.license, card.data.library_name) == ("mit", "latent-explorer")
    assert {"vae", "mnist"} <= set(card.data.tags)
    found = {one.metric_type: (one.metric_value, one.dataset_split) for one in card.data.eval_results}
    assert found == {"elbo": (-128.67, "test"), "nll": (120.75, "test")}
    assert "| ELBO | −128.67 ± 0.47 |" in card.text
    assert "python -m vae_engine pull ann/vae -o MODEL" in card.text


def test_what_is_no_model_of_ours_is_refused_in_a_line(hub: StandIn, run: Run, tmp_path: Path) -> None:
    folder = save_model(tmp_path / "model", tiny())
    whole = {path.name: path.read_bytes() for path in folder.iterdir()}
    hub.commit("ann/pickled", {"config.json": b"{}", "pytorch_model.bin": b"..."})
    hub.commit(
        "ann/altered",
        whole | {"model.safetensors": save_model(tmp_path / "other", tiny(), seed=3).joinpath("model.safetensors").read_bytes()},
    )
    hub.commit("ann/strange", whole | {"config.json": b"[]"})
    for repo, said in {
        "ann/pickled": "it has no model.safetensors", "ann/altered": "SHA-256", "ann/strange": "not a model config",
        "ann/nothing": "the hub says no",
    }.items():  # fmt: skip
        code, _, error = run("pull", repo, "-o", tmp_path / "out")
        assert (code, len(error.splitlines())) == (2, 1), error
        assert said in error
        assert not (tmp_path / "out").exists()
    assert "pytorch_model.bin" not in hub.asked
