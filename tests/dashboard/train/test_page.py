"""The Train page as Streamlit runs it, without a browser; nothing is trained here."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest
from support.builders import short, tiny
from support.train_page import complaints, jobs, page, ran, start

from dashboard.jobs.jobs import Jobs, Limits
from dashboard.train import presets, wording
from dashboard.train import settings as run_settings
from dashboard.train.settings import GROUPS, SPECS
from vae_engine.base import remedies
from vae_engine.base.errors import EngineError
from vae_engine.command import cli, train_flags
from vae_engine.data import datasets, fetched, own
from vae_engine.data.mnist import Images
from vae_engine.data.sets.catalogue import SETS
from vae_engine.stored import weights

__all__ = ["jobs", "page"]

NUMBERS = [
    name for group in GROUPS.values() for name in group
    if run_settings.is_number(name)
]  # fmt: skip
ONLY_EXACT = ("points", "encoder_share")
KINDS = tuple(f"kind {label}" for label in range(10))


def test_it_opens_on_the_lecture_demo_with_everything_folded(page: Callable[..., AppTest]) -> None:
    app = page()
    demo = presets.presets()[0]
    assert app.radio(key="train-preset").value == demo.name
    assert app.code[0].value == run_settings.command(demo.model, demo.train)
    assert f"{weights.parameter_count(demo.model):,}" in app.markdown[0].value
    assert [tab.label for tab in app.tabs] == list(GROUPS)
    assert not app.expander[0].proto.expanded
    assert not start(app).disabled


def test_every_preset_fills_in_the_form(page: Callable[..., AppTest]) -> None:
    app = page()
    for preset in presets.presets():
        ran(app.radio(key="train-preset").set_value(preset.name))
        assert app.code[0].value == run_settings.command(preset.model, preset.train), preset.name
        assert f"{weights.parameter_count(preset.model):,}" in "".join(one.value for one in app.markdown), preset.name


def test_choices_and_help_are_those_of_the_settings(page: Callable[..., AppTest]) -> None:
    app = page()
    ran(app.selectbox(key="train-likelihood").set_value("gaussian-fixed"))  # the one that has a noise to give
    names = [name for group in GROUPS.values() for name in group if name not in ONLY_EXACT]
    for name in (*names, *ONLY_EXACT):
        if name == ONLY_EXACT[0]:
            ran(app.selectbox(key="train-objective").set_value("exact"))
        meta, key = SPECS[name].metadata, f"train-{name}"
        if meta["choices"]:
            widget = app.selectbox(key=key)
            assert len(widget.options) == len(meta["choices"])
        else:
            widget = (app.toggle if isinstance(SPECS[name].default, bool) else app.text_input)(key=key)
        assert widget.help == meta["help"]


def test_a_changed_setting_reaches_the_command_and_can_be_taken_back(page: Callable[..., AppTest]) -> None:
    app = page()
    app.text_input(key="train-beta").set_value("4")
    app.text_input(key="train-encoder_widths").set_value("64, 32")
    ran(app)
    words = shlex.split(app.code[0].value)
    assert words[words.index("--beta") + 1] == "4.0"
    assert words[words.index("--encoder-widths") + 1] == "64,32"
    assert any("β" in one.value and "Encoder widths" in one.value for one in app.caption)
    ran(app.button(key="train-reset").click())
    assert "--beta" not in app.code[0].value


def test_a_bad_combination_is_told_in_place_and_cannot_be_trained(page: Callable[..., AppTest]) -> None:
    app = page()
    ran(app.selectbox(key="train-encoder").set_value("conv").run())
    ran(app.text_input(key="train-encoder_widths").set_value("8"))
    assert "conv encoder" in complaints(app)[0]
    assert start(app).disabled
    ran(app.text_input(key="train-encoder_widths").set_value("4, 8, 16"))
    assert not complaints(app)
    assert not start(app).disabled


@pytest.mark.parametrize(
    ("key", "typed"),
    [
        ("encoder_widths", "a, b"), *(("budget-amount", typed) for typed in ("0", "", "soon", "1,500")),
        *((name, typed) for name in NUMBERS for typed in (str(SPECS[name].metadata["low"] - 1), "", "1,234", "many")),
    ],
)  # fmt: skip
def test_impossible_values_are_told_in_place(page: Callable[..., AppTest], key: str, typed: str) -> None:
    app = page()
    ran(app.selectbox(key="train-likelihood").set_value("gaussian-fixed"))
    if key in ONLY_EXACT:
        ran(app.selectbox(key="train-objective").set_value("exact"))
    ran(app.text_input(key=f"train-{key}").set_value(typed))
    (complaint,) = complaints(app)
    assert start(app).disabled
    if key in NUMBERS:
        assert complaint.startswith(wording.LABELS[key])


def test_a_decimal_comma_is_a_decimal_point(page: Callable[..., AppTest]) -> None:
    app = page()
    for key, typed in (("learning_rate", "0,004"), ("beta", "1,5"), ("budget-amount", "2,5"), ("batch_size", "64,0")):
        app.text_input(key=f"train-{key}").set_value(typed)
    ran(app)
    words = shlex.split(app.code[0].value)
    _, train = train_flags.settings(cli.parser()[0].parse_args(words[words.index("train") :]))
    assert (train.learning_rate, train.beta, train.seconds, train.batch_size) == (0.004, 1.5, 2.5, 64)
    assert not start(app).disabled


def test_the_first_screen_leads_to_images_of_ones_own(page: Callable[..., AppTest]) -> None:
    app = ran(page().button(key="train-own-images").click())
    assert app.selectbox(key="train-source").value == "own"
    assert app.session_state["train-all-settings"]
    assert app.session_state["train-settings-tab"] == wording.DATA


def test_what_is_asked_of_ones_own_images_is_what_there_is(
    page: Callable[..., AppTest], jobs: Jobs, tmp_path: Path, digits: Images
) -> None:
    np.savez(tmp_path / "mine.npz", images=digits.images[:60], labels=digits.labels[:60], age=np.arange(60) + 0.5)
    app = ran(page().selectbox(key="train-source").set_value("own"))
    ran(app.text_input(key="train-path").set_value(str(tmp_path / "mine.npz")))
    asked = {one.label: one.value for one in app.text_input}
    assert (asked[wording.LABELS["train_size"]], asked[wording.LABELS["held_out"]]) == ("50", "5")
    captions = [one.value for one in app.caption]
    assert "Of 60 images 50 are to train on, 5 for validation, 5 for test." in captions
    assert any(wording.plain("Columns: age (numbers from 0.5 to 59.5).") in caption for caption in captions)
    assert f"{wording.CHANGED} {wording.LABELS['data']}." in captions, "there are no more to choose from"
    ran(start(app).click())
    train = jobs.views()[0].configs[1]  # type: ignore[index]
    assert (train.train_size, train.held_out) == (50, 5)
    ran(ran(app.button(key="train-new").click()).selectbox(key="train-source").set_value("mnist"))
    assert {one.label: one.value for one in app.text_input}[wording.LABELS["train_size"]] == "50000"


def test_pressing_train_queues_what_the_form_says_and_the_address_names_it(page: Callable[..., AppTest], jobs: Jobs) -> None:
    app = page()
    app.radio(key="train-preset").set_value("aevb").run()
    app.text_input(key="train-name").set_value("My *run*")
    ran(start(ran(app)).click())
    (view,) = jobs.views()
    preset = next(one for one in presets.presets() if one.name == "aevb")
    assert view.configs == (preset.model, preset.train)
    assert view.about.name == "My *run*"
    assert view.about.owner
    assert app.query_params["run"] == view.id
    assert app.subheader[0].value == r"My \*run\*"
    assert "next in the queue" in app.get("progress")[0].proto.text


def test_a_run_without_a_name_has_its_presets(page: Callable[..., AppTest], jobs: Jobs) -> None:
    start(page()).click().run()
    assert jobs.views()[0].about.name == presets.presets()[0].title


def test_what_jobs_refuse_is_told_in_place(page: Callable[..., AppTest], jobs: Jobs) -> None:
    jobs.limits = Limits(running=0, waiting=0)
    app = ran(start(page()).click())
    assert "waiting already" in complaints(app)[0]
    assert jobs.views() == []
    assert not start(app).disabled
    assert not complaints(ran(app)), "it is told once"


def test_a_visitor_has_so_many_runs(page: Callable[..., AppTest], jobs: Jobs) -> None:
    jobs.limits = Limits(running=0, per_visitor=1)
    app = ran(start(page()).click())
    ran(app.button(key="train-new").click())
    assert "run" not in app.query_params
    app = ran(start(app).click())
    assert "wait until one ends" in complaints(app)[0]
    assert not complaints(ran(start(page()).click())), "someone else may"
    assert len(jobs.views()) == 2


def test_images_of_ones_own_are_shown_before_they_are_trained_on(
    page: Callable[..., AppTest], jobs: Jobs, tmp_path: Path, digits: Images
) -> None:
    np.savez(tmp_path / "mine.npz", images=digits.images, labels=digits.labels, classes=KINDS)
    app = ran(page().selectbox(key="train-source").set_value("own"))
    assert not complaints(app)
    assert [one.value for one in app.info] == [wording.told(wording.NO_OWN_DATA)], "nobody has done anything wrong yet"
    unknown = [one for one in app.text_input if one.label in (wording.LABELS["train_size"], wording.LABELS["held_out"])]
    assert [(one.value, one.disabled) for one in unknown] == [("", True)] * 2, "how many there are is not known yet"
    assert [one.value for one in app.warning] == [wording.NO_UPLOADS]  # nobody sent cookies here
    ran(app.text_input(key="train-path").set_value(str(tmp_path / "nothing")))
    assert "no images at" in complaints(app)[0]
    assert len(complaints(app)) == 1
    ran(app.text_input(key="train-path").set_value(str(tmp_path / "mine.npz")))
    assert not complaints(app)
    assert any("kind 3" in one.value for one in app.caption)
    (sheet,) = app.get("image")
    assert sheet.captions == [wording.PREVIEW]
    ran(start(app).click())
    (view,) = jobs.views()
    assert view.configs
    assert view.configs[1].classes == KINDS
    assert datasets.place(view.configs[1].data) == tmp_path / "mine.npz"


def test_images_of_ones_own_are_trained_on_at_the_size_that_is_asked_for(
    page: Callable[..., AppTest], jobs: Jobs, digits: Images, tmp_path: Path
) -> None:
    np.savez(tmp_path / "mine.npz", images=digits.images, labels=digits.labels)
    app = ran(page().selectbox(key="train-source").set_value("own"))
    ran(app.text_input(key="train-path").set_value(str(tmp_path / "mine.npz")))
    for wrong in ("3", "65", "x"):
        ran(app.text_input(key="train-side").set_value(wrong))
        assert wording.NO_SIDE in complaints(app)
    ran(app.text_input(key="train-side").set_value("16"))
    assert not complaints(app)
    assert any("read as 16 × 16 grey" in one.value for one in app.caption)
    ran(start(app).click())
    (view,) = jobs.views()
    model, train = view.configs  # type: ignore[misc]
    assert (model.side, datasets.side(train.data)) == (16, 16)
    assert datasets.load(train.data, "train").images.shape[1:] == (16, 16)


def test_an_upload_becomes_the_data_set(page: Callable[..., AppTest], jobs: Jobs, digits: Images, tmp_path: Path) -> None:
    np.savez(tmp_path / "mine.npz", images=digits.images)
    app = ran(page().selectbox(key="train-source").set_value("own"))
    uploader = app.get("file_uploader")[0]
    ran(uploader.set_value(("mine.npz", (tmp_path / "mine.npz").read_bytes(), "application/zip")))
    assert not complaints(app)
    ran(start(app).click())
    (view,) = jobs.views()
    assert view.about.name == f"{presets.presets()[0].title} on mine", "told from a run on the preset's own images"
    data = view.configs[1].data  # type: ignore[index]
    assert own.path_of(data).read_bytes() == (tmp_path / "mine.npz").read_bytes()


def test_why_an_upload_is_not_taken_stays_beside_it_in_plain_words_while_it_is_attached(
    page: Callable[..., AppTest], digits: Images, tmp_path: Path
) -> None:
    np.savez(tmp_path / "mine.npz", images=digits.images)
    whole = (tmp_path / "mine.npz").read_bytes()
    app = ran(page().selectbox(key="train-source").set_value("own"))
    for files, why in (
        ([("mine.npz", whole[: len(whole) // 2], "application/zip")], "damaged, cut off"),
        (
            [(name, whole, "application/zip") for name in ("a.npz", "b.npz")],
            "2 sets of files (a.npz, b.npz): send the files of one",
        ),
    ):
        ran(app.get("file_uploader")[0].set_value(files))
        ran(app.text_input(key="train-limit").set_value(str(len(files))))  # whatever else is edited
        (told,) = complaints(app)
        assert why in told.replace("\\", "")
        assert "Error" not in told
        assert "BadZip" not in told
        (above,) = (one.value for one in app.info)
        assert above.replace("\\", "").endswith(told), "the reason itself, since where the images are chosen may be out of sight"
        assert above.startswith(wording.told(wording.UNUSED_DATA))
    ran(app.get("file_uploader")[0].set_value([]))
    assert not complaints(app)
    assert [one.value for one in app.info] == [wording.told(wording.NO_OWN_DATA)]


def test_of_a_damaged_picture_it_is_said_that_it_can_be_left_out_until_it_is(
    page: Callable[..., AppTest], tmp_path: Path
) -> None:
    for index in range(12):
        Image.new("L", (28, 28), 20 * index).save(tmp_path / f"{index:02d}.png")
    (tmp_path / "bad.png").write_bytes(b"no picture")
    app = ran(page().selectbox(key="train-source").set_value("own"))
    ran(app.text_input(key="train-path").set_value(str(tmp_path)))
    assert complaints(app)[0].endswith(f"or tick “{wording.LEAVE_OUT}”.")
    ran(app.checkbox(key="train-damaged").check())
    assert not complaints(app)


def test_a_set_that_is_not_here_is_told_and_offered_with_its_terms(page: Callable[..., AppTest]) -> None:
    app = page()
    for name in ("fashion", "emnist-letters"):
        one = SETS[name]
        ran(app.selectbox(key="train-source").set_value(name))
        assert f"{one.title} is not here" in complaints(app)[0]
        assert start(app).disabled
        assert app.button(key="train-fetch").label == f"Fetch {one.title}"
        assert any(wording.plain(one.origin.citation) in caption.value for caption in app.caption)
    assert app.selectbox(key="train-source").options[:2] == ["MNIST", "Fashion-MNIST (to be fetched)"]


def test_a_small_set_counts_its_own_images(
    page: Callable[..., AppTest], jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    monkeypatch.setattr(fetched, "require", lambda one: None)
    app = ran(page().selectbox(key="train-source").set_value("breastmnist"))
    ran(start(app).click())
    train = jobs.views()[0].configs[1]  # type: ignore[index]
    assert (train.data, train.train_size, train.held_out) == ("breastmnist", 546, 78)
    assert train.classes == SETS["breastmnist"].classes


def test_the_page_imports_no_torch(jobs: Jobs) -> None:
    import subprocess
    import sys

    from support.builders import ROOT

    program = "import sys; from dashboard.train import page as train; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split()[-1] == "False"


def test_a_preset_leaves_the_images_as_they_are(page: Callable[..., AppTest], jobs: Jobs, tmp_path: Path, digits: Images) -> None:
    np.savez(tmp_path / "mine.npz", images=digits.images)
    app = ran(page().selectbox(key="train-source").set_value("own"))
    ran(app.text_input(key="train-path").set_value(str(tmp_path / "mine.npz")))
    ran(app.radio(key="train-preset").set_value("beta-4"))
    ran(start(app).click())
    train = jobs.views()[0].configs[1]  # type: ignore[index]
    preset = presets.presets()[2].train
    assert replace(train, classes=preset.classes, data="mnist", train_size=preset.train_size, held_out=preset.held_out) == preset
    assert datasets.place(train.data) == tmp_path / "mine.npz"


def test_without_torch_it_says_how_to_add_it_and_trains_nothing(
    page: Callable[..., AppTest], jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remedies, "without_torch", lambda: "No PyTorch here.")
    app = page()
    assert "No PyTorch here." in [one.value for one in app.info]
    assert start(app).disabled
    with pytest.raises(EngineError, match="No PyTorch here"):
        jobs.submit(tiny(), short(), "a")
    assert jobs.views() == []


def test_what_was_noticed_in_own_images_is_said_and_can_be_corrected(
    page: Callable[..., AppTest], jobs: Jobs, tmp_path: Path, digits: Images
) -> None:
    np.savez(tmp_path / "mine.npz", images=255 - digits.images[:60], labels=digits.labels[:60], more=np.ones(2))
    app = ran(page().selectbox(key="train-source").set_value("own"))
    ran(app.text_input(key="train-path").set_value(str(tmp_path / "mine.npz")))
    told = " ".join(one.value for one in app.caption).replace("\\", "")
    assert "dark ink on light ground" in told
    assert "array 'more'" in told
    ran(app.selectbox(key="train-polarity").set_value("bright"))
    ran(app.selectbox(key="train-orientation").set_value("transposed"))
    assert "as asked for" in " ".join(one.value for one in app.caption)
    ran(start(app).click())
    assert own.wishes_of(jobs.views()[0].configs[1].data) == own.Wishes("bright", "transposed")  # type: ignore[index]


def test_labels_names_and_number_can_be_corrected_before_anything_starts(
    page: Callable[..., AppTest], jobs: Jobs, tmp_path: Path, digits: Images
) -> None:
    np.savez(tmp_path / "mine.npz", images=digits.images[:60], labels=np.arange(60) % 2)
    app = ran(page().selectbox(key="train-source").set_value("own"))
    ran(app.text_input(key="train-path").set_value(str(tmp_path / "mine.npz")))
    ran(app.text_input(key="train-classes").set_value("odd"))
    assert "names 1 class, where there are 2" in complaints(app)[0]
    assert start(app).disabled
    ran(app.text_input(key="train-limit").set_value("some"))
    assert wording.NO_LIMIT in complaints(app)
    ran(app.text_input(key="train-limit").set_value("40"))
    ran(app.text_input(key="train-classes").set_value("even, odd"))
    assert not complaints(app)
    assert any("40 images: even (" in one.value.replace("\\", "") for one in app.caption)
    ran(start(app).click())
    train = jobs.views()[0].configs[1]  # type: ignore[index]
    assert (train.classes, sum(own.counts(train.data).values())) == (("even", "odd"), 40)
    ran(app.button(key="train-new").click())
    ran(app.text_input(key="train-classes").set_value(""))
    ran(app.text_input(key="train-labels").set_value("none"))
    assert any("images: image (40)" in one.value.replace("\\", "") for one in app.caption)


def test_the_name_of_a_run_is_not_that_of_the_next(page: Callable[..., AppTest], jobs: Jobs) -> None:
    app = ran(page().text_input(key="train-name").set_value("mine"))
    ran(start(app).click())
    assert jobs.views()[0].about.name == "mine"
    ran(app.button(key="train-new").click())
    assert app.text_input(key="train-name").value == ""
