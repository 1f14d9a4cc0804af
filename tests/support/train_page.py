"""What the tests of the Train page share: a folder of runs where nothing starts, and the page as Streamlit runs it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.jobs import jobs as jobs_module
from dashboard.jobs.jobs import Jobs, Limits
from vae_engine.data import fetched

PROGRAM = "from dashboard.train import page as train\ntrain.show()"


@pytest.fixture
def jobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Jobs:
    """A folder of runs where nothing ever starts, and no process stands by."""
    one = Jobs(tmp_path / "runs", Limits(running=0))
    monkeypatch.setattr(jobs_module, "shared", lambda asking=None: one)
    monkeypatch.setattr(one, "keep_spare", lambda: None)
    monkeypatch.setenv(fetched.VARIABLE, str(tmp_path / "nothing-fetched"))
    return one


@pytest.fixture
def page(jobs: Jobs) -> Callable[..., AppTest]:
    """Opens the page at an address."""

    def opened(**query: str) -> AppTest:
        app = AppTest.from_string(PROGRAM, default_timeout=60)
        for key, value in query.items():
            app.query_params[key] = value
        return ran(app)

    return opened


def ran(changed: Any) -> AppTest:
    """The page after it ran with what was changed on it."""
    app = changed.run()
    assert not app.exception
    return app


def start(app: AppTest) -> Any:
    return app.button(key="train-start")


def complaints(app: AppTest) -> list[str]:
    return [re.sub(r"\\(.)", r"\1", error.value) for error in app.error]
