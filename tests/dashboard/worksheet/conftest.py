"""What the tests of the worksheet share: the models it is about, and a run of one's own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.own_run import write_run

from dashboard.jobs import jobs
from dashboard.stock import catalogue
from dashboard.stock.material import Material


@pytest.fixture(scope="module")
def subject() -> Material:
    return catalogue.material()


@pytest.fixture(scope="module")
def own_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A run of one's own, for the task that asks for one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(jobs.VARIABLE, str(tmp_path_factory.mktemp("runs")))
        write_run(jobs.runs_dir())
        yield
