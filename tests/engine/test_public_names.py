"""What `import vae_engine` offers, and that it is cheap: torch is loaded when it is used."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.modules import loaded_after


@pytest.mark.parametrize(
    "program",
    [
        "import vae_engine",
        "from vae_engine import ModelConfig, TrainConfig, EngineError",
        "from vae_engine.stored import registry\nregistry.find({folder!r})",
        "import numpy\nfrom vae_engine.stored import forward, registry\n"
        "forward.decode(registry.find({folder!r}), numpy.zeros((1, 2)))",
        "from vae_engine.command import cli\ncli.main(['info', {folder!r}])\ncli.main(['models'])",
    ],
)
def test_torch_is_not_loaded_where_it_is_not_needed(program: str, tiny_vae: Path) -> None:
    loaded = loaded_after(program.format(folder=str(tiny_vae)))
    assert "vae_engine" in loaded
    assert not {"torch", "streamlit", "plotly"} & loaded


def test_the_public_names_are_all_there_and_no_others() -> None:
    import vae_engine

    for name in vae_engine.__all__:
        assert getattr(vae_engine, name).__name__ == name
    with pytest.raises(AttributeError, match="nothing_here"):
        vae_engine.nothing_here  # noqa: B018
