"""A task on a training run of the student's own, judged by the run's log."""

from __future__ import annotations

import math

from dashboard.jobs.run_view import RunView
from dashboard.shared.wording import number
from dashboard.stock.material import Material
from dashboard.worksheet.task import ModelAnswer, Task
from dashboard.worksheet.verdict import Verdict
from vae_engine.experiments import BUNDLED
from vae_engine.experiments import result as experiment_result

_PASSED = -180.0
_LEAST_STEPS = 5
_MODEL = ("wake-sleep", "elbo-2", "AEVB, test")
"""The bundled experiment, its chart and its curve that a model answer is read off."""


def _check_run(material: Material, run: RunView) -> Verdict:
    name = run.about.name
    if run.configs is None:
        return Verdict(False, f"{name} cannot be read: {run.message}")
    model, train = run.configs
    if model.kind != "vae" or train.data != "mnist":
        return Verdict(False, f"{name} is no VAE on MNIST: choose one for this task.")
    steps = [event for event in run.log.events if event["type"] == "step"]
    if len(steps) < _LEAST_STEPS:
        return Verdict(False, f"{name} has hardly begun: send it again when it has trained for a while.")
    elbos = [-(event["nll"] + event["kl"]) for event in steps]
    passed = next((event for event, elbo in zip(steps, elbos, strict=True) if elbo > _PASSED), None)
    kls = [float(event["kl"]) for event in steps]
    told = f"its KL was {number(kls[0])} nats at first, {number(min(kls))} at its least and is {number(kls[-1])} now."
    if passed is None:
        best = number(max(elbos), 1)
        return Verdict(False, f"{name} has not passed {number(_PASSED, 0)} nats yet, its best is {best}; {told} Train it on.")
    images = passed["step"] * train.batch_size
    return Verdict(
        True,
        f"{name} passed {number(_PASSED, 0)} nats by step {passed['step']:,}, after {images:,} training images at most; {told}",
    )


def _answer_run(material: Material) -> ModelAnswer:
    experiment, chart, name = _MODEL
    charts = experiment_result.read(BUNDLED / experiment).findings.charts
    curve = next(one for one in next(one for one in charts if one.name == chart).curves if one.name == name)
    images = next((x for x, y in zip(curve.x, curve.y, strict=True) if y > _PASSED), math.nan)
    return ModelAnswer(
        f"It depends on the run; any VAE on MNIST that gets there will do. In the Lab's experiment {experiment} the test ELBO "
        f"with two latent dimensions is first above {number(_PASSED, 0)} nats at {images:,.0f} images.",
        "",
        "They should say that a q that is the prior for every image costs no KL and says nothing of the image. To reconstruct, z "
        "must tell images apart, and that is what the KL counts: it rises as long as a nat of it wins more than a nat of nll.",
    )


RUN_TASKS = (
    Task(
        name="own-run",
        step="beta",
        short="Your run",
        title="What the KL does in training",
        form="run",
        text=lambda material: (
            f"Train a VAE on MNIST on the Train page until −(nll + KL) has passed {number(_PASSED, 0)} nats, and send the run "
            "from there: this sheet says by how many images that was, and what the KL did. The KL counts against the ELBO: why "
            "does it rise all the same?"
        ),
        check=_check_run,
        hint="Press “Do it on Train” here: it takes the task along, and “Send to worksheet” then stands above the run, while it "
        "trains and afterwards. Any recipe with a VAE will do. Look at the curve of the KL: how much does q say of an image at "
        "the beginning?",
        answer=_answer_run,
    ),
)
