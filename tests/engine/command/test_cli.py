"""What each command prints, and that bad input gets exit code 2 and one line."""

from __future__ import annotations

import gzip
import json
import math
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.builders import save_model, tiny, tiny_settings

from vae_engine import TrainConfig, build_model
from vae_engine.command import doctor
from vae_engine.data import mnist as data
from vae_engine.exchange import bundle as export
from vae_engine.model import loading
from vae_engine.stored import checkpoints, registry
from vae_engine.stored.weights import parameter_count

Command = Callable[..., tuple[int, str, str]]
TRAIN = ["train", "--run-dir", "run", "--steps", "3", "--held-out", "20", "--device", "cpu", "--threads", "1"]


@pytest.fixture
def bundled(tmp_path: Path, tiny_vae: Path, tiny_ae: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of pretrained models with a VAE and an autoencoder in it."""
    for source in (tiny_vae, tiny_ae):
        shutil.copytree(source, tmp_path / "pretrained" / source.name)
    monkeypatch.setattr(registry, "PRETRAINED", tmp_path / "pretrained")
    return tmp_path / "pretrained"


def test_models_lists_each_with_its_hash_and_numbers(command: Command, bundled: Path) -> None:
    code, out, _ = command("models", "--json")
    rows = json.loads(out)
    assert code == 0
    assert [(row["name"], row["kind"]) for row in rows] == [("tiny-ae", "ae"), ("tiny-vae", "vae")]
    for row in rows:
        stored = checkpoints.read(bundled / row["name"])
        assert row.keys() >= {"name", "kind", "parameters", "sha256", "metrics"}
        assert (row["sha256"], row["metrics"]) == (stored.sha256, stored.metrics)
        assert row["parameters"] == parameter_count(stored.model)


def test_info_describes_a_model_by_name_or_by_folder(command: Command, bundled: Path) -> None:
    by_name, by_folder = (json.loads(command("info", what, "--json")[1]) for what in ("tiny-vae", bundled / "tiny-vae"))
    assert by_name == by_folder
    assert by_name.keys() >= {"name", "model", "train", "sha256", "parameters", "layers", "metrics"}
    assert by_name["model"] == tiny().to_dict()


def test_evaluate_prints_one_object_with_every_number_and_its_protocol(command: Command, bundled: Path) -> None:
    code, out, _ = command("evaluate", "tiny-vae", "--limit", 20, "--is-samples", 5, "--json")
    found = json.loads(out)
    assert code == 0
    asked = {"model": "tiny-vae", "protocol": "dynamic", "split": "test", "n": 20, "seed": 0, "is_samples": 5}
    assert found.items() >= asked.items()
    assert found.keys() >= {"elbo", "nll", "kl", "log_px_exact", "log_px_is", "grid"}
    assert found["elbo"] == pytest.approx(-found["nll"] - found["kl"], abs=1e-4)
    assert found["gap"] == pytest.approx(found["log_px_exact"] - found["elbo"], abs=1e-4)
    assert found["log_px_is"] < found["log_px_exact"] + 0.5
    assert checkpoints.read(bundled / "tiny-vae").metrics == {"elbo": -1.0, "protocol": "dynamic"}


def test_evaluate_keeps_its_numbers_when_asked_and_none_of_earlier_ones(command: Command, bundled: Path) -> None:
    checkpoints.write_metrics(bundled / "tiny-ae", {"elbo": -1.0, "steps": 12})
    found = json.loads(command("evaluate", "tiny-ae", "--limit", 5, "--save", "--against", "tiny-vae", "--json")[1])
    assert found.pop("against")["model"] == "tiny-vae"
    assert checkpoints.read(bundled / "tiny-ae").metrics == found | {"steps": 12}


def test_evaluate_against_another_model_is_paired_by_image(command: Command, bundled: Path) -> None:
    flags = ["--limit", 20, "--is-samples", 2]
    vae, ae, both = (
        json.loads(command("evaluate", *names, *flags, "--json")[1])
        for names in (["tiny-vae"], ["tiny-ae"], ["tiny-vae", "--against", "tiny-ae"])
    )
    against = both.pop("against")
    assert both == vae
    assert against.keys() == {"model", "nll", "nll_se"}
    assert against["nll"] == pytest.approx(vae["nll"] - ae["nll"], abs=1e-4)
    text = command("evaluate", "tiny-vae", "--against", "tiny-ae", *flags)[1]
    assert f"elbo {vae['elbo']:.2f} ± {vae['elbo_se']:.2f}\n" in text
    assert f"minus tiny-ae, image by image: nll {against['nll']:.2f} ± {against['nll_se']:.2f}\n" in text


def test_models_of_different_images_are_not_compared(command: Command, bundled: Path) -> None:
    loading.save(bundled / "other", build_model(tiny(), 0), TrainConfig(data="fashion"), {"elbo": -1.0})
    code, out, error = command("evaluate", "tiny-vae", "--against", "other")
    assert (code, out) == (2, "")
    assert "other of fashion: only models of the same images" in error


def test_truths_keeps_the_exact_numbers_of_every_test_image(
    command: Command, bundled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = data.load
    monkeypatch.setattr(data, "load", lambda split: load(split).head(2))
    assert command("truths", "tiny-vae", "--json")[0] == 0
    kept = export.read_codes(registry.find("tiny-vae"))
    assert kept is not None
    assert {name: kept[0][f"points.{name}"].shape for name in ("log_px", "elbo", "modes")} == dict.fromkeys(
        ("log_px", "elbo", "modes"), (2,)
    )
    code, _, error = command("truths", "tiny-ae")
    assert code == 2
    assert "no posterior" in error


def test_train_ends_with_one_object_with_the_final_numbers(command: Command, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    flags = [*TRAIN, *tiny_settings(), "--model", "vae", "--json"]
    flags[2] = str(folder)
    flags[3:5] = ["--seconds", "0.5"]
    code, out, _ = command(*flags)
    assert code == 0
    found = json.loads(out)
    assert found["reason"] == "budget"
    assert found["seconds"] >= 0.5
    assert found["elbo"] == pytest.approx(-found["nll"] - found["kl"], abs=1e-4)
    assert (found["protocol"], found["split"], found["n"]) == ("dynamic", "validation", 20)
    assert checkpoints.read(folder).train.seconds == 0.5


def test_train_of_an_autoencoder_reports_no_elbo_and_no_kl(command: Command, tmp_path: Path) -> None:
    flags = [*TRAIN, *tiny_settings(), "--model", "ae", "--json"]
    flags[2] = str(tmp_path / "run")
    code, out, _ = command(*flags)
    assert code == 0
    assert {"nll"} == {"nll", "elbo", "kl"} & json.loads(out).keys()


def test_exact_learning_begins_with_the_network_and_weights_of_a_model(command: Command, bundled: Path, tmp_path: Path) -> None:
    flags = [*TRAIN, "--train-size", "64", "--from", "tiny-vae", "--objective", "exact", "--points", "64", "--json"]
    flags[2] = str(tmp_path / "run")
    code, out, _ = command(*flags)
    assert code == 0
    assert {"log_px_points", "log_px_points_se", "elbo"} <= json.loads(out).keys()
    model, train = checkpoints.read_config(tmp_path / "run")
    assert model == checkpoints.read(bundled / "tiny-vae").model
    assert (train.begin, train.objective, train.points) == ("tiny-vae", "exact", 64)


def test_train_takes_the_settings_of_a_file_changed_by_flags(command: Command, tmp_path: Path, tiny_vae: Path) -> None:
    flags = [*TRAIN, "--train-size", "64", "--config", str(tiny_vae / checkpoints.CONFIG), "--spread", "softplus"]
    flags[2] = str(tmp_path / "run")
    assert command(*flags)[0] == 0
    model, train = checkpoints.read_config(tmp_path / "run")
    assert model == tiny(spread="softplus")
    assert (train.steps, train.epochs, train.seconds, train.train_size) == (3, 0, 0, 64)


def test_export_writes_a_bundle(command: Command, bundled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = data.load
    monkeypatch.setattr(data, "load", lambda split: whole(split).head(50))
    code, out, _ = command("export", "tiny-ae", "--to", "bundle", "-o", tmp_path / "out" / "ae.bundle", "--json")
    assert code == 0
    assert json.loads(out)["bytes"] == (tmp_path / "out" / "ae.bundle").stat().st_size


BAD: dict[str, list[Any]] = {
    "no command": [],
    "unknown command": ["paint"],
    "unknown model": ["info", "vae-imagenet"],
    "folder without model": ["info", "."],
    "name too long for a file": ["info", "a" * 300],
    "path too long": ["info", "a/" * 3000],
    "unknown evaluate model": ["evaluate", "nothing"],
    "unknown model to compare with": ["evaluate", "tiny-vae", "--against", "nothing"],
    "limit of zero": ["evaluate", "tiny-vae", "--limit", "0"],
    "limit in words": ["evaluate", "tiny-vae", "--limit", "many"],
    "unknown split": ["evaluate", "tiny-vae", "--split", "dev"],
    "unknown protocol": ["evaluate", "tiny-vae", "--protocol", "binary"],
    "no importance samples": ["evaluate", "tiny-vae", "--is-samples", "-5"],
    "negative seed of evaluate": ["evaluate", "tiny-vae", "--limit", "2", "--seed", "-1"],
    "enormous seed of evaluate": ["evaluate", "tiny-vae", "--limit", "2", "--seed", str(10**30)],
    "unknown export format": ["export", "tiny-vae", "--to", "pickle", "-o", "x"],
    "export without output": ["export", "tiny-vae", "--to", "bundle"],
    "no run directory": ["train"],
    "unknown kind": [*TRAIN, "--model", "gan"],
    "unknown flag": [*TRAIN, "--colour", "red"],
    "unknown device": [*TRAIN, "--device", "tpu"],
    "negative threads": [*TRAIN, "--threads", "-1"],
    "zero threads": [*TRAIN, "--threads", "0"],
    "widths in words": [*TRAIN, "--encoder-widths", "wide"],
    "width of zero": [*TRAIN, "--encoder-widths", "0"],
    "negative width": [*TRAIN, "--decoder-widths=-8,8"],
    "conv with one width": [*TRAIN, "--encoder", "conv", "--encoder-widths", "8"],
    "latent dimension of zero": [*TRAIN, "--latent-dim", "0"],
    "no budget": [*TRAIN, "--steps", "0"],
    "negative seconds": [*TRAIN, "--seconds", "-1"],
    "seconds that are no number": [*TRAIN, "--seconds", "nan"],
    "endless seconds": [*TRAIN, "--seconds", "inf"],
    "negative learning rate": [*TRAIN, "--learning-rate", "-0.1"],
    "negative seed": [*TRAIN, "--seed", "-1"],
    "exact learning of many dimensions": [*TRAIN, "--objective", "exact", "--latent-dim", "3"],
    "patience for what exact learning does not climb": [*TRAIN, "--objective", "exact", "--patience", "2"],
    "a beginning that is nowhere": [*TRAIN, "--from", "nowhere"],
    "a beginning with another decoder": [*TRAIN, "--from", "tiny-vae", "--decoder-widths", "9"],
    "missing config": [*TRAIN, "--config", "nowhere.json"],
    "config that is a folder": [*TRAIN, "--config", "."],
    "nothing to resume": ["train", "--run-dir", "nowhere", "--resume"],
    "run directory below a file": ["train", "--run-dir", "file/run", "--steps", "1"],
    "run directory that is a file": ["train", "--run-dir", "file", "--steps", "1"],
    "diverging training": [*TRAIN, *tiny_settings(), "--learning-rate", "10", "--schedule", "constant"],
    "port in words": ["doctor", "--port", "home"],
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_gets_exit_code_2_and_one_line(
    name: str, command: Command, bundled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.chdir(tmp_path)
    code, out, err = command(*BAD[name])
    assert code == 2
    assert out == ""
    assert len(err.splitlines()) == 1
    assert len(err) > 20
    assert "Traceback" not in err


def test_a_finished_run_is_trained_on_by_as_much_as_is_asked_for(command: Command, tmp_path: Path) -> None:
    flags = [*TRAIN, *tiny_settings()]
    flags[2] = str(tmp_path / "run")
    assert command(*flags)[0] == 0
    resume = ["train", "--resume", "--run-dir", flags[2]]
    before = json.loads((tmp_path / "run" / "metrics.json").read_bytes())["metrics"]["steps"]
    for more, said in (([], "say how much more"), (["--steps", "3", "--epochs", "1"], "one unit"), (["--steps", "0"], "above 0")):
        code, _, err = command(*resume, *more)
        assert code == 2
        assert said in err
        assert len(err.splitlines()) == 1
    code, out, _ = command(*resume, "--steps", "3", "--json")
    assert code == 0
    assert json.loads(out)["steps"] == before + 3


def test_training_into_an_existing_run_is_refused(command: Command, tmp_path: Path) -> None:
    flags = [*TRAIN, *tiny_settings()]
    flags[2] = str(tmp_path / "run")
    assert command(*flags)[0] == 0
    code, _, err = command(*flags)
    assert code == 2
    assert "already holds a run" in err


def test_help_names_every_setting(command: Command) -> None:
    code, out, _ = command("train", "--help")
    assert code == 0
    for flag in ("--seconds", "--latent-dim", "--encoder-widths", "--beta", "--resume", "--json"):
        assert flag in out


def test_text_is_printed_where_json_is_not_asked_for(command: Command, bundled: Path) -> None:
    for arguments in (["models"], ["info", "tiny-vae"]):
        code, out, _ = command(*arguments)
        assert code == 0
        assert "tiny-vae" in out
        with pytest.raises(ValueError, match=r"Expecting value|Extra data"):
            json.loads(out)


def checks(command: Command) -> tuple[int, dict[str, dict[str, Any]]]:
    code, out, _ = command("doctor", "--json", "--port", "8765")
    return code, {check["what"]: check for check in json.loads(out)}


def test_doctor_looks_at_everything_and_says_how_to_mend_it(command: Command, bundled: Path) -> None:
    code, found = checks(command)
    expected = {"Python", "torch", "browser", "port 8765", "model tiny-vae", "model tiny-ae"}
    assert found.keys() >= expected | {f"MNIST {split}" for split in data.SPLITS}
    assert code == (0 if all(check["ok"] for check in found.values()) else 1)
    assert all(found[what]["ok"] for what in ("Python", "torch", "model tiny-vae", "MNIST train"))


def test_doctor_finds_corrupt_data(command: Command, bundled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = tmp_path / "mnist"
    shutil.copytree(data.MNIST, copy)
    labels = bytearray(gzip.decompress((copy / "t10k-labels-idx1-ubyte.gz").read_bytes()))
    labels[50] ^= 1
    (copy / "t10k-labels-idx1-ubyte.gz").write_bytes(gzip.compress(bytes(labels)))
    whole = data.load
    monkeypatch.setattr(data, "load", lambda split: whole(split, copy))
    code, found = checks(command)
    assert code == 1
    assert found["MNIST train"]["ok"]
    assert not found["MNIST test"]["ok"]
    assert "t10k-labels" in found["MNIST test"]["found"]
    assert "git checkout" in found["MNIST test"]["remedy"]


def test_doctor_finds_an_altered_and_a_missing_model(command: Command, bundled: Path) -> None:
    path = bundled / "tiny-vae" / checkpoints.WEIGHTS
    path.write_bytes(path.read_bytes()[:-4] + b"\0\0\0\1")
    code, found = checks(command)
    assert code == 1
    assert not found["model tiny-vae"]["ok"]
    assert "SHA-256" in found["model tiny-vae"]["found"]
    assert found["model tiny-ae"]["ok"]
    shutil.rmtree(bundled)
    assert not checks(command)[1]["pretrained models"]["ok"]


def test_doctor_sees_whether_the_port_is_busy() -> None:
    import socket

    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        port = server.getsockname()[1]
        assert not doctor.port_is_free(port)
    assert doctor.port_is_free(port)
    assert not doctor.port_is_free(70_000)


def test_a_model_of_any_size_can_be_described(command: Command, tmp_path: Path) -> None:
    folder = save_model(tmp_path / "m", tiny("conv", "conv", latent_dim=3), {"nll": math.pi})
    code, out, _ = command("info", folder, "--json")
    assert code == 0
    assert json.loads(out)["metrics"] == {"nll": math.pi}
