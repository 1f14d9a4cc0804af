"""Fixtures shared by all tests, and one thread each so that they do not fight for processors."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
from hypothesis import HealthCheck, settings
from support.builders import ROOT, save_model, tiny

from dashboard.jobs.jobs import VARIABLE
from vae_engine.command import cli
from vae_engine.data import mnist as data
from vae_engine.exchange import bundle

os.environ["OMP_NUM_THREADS"] = "1"
torch.set_num_threads(1)

settings.register_profile("here", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("here")


@pytest.fixture(scope="session", autouse=True)
def _runs_of_the_tests(tmp_path_factory: pytest.TempPathFactory) -> None:
    """No test sees the runs of whoever works here, or leaves some among them."""
    os.environ[VARIABLE] = str(tmp_path_factory.mktemp("runs"))


@pytest.fixture(autouse=True)
def _images_of_one_test() -> Iterator[None]:
    """What a test made of a few images is not what the next one is given for all of them."""
    yield
    bundle._observed_shown.cache_clear()
    bundle._packed_shown.cache_clear()


@pytest.fixture(autouse=True)
def _denormal_numbers() -> Iterator[None]:
    """Training flushes numbers too small to matter to zero, for the whole process: undo that after each test."""
    yield
    torch.set_flush_denormal(False)


@pytest.fixture(scope="session")
def digits() -> data.Images:
    """The first 64 test images."""
    return data.load("test").head(64)


@pytest.fixture(scope="session")
def tiny_vae(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an untrained tiny VAE; not to be written to."""
    return save_model(tmp_path_factory.mktemp("models") / "tiny-vae", tiny())


@pytest.fixture(scope="session")
def tiny_ae(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an untrained tiny autoencoder; not to be written to."""
    return save_model(tmp_path_factory.mktemp("models") / "tiny-ae", tiny(kind="ae"))


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[..., tuple[int, str, str]]]:
    """Runs one command line in this process; its exit code, stdout and stderr."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def run(*arguments: object) -> tuple[int, str, str]:
        try:
            code = cli.main([str(argument) for argument in arguments])
        except SystemExit as exit:
            code = int(exit.code or 0)
        return code, *capsys.readouterr()

    yield run
    for number, handler in handlers.items():
        signal.signal(number, handler)


@pytest.fixture
def start_python() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts Python processes in the root of the repository; whatever is still running at the end is killed."""
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: object) -> subprocess.Popen[str]:
        command = [sys.executable, "-W", "error", *map(str, arguments)]
        process = subprocess.Popen(command, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()
