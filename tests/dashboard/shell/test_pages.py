"""The pages as Streamlit runs them, without a browser."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from streamlit import config
from streamlit.testing.v1 import AppTest
from support.builders import ROOT, save_model, tiny

from dashboard.jobs import files as run_files
from dashboard.jobs.jobs import VARIABLE
from dashboard.shared import wording
from vae_engine.publish import tables
from vae_engine.stored import registry
from vae_engine.stored.checkpoints import Stored


def page(function: str) -> AppTest:
    """A page run once."""
    app = AppTest.from_string(f"from dashboard.{function} import page as {function}\n{function}.show()", default_timeout=60).run()
    assert not app.exception
    return app


def bundled() -> list[Stored]:
    """The bundled models, the best first."""
    return tables.ranked([registry.find(name) for name in registry.names()])


def test_models_page_shows_every_bundled_model_with_its_card_the_best_first() -> None:
    app = page("models")
    shown = list(app.dataframe[0].value["model"])
    assert shown == [model.name for model in bundled()]
    assert sorted(shown) == registry.names()
    assert shown[0] == "vae-mnist"
    assert [expander.label for expander in app.expander if expander.label != wording.TRUST] == shown
    numbers, best = app.dataframe[0].value.loc[0], bundled()[0].metrics
    for key in wording.METRIC_COLUMNS:
        assert (numbers[key], numbers[f"{key}_se"]) == (best[key], best[f"{key}_se"])


def test_models_page_offers_the_chosen_models_and_own_runs_as_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    save_model(tmp_path / "mine", tiny())
    app = page("models")
    names = [m.name for m in bundled()]
    first, second = app.selectbox[:2]
    assert (first.label, second.label) == (wording.ONE_FILE_MODEL, wording.ONE_FILE_BESIDE)
    assert list(first.options) == [*names, "mine (Your runs)"]
    assert list(second.options) == [wording.ONE_FILE_ALONE, *list(first.options)[1:]]
    assert second.value == next(m.name for m in bundled() if m.model.kind == "ae")
    first.set_value("ae-mnist").run()
    vaes = [m.name for m in bundled() if m.model.kind == "vae"]
    assert list(app.selectbox[1].options) == [wording.ONE_FILE_ALONE, *vaes, "mine (Your runs)"]
    app.selectbox[1].set_value("run:mine").run()
    assert not app.exception
    (button,) = app.download_button
    assert button.label == wording.ONE_FILE_BUTTON
    assert button.proto.ignore_rerun
    assert button.proto.deferred_file_id


def test_models_page_says_so_when_a_model_is_damaged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "names", lambda: ["no-such-model"])
    app = page("models")
    assert "no-such-model" in app.error[0].value
    assert app.info


def test_the_first_page_waits_for_no_large_library_that_it_does_not_use() -> None:
    program = "import sys, dashboard.shell.app; from dashboard.explore import page as explore; explore.show(); "
    program += "print(sorted({'torch', 'pandas', 'pyarrow', 'scipy'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_settings_file_turns_off_telemetry_prompts_and_the_collection_after_each_rerun() -> None:
    config.get_config_options(force_reparse=True)
    assert config.get_option("browser.gatherUsageStats") is False
    assert config.get_option("server.showEmailPrompt") is False
    assert config.get_option("server.maxUploadSize") == run_files.MAX_UPLOAD >> 20
    assert config.get_option("runner.postScriptGC") is False
