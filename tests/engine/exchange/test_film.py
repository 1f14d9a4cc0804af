"""A film's frames: the codes and the decoder of an instant, its numbers with the step they are of; what is refused."""

from __future__ import annotations

import json
import math
import shutil
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load, save
from support.builders import attempt, short, tiny

from vae_engine.data import datasets
from vae_engine.data import mnist as data
from vae_engine.exchange import bundle as export
from vae_engine.exchange import film
from vae_engine.runs import log as run_log
from vae_engine.runs import runs, snapshots
from vae_engine.stored import forward, weights
from vae_engine.stored.config import ModelConfig
from vae_engine.stored.knobs import Turned


def trained(folder: Path, model: ModelConfig, images: data.Images) -> Path:
    """A finished run of a few steps."""
    for _ in runs.start(folder, model, short(steps=6), live=True, train_images=images, validation_images=images.head(32)):
        pass
    return folder


@pytest.fixture(scope="module")
def runs_of_both(tmp_path_factory: pytest.TempPathFactory, digits: data.Images) -> dict[str, Path]:
    """A finished run of a VAE and one of an autoencoder."""
    folder = tmp_path_factory.mktemp("runs")
    return {kind: trained(folder / kind, tiny(kind=kind), digits) for kind in ("vae", "ae")}


def opened(frame: bytes, key: str = "frame") -> tuple[dict[str, np.ndarray], dict]:
    """The tensors and the header of a frame or a cast."""
    return load(frame), json.loads(weights.notes(frame)[key])


@pytest.mark.parametrize("kind", ["vae", "ae"])
def test_a_frame_places_the_first_test_images_where_the_encoder_of_that_instant_does(
    runs_of_both: dict[str, Path], kind: str
) -> None:
    run = runs_of_both[kind]
    for step in snapshots_of(run):
        tensors, header = opened(film.frame(run, step))
        stored = snapshots.read(run, step)
        codes, std = forward.encode(stored, export.observed_shown("mnist", film.POINTS))
        low, high = (np.array(header["points"][end]) for end in ("low", "high"))
        np.testing.assert_allclose(low + tensors["points.codes"] / 65535 * (high - low), codes, atol=(high - low).max() / 65535)
        assert (header["step"], header["kind"], header["points"]["count"]) == (step, kind, film.POINTS)
        assert ("points.std" in tensors) == (kind == "vae")
        if std is not None:
            np.testing.assert_allclose(tensors["points.std"], std, rtol=1e-3)


def snapshots_of(run: Path) -> list[int]:
    return [event["step"] for event in run_log.read_all(run) if event["type"] == "snapshot"]


def test_the_decoder_in_a_frame_is_that_of_the_snapshot_and_no_encoder_is(runs_of_both: dict[str, Path]) -> None:
    run = runs_of_both["vae"]
    tensors, header = opened(film.frame(run, 4))
    stored = snapshots.read(run, 4)
    decoder = {name: weight for name, weight in tensors.items() if not name.startswith("points.")}
    assert decoder.keys() == {name for name in stored.weights if name.startswith("decoder.")}
    for name, weight in decoder.items():
        assert weight.dtype == np.float16
        np.testing.assert_array_equal(weight.astype(np.float32), stored.weights[name])
    assert header["layers"].keys() == {"decoder"}


@pytest.mark.parametrize("kind", ["vae", "ae"])
def test_the_numbers_of_an_instant_are_the_last_by_its_step_and_say_which(runs_of_both: dict[str, Path], kind: str) -> None:
    run = runs_of_both[kind]
    log = run_log.read_all(run)
    for step in snapshots_of(run):
        _, header = opened(film.frame(run, step))
        steps = [event for event in log if event["type"] == "step" and event["step"] <= step]
        measured = [event for event in log if event.get("terms") and event["step"] <= step]
        for name, events in (("training", steps), ("held_out", measured)):
            found = header[name]
            assert (found is None) == (not events)
            if found:
                terms = events[-1].get("terms", events[-1])
                assert found["step"] == events[-1]["step"]
                assert (found["nll"], found["nll_se"]) == (terms["nll"], terms["nll_se"])
                assert ("kl" in found) == (kind == "vae")
    assert header["held_out"], "a finished run was measured"


@pytest.mark.parametrize("odd", [math.inf, math.nan, 1e300])
def test_numbers_that_are_none_leave_a_frame_readable(tmp_path: Path, runs_of_both: dict[str, Path], odd: float) -> None:
    folder = tmp_path / "odd"
    shutil.copytree(runs_of_both["vae"], folder)
    step = snapshots_of(folder)[-1]
    last = next(event for event in reversed(run_log.read_all(folder)) if event["type"] == "step")
    with (folder / run_log.EVENTS).open("ab") as log:
        run_log.append(log, {**last, "step": step, "kl_se": odd})
    header = json.loads(weights.notes(film.frame(folder, step))["frame"], parse_constant=pytest.fail)
    training = header["training"]
    assert ("kl_se" in training) == math.isfinite(odd)
    assert training["elbo"] == -(training["nll"] + training["kl"])


def test_a_frame_says_the_beta_and_the_noise_by_which_its_last_step_was_taken(tmp_path: Path, digits: data.Images) -> None:
    turns = [Turned(2, "beta", 1.0, 4.0), Turned(2, "noise", 0.2, 0.3), Turned(4, "kl", True, False)]
    model = tiny(likelihood="gaussian-fixed")
    for _ in runs.start(tmp_path, model, short(steps=6), turns, train_images=digits, validation_images=digits.head(32)):
        pass
    frames = {step: opened(film.frame(tmp_path, step)) for step in snapshots_of(tmp_path)}
    assert {step: frames[step][1]["beta"] for step in (1, 2, 3, 4, 6)} == {1: 1.0, 2: 1.0, 3: 4.0, 4: 4.0, 6: 0.0}
    noises = {step: frames[step][0]["noise"] for step in (1, 2, 3, 4, 6)}
    assert noises == {step: np.float32(0.2 if step < 3 else 0.3) for step in noises}, "in full precision"
    assert {noise.shape for noise in noises.values()} == {()}


def test_the_cast_is_the_first_test_images_of_the_data_set() -> None:
    tensors, header = opened(film.cast("mnist"), "cast")
    test = datasets.load("mnist", "test")
    np.testing.assert_array_equal(tensors["points.labels"], test.labels[: film.POINTS])
    raw = data.gunzip_bounded(tensors["points.images"].tobytes(), 16 + film.POINTS * 784, "cast")
    assert raw[16:] == test.images[: film.POINTS].tobytes()
    assert header["classes"] == list("0123456789")


def test_encoders_that_take_longer_show_fewer_images() -> None:
    assert film.points_of("conv") < film.points_of("mlp") == film.points_of("residual") == film.POINTS


def torn(content: bytes) -> bytes:
    return content[: len(content) // 2]


def infinite(content: bytes) -> bytes:
    tensors = load(content)
    tensors["encoder.0.weight"] = np.full_like(tensors["encoder.0.weight"], np.inf)
    return save(tensors)


def foreign(content: bytes) -> bytes:
    return save({"hello": np.zeros(3, np.float32)})


@pytest.mark.parametrize(
    ("damage", "sentence"), [(torn, "safetensors"), (infinite, "not finite"), (foreign, "tensor"), (lambda raw: b"", "cut short")]
)
def test_a_damaged_snapshot_is_refused_in_one_line(tmp_path: Path, runs_of_both: dict[str, Path], damage, sentence: str) -> None:
    run = shutil.copytree(runs_of_both["vae"], tmp_path / "run")
    path = snapshots.path_of(run, 4)
    path.write_bytes(damage(path.read_bytes()))
    refusal = attempt(film.frame, run, 4)
    assert isinstance(refusal, str)
    assert sentence in refusal
    assert opened(film.frame(run, 3))[1]["step"] == 3, "other instants are still there"


def test_what_is_not_there_or_cannot_be_drawn_is_refused_in_one_line(
    tmp_path: Path, runs_of_both: dict[str, Path], digits: data.Images
) -> None:
    assert "step-00000077" in str(attempt(film.frame, runs_of_both["vae"], 77))
    assert "latest" in str(attempt(film.latest_frame, runs_of_both["vae"]))
    assert "config.json" in str(attempt(film.frame, tmp_path / "nowhere", 0))
    assert "3 latent dimensions" in str(attempt(film.frame, trained(tmp_path / "deep", tiny(latent_dim=3), digits), 6))


def test_the_latest_frame_is_of_the_weights_of_the_moment(tmp_path: Path, digits: data.Images) -> None:
    events = runs.start(tmp_path / "run", tiny(), short(), live=True, train_images=digits, validation_images=digits.head(32))
    for event in events:
        if type(event).__name__ == "Live":
            break
    tensors, header = opened(film.latest_frame(tmp_path / "run"))
    assert header["step"] == event.step
    np.testing.assert_array_equal(tensors["decoder.1.weight"], event.weights["decoder.1.weight"].half().numpy())
    events.close()
