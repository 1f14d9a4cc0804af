"""The experiments of the lectures, by name. One module each, whose `measure` does the work; listing them imports no torch."""

from __future__ import annotations

import importlib
import importlib.metadata
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass

from vae_engine.base.errors import EngineError
from vae_engine.base.places import CODE, installed, place
from vae_engine.base.remedies import DISTRIBUTION
from vae_engine.experiments.result import Result

BUNDLED = place("assets/experiments")
"""A folder of result.json and curves.csv for each experiment, in its full form."""

SCALES = ("tiny", "quick", "full")
"""For a test, under a minute, under ten minutes on two cores."""

Report = Callable[[str, float], None]
"""Told what is being done and the share that is done, 0 to 1."""


@dataclass(frozen=True)
class Experiment:
    """An experiment's name on the command line, its title, and the question it answers."""

    name: str
    title: str
    question: str


EXPERIMENTS = (
    Experiment(
        "gradient-estimators", "Gradient estimators",
        "Reparameterisation and score function estimate the same gradient. How much noisier is the one, and what does that cost?",
    ),
    Experiment(
        "wake-sleep", "Wake-sleep against AEVB",
        "Given the same networks and the same number of images, is one objective better than two?",
    ),
    Experiment(
        "log-linear-em", "Log-linear latent model with EM",
        "How far does exact inference over a discrete latent go, and where does it stop?",
    ),
    Experiment(
        "bound-estimators", "Estimators of the bound",
        "How do A, B and the IWAE bound spread, and how many samples does log p(x) take?",
    ),
    Experiment(
        "likelihoods", "Likelihoods",
        "What changes when the same networks model pixels as bits, as grey values, or as Gaussians with a spread of their own?",
    ),
    Experiment(
        "posterior-spread", "Posterior spread",
        "What are deeper encoders, another parameterisation of σ, or a full covariance worth in nats?",
    ),
    Experiment(
        "collapse", "Latent variable collapse",
        "When does a latent variable stop carrying information, and what helps?",
    ),
    Experiment(
        "latent-dimension", "Latent dimension",
        "What does it cost to have only two latent dimensions, and how many are used when there are more?",
    ),
    Experiment(
        "autoencoders", "The family of autoencoders",
        "Which autoencoder can be sampled from, when each is given a fair chance?",
    ),
    Experiment(
        "convolutional", "Convolutional against fully connected",
        "Are convolutions worth it at equal parameters, and at equal time?",
    ),
    Experiment(
        "posterior-methods", "Ways to the posterior",
        "How do sampling, annealing, Laplace and fitted Gaussians do on the posterior of real images, where the truth is known?",
    ),
)  # fmt: skip


def named(name: str) -> Experiment:
    """The experiment of a name. Raises EngineError when there is none."""
    for one in EXPERIMENTS:
        if one.name == name:
            return one
    raise EngineError(f"There is no experiment called {name!r}; choose one of {', '.join(e.name for e in EXPERIMENTS)}.")


def run(name: str, scale: str, seed: int, report: Report) -> Result:
    """Do an experiment in one of SCALES. Raises EngineError for an unknown name."""
    experiment = named(name)
    module = importlib.import_module(f"{__name__}.{name.replace('-', '_')}.measure")
    started = time.monotonic()
    findings = module.measure(scale, seed, report)
    command = f"python -m vae_engine experiment {name}" + (" --quick" if scale == "quick" else "") + f" --seed {seed}"
    seconds = round(time.monotonic() - started, 1)
    return Result(name, experiment.title, experiment.question, scale, seed, command, _commit(), seconds, findings)


def _commit() -> str:
    """The commit that this program is of, as far as git knows; of an installed copy its version."""
    if installed():
        return importlib.metadata.version(DISTRIBUTION)
    try:
        asked = subprocess.run(["git", "rev-parse", "HEAD"], cwd=CODE, capture_output=True, text=True, timeout=5)
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    return asked.stdout.strip() if asked.returncode == 0 else "unknown"
