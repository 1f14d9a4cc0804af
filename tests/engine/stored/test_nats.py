"""A caveat stands beside nats just where a likelihood is no probability of the pixels: where it does not sum to one over them."""

from __future__ import annotations

import itertools
import json

import pytest
import torch
from support.builders import save_model, short, tiny

from vae_engine import build_model
from vae_engine.command import cli
from vae_engine.data import mnist as data
from vae_engine.exchange import bundle
from vae_engine.model import loading
from vae_engine.model.likelihoods import LIKELIHOODS
from vae_engine.stored import checkpoints, nats
from vae_engine.stored.weights import notes

STEPS = 20_001
RAW = {"bernoulli": torch.tensor([[-3.0], [0.2], [2.5]]), "gaussian": torch.tensor([[-1.0, -2.0], [0.3, -1.5], [2.0, -3.0]])}


def mass(likelihood: str, protocol: str) -> torch.Tensor:
    """What the probabilities of all values of one pixel come to, for three outputs of a decoder."""
    binary = protocol != "grey"
    low, high = (-3, 4) if likelihood == "gaussian" else (0, 1)
    x = torch.tensor([0.0, 1.0]) if binary else torch.linspace(low, high, STEPS)
    step = 1.0 if binary else float(x[1] - x[0])
    log_prob = [LIKELIHOODS[likelihood].log_prob(x[:, None], raw.expand(len(x), -1)) for raw in RAW[likelihood]]
    return torch.stack([one.exp().sum() * step for one in log_prob])


@pytest.mark.parametrize(("likelihood", "protocol"), list(itertools.product(RAW, data.PROTOCOLS)))
def test_there_is_a_caveat_where_probabilities_do_not_sum_to_one(likelihood: str, protocol: str) -> None:
    is_probability = torch.allclose(mass(likelihood, protocol), torch.ones(3), atol=1e-2)
    said = nats.caveat(likelihood, protocol)
    assert (said == "") == is_probability
    assert said == "" or ("no log-probabilities" in said and said.endswith("."))


def test_a_model_of_grey_pixels_is_evaluated_on_them_and_the_caveat_is_everywhere(tmp_path, capsys) -> None:
    loading.save(tmp_path / "grey", build_model(tiny(), 0), short(protocol="grey"), {"elbo": -1.0})
    said = nats.caveat("bernoulli", "grey")
    few = ["--limit", "20", "--is-samples", "2", "--samples", "1"]
    assert cli.main(["evaluate", str(tmp_path / "grey"), *few]) == 0
    told = capsys.readouterr().out
    assert "protocol grey" in told
    assert said in told
    assert cli.main(["evaluate", str(tmp_path / "grey"), *few, "--protocol", "dynamic", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["protocol"] == "dynamic"
    assert "caveat" not in found
    assert json.loads(notes(bundle.bundle(checkpoints.read(tmp_path / "grey"), points=10))["bundle"])["caveat"] == said
    dynamic = checkpoints.read(save_model(tmp_path / "dynamic", tiny()))
    assert json.loads(notes(bundle.bundle(dynamic, points=10))["bundle"])["caveat"] == ""
