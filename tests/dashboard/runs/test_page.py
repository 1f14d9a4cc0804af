"""The Runs page as Streamlit runs it, without a browser: a folder with a finished, a stopped and two damaged runs."""

from __future__ import annotations

import base64
import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest
from support.builders import short, tiny
from support.forging import parts_of, zipped

from dashboard.jobs import files as run_files
from dashboard.jobs import jobs
from dashboard.jobs.run_view import About, write_about
from dashboard.runs import shelf as run_shelf
from dashboard.runs import wording
from dashboard.runs.table import HELD_OUT, OWN, TERMS, TEST
from dashboard.train.wording import plain
from vae_engine.runs import archive as run_archive
from vae_engine.runs import runs
from vae_engine.stored import checkpoints, registry

FINISHED, STOPPED, BROKEN, ALTERED = "20260101-100000-aaaaaa", "20260101-110000-bbbbbb", "broken", "altered"
NAMES = {FINISHED: "The first", STOPPED: "Cut short"}


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of runs, none of which is to be written to."""
    folder = tmp_path_factory.mktemp("notebook")
    settings = {"train_size": 64, "steps": 12}
    list(runs.start(folder / FINISHED, tiny(), short(**settings)))
    asked = iter(range(5))
    ended = lambda: next(asked, None) is None  # noqa: E731
    list(runs.start(folder / STOPPED, tiny(kind="ae"), short(**settings), should_stop=ended))
    for place, (run, name) in enumerate(NAMES.items()):
        write_about(folder / run, About(name, "", 1_800_000_000.0 + place))
    (folder / BROKEN).mkdir()
    (folder / BROKEN / checkpoints.CONFIG).write_text("{")
    shutil.copytree(folder / FINISHED, folder / ALTERED)
    (folder / ALTERED / "about.json").unlink()
    with (folder / ALTERED / checkpoints.WEIGHTS).open("r+b") as file:
        file.seek(-1, 2)
        file.write(b"\x01")
    return folder


@pytest.fixture
def notebook(trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of that folder, which the page shows."""
    shutil.copytree(trained, tmp_path / "runs")
    monkeypatch.setenv(jobs.VARIABLE, str(tmp_path / "runs"))
    return tmp_path / "runs"


def opened(**query: str | list[str]) -> AppTest:
    """The page run once at an address."""
    app = AppTest.from_string("from dashboard.runs import page as runs\nruns.show()", default_timeout=60)
    for key, value in query.items():
        app.query_params[key] = value
    return run(app)


def run(app: AppTest) -> AppTest:
    app.run()
    assert not app.exception, app.exception[0].stack_trace
    return app


def shown(app: AppTest) -> list[str]:
    """The names in the table; none where there is no table."""
    return list(app.dataframe[0].value["name"]) if len(app.dataframe) else []


def button(app: AppTest, label: str, place: int = 0):
    return [one for one in app.button if one.label == label][place]


def tables(app: AppTest) -> list[dict[str, dict[str, str]]]:
    """What the text tables say: by setting or number, by model; their cells are Markdown without any."""
    found = []
    for table in app.table:
        said = table.value.rename(columns=_read).map(_read)
        first = said.columns[0]
        found.append({row[first]: dict(row.drop(first)) for _, row in said.iterrows()})
    return found


def _read(markdown: str) -> str:
    return re.sub(r"\\(.)", r"\1", markdown)


def test_every_model_and_run_stands_in_the_table_as_it_is(notebook: Path) -> None:
    table = opened().dataframe[0].value.set_index("name")
    assert set(table.index) == {*NAMES.values(), BROKEN, ALTERED, *registry.names()}
    assert dict(table["state"]) == {
        "The first": "finished", "Cut short": "stopped", BROKEN: "damaged", ALTERED: "damaged",
        **dict.fromkeys(registry.names(), "bundled"),
    }  # fmt: skip
    metrics = checkpoints.read(notebook / FINISHED).metrics
    assert metrics["split"] == HELD_OUT
    for term in ("elbo", "nll", "kl"):
        for name, split, numbers in (("The first", HELD_OUT, metrics), ("vae-mnist", TEST, registry.find("vae-mnist").metrics)):
            assert table.loc[name, f"{split} {term}"] == numbers[term]
            assert table.loc[name, f"{split} {term} ±"] == numbers[f"{term}_se"]
    own = table.loc[[*NAMES.values(), BROKEN, ALTERED]]
    assert own[[f"{TEST} {term}" for term in TERMS]].isna().all(axis=None)
    assert table.loc[[BROKEN, ALTERED], [f"{HELD_OUT} {term}" for term in TERMS]].isna().all(axis=None)
    assert "config.json" in table.loc[BROKEN, "message"]
    assert "SHA-256" in table.loc[ALTERED, "message"]
    assert not any(str(notebook) in message for message in table["message"])
    assert table.loc["The first", "picture"].startswith("data:image/png;base64,")
    assert table["picture"].isna().sum() == 2
    assert table.loc["The first", "seconds"] > 0


def test_a_bundled_models_validation_numbers_are_those_by_which_it_was_chosen(notebook: Path) -> None:
    stored = registry.find("vae-mnist")
    (chosen,) = (one for one in stored.metrics["selection"]["candidates"] if one["seed"] == stored.train.seed)
    table = opened().dataframe[0].value.set_index("name")
    assert table.loc["vae-mnist", f"{HELD_OUT} elbo"] == chosen["elbo"]


@pytest.mark.parametrize(("query", "names"), [
    ({"show": "own"}, {*NAMES.values(), BROKEN, ALTERED}), ({"show": "bundled"}, set(registry.names())),
    ({"show": "own", "kind": ["AE"]}, {"Cut short"}), ({"state": ["stopped", "finished"]}, set(NAMES.values())),
    ({"find": "FIRST mlp"}, {"The first"}), ({"find": "first mnist nonsense"}, set()),
    ({"data": ["MNIST"], "find": "cut"}, {"Cut short"}),
    ({"show": "nonsense", "state": "nonsense"}, {*NAMES.values(), BROKEN, ALTERED, *registry.names()}),
])  # fmt: skip
def test_a_filter_in_the_address_shows_what_fits_it(notebook: Path, query: dict, names: set[str]) -> None:
    app = opened(**query)
    assert set(shown(app)) == names
    assert bool(names) is not any(one.value == wording.NOTHING_FITS for one in app.info)


def test_pins_in_the_address_stand_side_by_side_and_unknown_ones_are_told(notebook: Path) -> None:
    app = opened(pin=f"{OWN}{FINISHED},ae-mnist,gone,{OWN}../x")
    assert [one.value for one in app.subheader[:2]] == ["The first", plain("ae-mnist")]
    assert app.warning[0].value == plain(wording.unknown_pins(["gone", f"{OWN}../x"]))
    app.multiselect[-1].set_value([f"{OWN}{STOPPED}"])
    run(app)
    assert app.subheader[0].value == "Cut short"
    assert app.query_params["pin"] in (f"{OWN}{STOPPED}", [f"{OWN}{STOPPED}"])


def test_own_runs_and_bundled_models_are_told_apart_in_every_list(notebook: Path) -> None:
    app = opened()
    table = app.dataframe[0].value.set_index("name")
    assert (table.loc["The first", "state"], table.loc["vae-mnist", "state"]) == ("finished", "bundled")
    options = app.multiselect[-1].options
    assert "vae-mnist (bundled)" in options
    assert "The first" in options


def test_only_four_stand_side_by_side(notebook: Path) -> None:
    app = opened(pin=",".join(registry.names()[:5]))
    assert [one.value for one in app.info] == [wording.TOO_MANY]
    assert [one.value for one in app.subheader[:-1]] == [*map(plain, registry.names()[:4])]


def test_what_differs_in_the_settings_is_all_that_is_listed(notebook: Path) -> None:
    numbers, told = tables(opened(pin="vae-beta-0.5,vae-beta-4"))
    assert told == {"β": {"vae-beta-0.5": "0.5", "vae-beta-4": "4"}}
    metrics = registry.find("vae-beta-4").metrics
    assert numbers["log p(x) (test)"]["vae-beta-4"] == wording.figure(metrics["log_px_exact"], metrics["log_px_exact_se"])
    app = opened(pin=f"vae-beta-1,{OWN}{FINISHED},{OWN}{STOPPED}")
    numbers, told = tables(app)
    assert told["Estimator"] == {"vae-beta-1": "B", "The first": "B", "Cut short": "–"}
    assert numbers["ELBO (test)"]["The first"] == "–"


def test_the_maps_show_the_same_images_and_pictures_state_their_range(notebook: Path) -> None:
    app = opened(pin=f"{OWN}{FINISHED},ae-mnist")
    figure = json.loads(next(one for one in app.get("plotly_chart") if one.key == "maps").proto.spec)
    images = [sorted(i for t in figure["data"] if t["xaxis"] == axis for i in _values(t["customdata"])) for axis in ("x", "x2")]
    assert images[0] == images[1] == list(range(run_shelf.IMAGES))
    by_id = {row.id: row for row in run_shelf.rows()}
    alts = [picture.alt for one in app.image for picture in one.proto.imgs]
    for one in (f"{OWN}{FINISHED}", "ae-mnist"):
        assert wording.manifold_range(by_id[one], run_shelf.own_gaussian(by_id[one]), 20) in alts
    assert [wording.sampled(by_id["ae-mnist"], own) in alts for own in (False, True)] == [True, True]
    assert wording.sampled(by_id[f"{OWN}{FINISHED}"], True) not in alts


def test_a_run_whose_own_images_are_gone_has_all_but_its_map_and_says_why(notebook: Path) -> None:
    place = notebook / FINISHED / checkpoints.CONFIG
    config = json.loads(place.read_text())
    config["train"]["data"] = "/nowhere/mine.npz"
    place.write_text(json.dumps(config))
    app = opened(pin=f"{OWN}{FINISHED}")
    assert any("no images at" in _read(one.value) for one in app.warning)
    assert not [one for one in app.get("plotly_chart") if one.key == "maps"]
    assert [picture.alt for one in app.image for picture in one.proto.imgs]


def _values(packed: list[int] | dict[str, str]) -> list[int]:
    """An array of a Plotly figure, which may be packed."""
    return packed if isinstance(packed, list) else np.frombuffer(base64.b64decode(packed["bdata"]), packed["dtype"]).tolist()


def upload(app: AppTest, content: bytes, name: str = "a run.zip") -> AppTest:
    app.file_uploader[0].set_value((name, content, "application/zip"))
    return run(app)


def test_an_uploaded_run_is_what_was_downloaded(notebook: Path) -> None:
    content = run_files.packed(notebook / FINISHED)
    app = upload(opened(), content)
    (new,) = {path.name for path in notebook.iterdir()} - {FINISHED, STOPPED, BROKEN, ALTERED, ".queue"}
    assert app.subheader[0].value == "a run"
    assert app.query_params["pin"] in (f"{OWN}{new}", [f"{OWN}{new}"])
    for one in (checkpoints.CONFIG, checkpoints.METRICS, checkpoints.WEIGHTS, "snapshots/step-00000012.safetensors"):
        assert (notebook / new / one).read_bytes() == (notebook / FINISHED / one).read_bytes()
    assert not (notebook / new / run_archive.STATE).exists()


def test_hostile_uploads_are_refused_in_one_sentence_and_leave_nothing(notebook: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parts = parts_of(run_files.packed(notebook / FINISHED))
    config = json.loads(parts["config.json"])
    elsewhere = config | {"train": config["train"] | {"data": "/etc"}}
    forged = {
        "no zip": (b"x" * 100, "not a run file"),
        "a path out": (zipped(parts | {"../x": b"x"}), "no part of a run"),
        "other weights": (zipped(parts | {"model.safetensors": parts["model.safetensors"][:-4] + b"abcd"}), "SHA-256"),
        "own images": (zipped(parts | {"config.json": json.dumps(elsewhere).encode()}), "names images"),
        "a bomb": (zipped(parts | {"snapshots/step-00000099.safetensors": bytes(3 * 2**20)}), "unpacks to more than 2 MiB"),
    }  # fmt: skip
    before = {path.name for path in notebook.iterdir()}
    monkeypatch.setattr(jobs.shared(), "limits", jobs.Limits(unpacked=2 * 2**20))
    app = opened()
    for name, (content, why) in forged.items():
        upload(app, content, f"{name}.zip")
        (error,) = app.error
        assert why in _read(error.value), name
        assert error.value.startswith("The file")
        assert len(error.value.splitlines()) == 1
    assert {path.name for path in notebook.iterdir()} - before <= {".queue"}


def test_a_deleted_run_comes_back_when_asked(notebook: Path) -> None:
    app = opened(pin=f"{OWN}{FINISHED},vae-mnist")
    button(app, wording.DELETE).click()
    run(app)
    assert "The first" not in shown(app)
    assert [one.value for one in app.subheader[:-1]] == [plain("vae-mnist")]
    assert app.warning[0].value == plain(wording.deleted("The first"))
    button(app, wording.UNDO).click()
    run(app)
    assert "The first" in shown(app)
    # Nobody sent cookies here, and without them the server takes no upload.
    assert [one.value for one in app.warning] == [wording.NO_UPLOADS]


def test_a_run_is_renamed_and_an_impossible_name_is_refused_in_a_sentence(notebook: Path) -> None:
    app = opened(pin=f"{OWN}{FINISHED}")
    for name, complaint in (("Another", ""), ("\a", "printable")):
        next(one for one in app.text_input if one.label == wording.NEW_NAME).set_value(name)
        run(app)
        button(app, wording.RENAME).click()
        run(app)
        assert [one for one in app.error if complaint in one.value] == list(app.error)
        assert bool(complaint) == bool(app.error)
        assert app.subheader[0].value == "Another"


def test_a_run_whose_own_images_are_gone_is_not_handed_around_and_their_path_is_not_shown(notebook: Path) -> None:
    config = json.loads((notebook / STOPPED / "config.json").read_text())
    config["train"]["data"] = "/secret/place/cats"
    (notebook / STOPPED / "config.json").write_text(json.dumps(config))
    app = opened(pin=f"{OWN}{STOPPED}")
    assert app.download_button[0].disabled
    assert any(wording.DOWNLOAD_WITHOUT_IMAGES in one.value for one in app.markdown)
    assert app.dataframe[0].value.set_index("name").loc["Cut short", "data"] == "cats"
    assert not any("secret" in str(one.value) for one in (*app.markdown, *app.subheader, *app.multiselect))


def test_what_a_stranger_wrote_is_shown_as_it_is_and_fetches_nothing(notebook: Path) -> None:
    hostile = "![x](https://elsewhere.test/x.png)"
    write_about(notebook / FINISHED, About(hostile, "", 1.0))
    config = json.loads((notebook / FINISHED / "config.json").read_text())
    config["train"]["classes"][3] = hostile
    (notebook / FINISHED / "config.json").write_text(json.dumps(config))
    metrics = json.loads((notebook / FINISHED / "metrics.json").read_text())
    metrics["metrics"] |= {"protocol": hostile, "nll": "many", "latent": {"kl_per_dimension": "x"}}
    (notebook / FINISHED / "metrics.json").write_text(json.dumps(metrics))
    app = opened(pin=f"{OWN}{FINISHED},{OWN}{STOPPED},{hostile}")
    assert app.subheader[0].value == plain(hostile)
    written = [*app.markdown, *app.subheader, *app.warning, *app.info, *app.error]
    assert not any("](http" in one.value for one in written)
    assert not any("](http" in table.value.to_csv() for table in app.table)
    cells = app.dataframe[0].value.set_index("name").loc[hostile]
    assert not isinstance(cells[f"{HELD_OUT} nll"], str)
    assert cells[f"{HELD_OUT} elbo"] == metrics["metrics"]["elbo"]


def test_without_own_runs_the_page_says_where_they_come_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(jobs.VARIABLE, str(tmp_path / "none"))
    app = opened()
    assert [one.value for one in app.info] == [wording.NO_RUNS]
    assert set(shown(app)) == set(registry.names())


def test_the_beta_ladder_is_drawn_from_the_models_own_numbers(notebook: Path) -> None:
    app = opened()
    ladder = sorted((one for one in map(registry.find, registry.names()) if "beta" in one.name), key=lambda one: one.train.beta)
    figure = json.loads(next(one for one in app.get("plotly_chart") if one.key == "group-chart").proto.spec)
    nll, widest, narrowest, active = (one for one in figure["data"] if one["mode"] == "markers")
    assert nll["x"] == [f"{one.train.beta:g}" for one in ladder]
    assert nll["y"] == [one.metrics["nll"] for one in ladder]
    kl = [sorted(one.metrics["latent"]["kl_per_dimension"], reverse=True) for one in ladder]
    assert [widest["y"], narrowest["y"]] == [[one[0] for one in kl], [one[1] for one in kl]]
    assert active["y"] == [one.metrics["latent"]["active_units"] for one in ladder]
    assert any(wording.figure(ladder[0].metrics["kl"]) in one.value and "β = 0 still draws" in one.value for one in app.markdown)


@pytest.mark.parametrize("typed", ["", "-1", "1,5", str(2**31)])
def test_an_impossible_seed_is_told_and_nothing_is_drawn(typed: str) -> None:
    app = opened(show="bundled", pin="vae-mnist")
    drawn = len(app.get("image"))
    app.text_input(key="seed").set_value(typed)
    assert [one.value for one in run(app).error] == [f"The seed must be a whole number from 0 to {2**31 - 1:,}."]
    assert len(app.get("image")) < drawn
    app.text_input(key="seed").set_value("7")
    assert not run(app).error
    assert len(app.get("image")) == drawn
