"""Bring a model: what its files do not tell is asked for, what was assumed is said, and it is shown like the other models."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest
from support.builders import save_model, tiny

from dashboard.jobs import brought
from dashboard.jobs.jobs import READ_ONLY, VARIABLE
from dashboard.models import wording
from vae_engine.base.errors import EngineError
from vae_engine.command import cli, import_commands
from vae_engine.exchange.exports import onnx_files
from vae_engine.exchange.imports.scale import scale
from vae_engine.stored import checkpoints


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A model as we export it, which gives logits and means: its files do not say which."""
    monkeypatch.setenv(VARIABLE, str(tmp_path / "runs"))
    monkeypatch.setattr(brought, "_engine", lambda arguments, seconds: None if cli.main([*arguments]) == 0 else refuse())
    onnx_files.write_onnx(checkpoints.read(save_model(tmp_path / "own", tiny())), tmp_path / "student")
    return ", ".join(str(tmp_path / "student" / f"{part}.onnx") for part in ("encoder", "decoder"))


def refuse() -> None:
    raise EngineError("decoder.onnx does not end in a sigmoid. If its output 'logits' holds logits, say --logits logits.")


def page() -> AppTest:
    app = AppTest.from_string("from dashboard.models import page\npage.show()", default_timeout=60).run()
    assert not app.exception
    return app


def pressed(app: AppTest) -> AppTest:
    next(button for button in app.button if button.label == wording.READ).click().run()
    assert not app.exception
    return app


def test_what_cannot_be_read_here_is_said_before_an_upload_with_the_line_that_adds_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "runs"))
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *more: None if name == "h5py" else find(name, *more))
    (said,) = (one.value for one in page().warning if "cannot be read here" in one.value)
    assert "Keras (.keras, .weights.h5)" in said
    assert "until h5py is added" in said
    assert sys.executable in said


def texts(app: AppTest) -> str:
    return "\n".join(one.value for one in (*app.markdown, *app.caption))


def test_names_are_asked_for_only_where_files_do_not_tell_and_then_the_model_is_shown(files: str, tmp_path: Path) -> None:
    app = pressed(page())
    assert wording.NO_FILES[:30] in app.error[0].value.replace("\\", "")
    assert not [field for field in app.text_input if field.label in wording.NAMES.values()]
    app.text_input(key="bring-path").set_value(files)
    pressed(app)
    assert "say **Logits** logits" in app.error[0].value
    assert [field.label for field in app.text_input if field.label in wording.NAMES.values()] == list(wording.NAMES.values())
    app.text_input(key="bring-logits").set_value("logits")
    pressed(app)
    assert not app.error
    (run,) = [path.name for path in (tmp_path / "runs").iterdir() if not path.name.startswith(".")]
    about = brought.about(tmp_path / "runs" / run)
    assert wording.assumed(about) in texts(app)
    assert "p(x|z): bernoulli, assumed" in wording.assumed(about).replace("\\", "")
    assert any(f"run%3A{run}" in link.proto.url for link in app.get("link_button"))
    assert app.selectbox[0].options[-1] == "student (Your models)"  # the last of those that the file can be made of


def test_a_number_that_is_none_is_refused(files: str) -> None:
    app = page()
    app.text_input(key="bring-path").set_value(files)
    app.text_input(key="bring-noise").set_value("much")
    assert "must be a number" in pressed(app).error[0].value


def test_what_its_pixels_were_normalised_by_is_handed_to_the_import(files: str, monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, str] = {}
    monkeypatch.setattr(brought, "bring", lambda jobs, paths, options, *_: given.update(options) or refuse())
    app = page()
    app.text_input(key="bring-path").set_value(files)
    app.selectbox(key="bring-range").set_value("0.1307,0.3081")
    pressed(app)
    assert given["normalised"] == "0.1307,0.3081"
    ranges = {text: scale(text) for text in wording.RANGES}
    assert [(-one.mean / one.std, (1 - one.mean) / one.std) for one in ranges.values() if one][:2] == [(0, 1), (-1, 1)]


def test_a_model_of_other_images_is_brought_with_some_of_that_size(
    files: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [Path(one) for one in files.split(", ")]
    onnx_files.write_onnx(checkpoints.read(save_model(tmp_path / "small", tiny(side=16))), paths[0].parent)
    np.savez(tmp_path / "small.npz", images=np.random.default_rng(0).integers(0, 256, (40, 16, 16), np.uint8))

    def engine(arguments: list[str], seconds: float) -> None:
        asked = cli.parser()[0].parse_args([*arguments, "--logits", "logits"])
        import_commands.take_in(asked, asked.output)

    monkeypatch.setattr(brought, "_engine", engine)
    app = page()
    app.text_input(key="bring-path").set_value(files)
    assert "MNIST has images of 28 × 28 pixels" in pressed(app).error[0].value
    app.text_input(key="bring-own-data").set_value(str(tmp_path / "small.npz"))
    assert not pressed(app).error
    (run,) = [path for path in (tmp_path / "runs").iterdir() if not path.name.startswith(".")]
    assert checkpoints.read(run).model.side == 16
    assert "16 × 16" in brought.about(run)["pixels"]


def test_where_nobody_may_change_anything_there_is_no_form(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "looked at"))
    monkeypatch.setenv(READ_ONLY, "1")
    app = page()
    assert wording.BRING in [one.value for one in app.subheader]
    assert "for looking only" in texts(app)
    assert not [button for button in app.button if button.label == wording.READ]


def test_a_complaint_speaks_of_the_fields_and_not_of_options() -> None:
    said = wording.complaint("say --mu and --logvar, or --likelihood gaussian with --noise.")
    assert said.replace("\\", "") == "say **Mean** and **Log-variance**, or **p(x|z)** gaussian with **σ of a gaussian**."
    assert wording.asks_for_names("say --mu")
    assert not wording.asks_for_names("say --likelihood gaussian")
