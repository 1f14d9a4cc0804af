"""The lines of the engine that Network shows are those that run."""

from __future__ import annotations

import re

import pytest
import torch
from support.builders import ROOT

from dashboard.explore.engine_lines import SOURCES, engine_lines
from dashboard.shared.source import source_of
from vae_engine.model import networks
from vae_engine.stored.architecture import layers
from vae_engine.stored.config import ModelConfig

CONFIGS = [
    ModelConfig(layer_norm=True, dropout=0.1),
    ModelConfig(encoder="residual"),
    ModelConfig(encoder="conv", encoder_widths=(3, 8), decoder="conv", decoder_widths=(8, 4, 2)),
    *(ModelConfig(activation=one) for one in ("gelu", "relu", "silu", "tanh")),
]


def test_each_line_stands_where_it_is_said_to() -> None:
    for name, line in engine_lines().items():
        text = (ROOT / str(line["path"])).read_text(encoding="utf-8").splitlines()[int(line["line"]) - 1]
        assert text.strip() == str(line["code"]).splitlines()[0], name


@pytest.mark.parametrize("config", CONFIGS, ids=lambda config: f"{config.encoder}-{config.activation}")
def test_every_layer_that_a_network_may_have_has_its_line_and_the_line_makes_it(config: ModelConfig) -> None:
    for part in layers(config).values():
        for layer in part:
            code = str(engine_lines()[layer["op"]]["code"])
            made = re.search(r"nn\.(\w+)\(", code)
            module = networks.build([layer])[0]
            if made:
                assert isinstance(module, getattr(torch.nn, made[1])), layer["op"]
            else:  # a module of the engine's own, by the line of its forward pass
                assert layer["op"] in ("fourier", "residual")
                assert SOURCES[layer["op"]].name == f"{type(module).__name__}.forward"


def test_the_browser_asks_for_lines_that_there_are() -> None:
    card = (ROOT / "dashboard/browser/explore/network/card.js").read_text(encoding="utf-8")
    asked = re.findall(r'"([\w-]+)"', re.search(r"AT_REST = (.*);", card)[1])  # type: ignore[index]
    assert len(asked) > 3
    assert set(asked) <= SOURCES.keys()


def test_a_case_that_is_gone_is_told() -> None:
    with pytest.raises(LookupError, match="case swish"):
        source_of("vae_engine/model/networks.py", "_module", case="swish")
