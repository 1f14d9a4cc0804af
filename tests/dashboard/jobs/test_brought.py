"""Models that other programs wrote, among the runs: each read once, whole or not at all, and nothing is said of a training."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from support.builders import ROOT, one_line, save_model, tiny
from support.explorer_page import in_short

from dashboard.jobs import brought
from dashboard.jobs.jobs import VARIABLE, Jobs
from dashboard.runs import table
from dashboard.runs.groups import groups
from dashboard.stock import catalogue, own_runs
from dashboard.train.wording import why_not_in_explore
from vae_engine.base.errors import EngineError
from vae_engine.command import cli
from vae_engine.exchange.exports import onnx_files
from vae_engine.stored import checkpoints

GREY = {"data": "mnist", "protocol": "grey"}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """What torch wrote: two files, each with its weights in another."""
    place = tmp_path_factory.mktemp("foreign")
    with zipfile.ZipFile(ROOT / "tests" / "fixtures" / "foreign.zip") as packed:
        packed.extractall(place, [name for name in packed.namelist() if name.startswith("torch_default/")])
    return [place / "torch_default" / f"{part}.onnx" for part in ("encoder", "decoder")]


@pytest.fixture(scope="module")
def runs(files: list[Path], tmp_path_factory: pytest.TempPathFactory) -> tuple[Jobs, str]:
    """A folder of runs with a model that was brought."""
    jobs = Jobs(tmp_path_factory.mktemp("runs"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(brought, "_engine", lambda arguments, seconds: cli.main([*arguments, "--json"]))  # spares a process
        return jobs, brought.bring(jobs, files, GREY)


def test_the_same_files_are_read_once_wherever_they_lie_and_in_whatever_order(
    runs: tuple[Jobs, str], files: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs, run = runs
    monkeypatch.setattr(brought, "_import", lambda *arguments: pytest.fail("read again"))
    elsewhere = []
    for path in files:
        for part in (path, path.with_name(f"{path.name}.data")):
            (tmp_path / part.name).write_bytes(part.read_bytes())
        elsewhere.insert(0, tmp_path / path.name)
    assert brought.bring(jobs, elsewhere, GREY) == run


def test_other_weights_or_other_options_are_another_model(
    runs: tuple[Jobs, str], files: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs, _ = runs

    def refuse(*arguments: object) -> None:
        raise EngineError("read again")

    monkeypatch.setattr(brought, "_import", refuse)
    with pytest.raises(EngineError, match="read again"):
        brought.bring(jobs, files, {**GREY, "likelihood": "gaussian"})
    for path in files:
        (tmp_path / path.name).write_bytes(path.read_bytes())
        (tmp_path / f"{path.name}.data").write_bytes(path.with_name(f"{path.name}.data").read_bytes()[:-1] + b"\1")
    with pytest.raises(EngineError, match="read again"):
        brought.bring(jobs, [tmp_path / path.name for path in files], GREY)


def test_a_model_that_was_brought_stands_among_the_models_without_a_training(
    runs: tuple[Jobs, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs, run = runs
    assert brought.about(jobs.run_folder(run))["likelihood"] == "bernoulli, assumed"
    monkeypatch.setenv(VARIABLE, str(jobs.folder))
    (choice,) = own_runs.choices()
    assert (choice.name, choice.title, choice.group, choice.kind) == (f"run:{run}", "torch_default", "Your models", "vae")
    (row,) = table.Notebook().rows(jobs)
    assert (row.state, row.is_finished, row.has_model) == (table.IMPORTED, True, True)
    told = {name: value for name, value in table.settings(row).items() if value not in (table.NOTHING, "no")}
    assert told.keys() == {"kind", "latent_dim", "side", "likelihood", "spread", "data", "classes", "protocol"}
    assert table.architecture(row) == "3 layers → 3 layers"
    assert groups([row, row, row]) == []  # it has no settings in which it could differ
    with pytest.raises(EngineError, match="trained elsewhere"):
        jobs.train_on(run, "epochs", 1.0)


def test_a_browser_is_asked_of_a_model_that_was_brought_until_one_of_its_owner_has_answered(
    runs: tuple[Jobs, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs, run = runs
    monkeypatch.setenv(VARIABLE, str(jobs.folder))
    name = f"run:{run}"
    asked, bundled = catalogue.library((name, "ae-mnist-small")), catalogue.library(("ae-mnist-small",))
    assert [bool(address) for address in asked.probes] == [True, False]
    assert bundled.probes == ()
    answer = {"browser": "Chrome 156", "differs_by": {"encoder": 1e-6, "decoder": 2e-6}}
    own_runs.keep_answer(name, answer, "a stranger")
    own_runs.keep_answer(name, {"differs_by": "none"}, None)
    assert brought.about(jobs.run_folder(run))["in_browser"] is None
    own_runs.keep_answer(name, answer, None)
    assert brought.about(jobs.run_folder(run))["in_browser"] == answer
    told = catalogue.library((name, "ae-mnist-small"))
    assert (told.probes, told.id) == ((), asked.id)


@pytest.mark.parametrize(
    ("given", "options", "said"),
    in_short(
        ([], {"mu": "nobody"}, "has no value called 'nobody'"),
        (["nothing.onnx"], {}, "nothing.onnx is not a file"),
        (["nothing.txt"], {}, "Give an encoder's and a decoder's file"),
        ([], {"noise": "0.5"}, "has no noise to set"),
    ),
)
def test_what_cannot_be_read_leaves_nothing(
    given: list[str], options: dict[str, str], said: str, files: list[Path], tmp_path: Path
) -> None:
    with pytest.raises(EngineError, match=said) as caught:
        brought.bring(Jobs(tmp_path / "runs"), [tmp_path / name for name in given] or files, options)
    assert one_line(caught.value)
    assert not (tmp_path / "runs").exists() or not list((tmp_path / "runs").iterdir())


def test_a_model_is_measured_with_the_pixels_of_the_others_and_still_told_to_be_imported(
    runs: tuple[Jobs, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs, run = runs
    monkeypatch.setattr(brought, "MEASURED", 4)
    monkeypatch.setattr(brought, "_engine", lambda arguments, seconds: cli.main([*arguments, "--json"]))
    about = brought.about(jobs.run_folder(run))
    brought.measure(jobs.run_folder(run))
    row = table.of_run(jobs.view(run))
    assert (row.state, row.numbers["test"].n, row.numbers["test"].protocol) == (table.IMPORTED, 4, "dynamic")
    assert row.numbers["test"].terms.keys() >= {"elbo", "nll", "kl", "log_px_exact"}
    assert brought.about(jobs.run_folder(run)) == about


def test_where_nobody_may_change_anything_nothing_is_read(files: list[Path], tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="for looking only"):
        brought.bring(Jobs(tmp_path, read_only=True), files, GREY)


def test_a_reader_that_takes_too_long_is_ended(files: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(brought, "SECONDS", 0.01)
    with pytest.raises(EngineError, match="too long to wait for"):
        brought.bring(Jobs(tmp_path), files, GREY)


@pytest.mark.parametrize(
    ("paths", "name"),
    [
        (["work/my_vae_encoder.onnx", "work/my_vae_decoder.onnx"], "my_vae"),
        (["work/encoder.onnx", "work/decoder.onnx"], "work"),
        (["work/whole.onnx"], "whole"),
        (["run 3/final_model"], "run 3"),
        (["encoder.json", "decoder.json", "vae.weights.h5"], "model"),
    ],
)
def test_a_model_is_called_as_its_files_are(paths: list[str], name: str) -> None:
    assert brought.called([Path(path) for path in paths]) == name


def test_a_model_of_more_dimensions_is_opened_on_a_plane_and_one_of_one_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(brought, "_engine", lambda arguments, seconds: cli.main([*arguments, "--json"]))
    monkeypatch.setenv(VARIABLE, str(tmp_path / "runs"))
    jobs = Jobs(tmp_path / "runs")

    def files(dimensions: int) -> list[Path]:
        own = checkpoints.read(save_model(tmp_path / str(dimensions), tiny(latent_dim=dimensions)))
        onnx_files.write_onnx(own, tmp_path / f"student {dimensions}")
        return [tmp_path / f"student {dimensions}" / f"{part}.onnx" for part in ("encoder", "decoder")]

    said = {**GREY, "logits": "logits"}
    five = files(5)
    run = brought.bring(jobs, five, said)
    assert brought.bring(jobs, five, {**said, "plane": "axes:0,3"}) != run
    assert {choice.kind for choice in own_runs.choices()} == {"vae"}
    view = jobs.view(run)
    assert why_not_in_explore(view.configs, view) == ""
    with pytest.raises(EngineError, match="one latent dimension, and a map shows two") as caught:
        brought.bring(jobs, files(1), said)
    assert one_line(caught.value)
    assert len(own_runs.choices()) == 2
