"""What Keras saved is read without Keras and gives its numbers; what would have to be run is refused by name."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from support.builders import attempt

from vae_engine import load_model
from vae_engine.exchange.imports import keras_model

Command = Callable[..., tuple[int, str, str]]


def changed(source: Path, to: Path, change: Callable[[dict[str, Any]], Any]) -> Path:
    """A `.keras` file with another config."""
    with zipfile.ZipFile(source) as packed, zipfile.ZipFile(to, "w") as out:
        for name in packed.namelist():
            content = packed.read(name)
            if name == "config.json":
                config = json.loads(content)
                change(config)
                content = json.dumps(config).encode()
            out.writestr(name, content)
    return to


@pytest.mark.parametrize(("folder", "encoder"), [("keras", "encoder"), ("keras", "sampling"), ("keras_odd", "encoder")])
def test_what_keras_saved_gives_its_own_numbers(
    folder: str, encoder: str, foreign: Path, tmp_path: Path, command: Command
) -> None:
    place = foreign / folder
    code, text, error = command("import", place / f"{encoder}.keras", place / "decoder.keras", "-o", tmp_path / "mine")
    assert code == 0, error
    assert "the original was not run" in text
    model = load_model(str(tmp_path / "mine"))
    with np.load(place / "expected.npz") as expected:
        q = model.encode(torch.from_numpy(expected["x"]).reshape(-1, 784))
        np.testing.assert_allclose(np.concatenate([q.mu, q.logvar], 1), expected["codes"], rtol=0, atol=1e-5)
        np.testing.assert_allclose(model.decode(torch.from_numpy(expected["z"])), expected["pixels"], rtol=0, atol=1e-5)


def _class(kind: str, module: str) -> Callable[[dict[str, Any]], None]:
    return lambda config: config["config"]["layers"][3].update(class_name=kind, module=module)


REFUSED: dict[str, tuple[Callable[[dict[str, Any]], Any], str]] = {
    "a Lambda": (_class("Lambda", "keras.layers"), r"'flatten' \(Lambda\) is code of somebody's own"),
    "a layer of one's own": (_class("Secret", "mine"), r"\(Secret\) is code of somebody's own"),
    "a kind that is unknown": (_class("LSTM", "keras.layers"), r"\(LSTM\) is of a kind"),
    "a function as nonlinearity": (
        lambda config: config["config"]["layers"][1]["config"].update(
            activation={"class_name": "function", "config": "os.system"}
        ),
        "nonlinearity of somebody",
    ),
    "channels first": (
        lambda config: config["config"]["layers"][1]["config"].update(data_format="channels_first"),
        "channels first",
    ),
    "a subclass": (lambda config: config.update(class_name="MyVAE"), "is a MyVAE"),
    "no layers": (lambda config: config.update(config={}), "not a .keras file that can be read"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_not_understood_is_refused_by_name(case: str, foreign: Path, tmp_path: Path) -> None:
    change, said = REFUSED[case]
    encoder = changed(foreign / "keras" / "encoder.keras", tmp_path / "encoder.keras", change)
    found = attempt(keras_model.read, [encoder, foreign / "keras" / "decoder.keras"])
    assert isinstance(found, str)
    assert re.search(said, found), found


def test_damaged_files_are_refused_in_a_line(foreign: Path, tmp_path: Path) -> None:
    sound, rng = (foreign / "keras" / "encoder.keras").read_bytes(), np.random.default_rng(19)
    path, refused = tmp_path / "encoder.keras", 0
    for index in range(100):
        content = bytearray(sound)
        for place in rng.integers(0, len(content), 1 + index % 9):
            content[place] = rng.integers(256)
        path.write_bytes(content[: rng.integers(len(content))] if index % 5 == 0 else content)
        refused += isinstance(attempt(keras_model.read, [path, foreign / "keras" / "decoder.keras"]), str)
    assert refused > 20
