"""A lecture's file: what is one, what is wrong with others, and the one that comes with the program."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import numpy as np
import pytest
from support.builders import ROOT

from dashboard.explore import one_file
from dashboard.learn.steps import STEPS
from dashboard.lecture import bundled
from dashboard.lecture.claims import Claims, found, row, rows
from dashboard.lecture.in_file import Carried, fitting, left_out
from dashboard.lecture.lecture import BUNDLED, read, text_of, trouble
from dashboard.shared.links import read as read_link
from dashboard.shared.wording import apart, number, percent
from dashboard.shell.command import main
from dashboard.stock import catalogue
from dashboard.stock.library import planes
from dashboard.stock.material import gather
from vae_engine.base.errors import EngineError
from vae_engine.experiments import EXPERIMENTS

CASES = json.loads((ROOT / "tests/fixtures/lectures.json").read_text(encoding="utf-8"))
KNOWN = ("vae-mnist", "ae-mnist", "vae-beta-1", "vae-beta-4")
RUNGS = KNOWN[2:]
SCENES: list[dict[str, Any]] = json.loads((ROOT / BUNDLED).read_text(encoding="utf-8"))["scenes"]


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_a_lecture_is_told_from_everything_else_in_one_sentence(case: dict[str, str]) -> None:
    assert trouble(case["text"]) == case["trouble"]


def test_what_is_written_is_read_and_a_file_that_is_none_is_named(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    text = text_of("Ä", [{"title": "One", "notes": "", "link": "./learn?step=beta"}])
    good.write_text(text, encoding="utf-8")
    assert read(good) == text
    bad.write_bytes(b"\xff")
    for path, complaint in ((bad, "cannot be read"), (tmp_path / "none.json", "cannot be read")):
        with pytest.raises(EngineError, match=complaint):
            read(path)
    bad.write_text("[]", encoding="utf-8")
    with pytest.raises(EngineError, match=re.escape("bad.json: This is no lecture")):
        read(bad)


def test_a_text_too_large_is_refused_before_it_is_read() -> None:
    assert "too large" in trouble(" " * 400_001)


def test_the_bundled_lecture_is_fresh_and_so_is_every_number_in_it() -> None:
    assert (ROOT / BUNDLED).read_text(encoding="utf-8") == bundled.lecture(catalogue.material()), "python -m dashboard.lecture"


def test_a_lecture_comes_in_a_file_with_the_models_that_show_most_of_its_scenes() -> None:
    of = lambda *links: fitting([{"link": link} for link in links], KNOWN, RUNGS)  # noqa: E731
    assert of("./", "./learn?step=reparam", "./runs") == ("vae-mnist", "ae-mnist")
    assert of("./?models=vae-beta-4,ae-mnist", "./?models=vae-beta-1,ae-mnist", "./") == ("vae-beta-4", "ae-mnist")
    assert of("./?models=vae-beta-4,ae-mnist", "./learn?step=reparam") == ("vae-mnist", "ae-mnist"), (
        "Learn's own, where that is no loss"
    )
    assert of("./?models=run:mine", "./?models=run:mine") == ("vae-mnist", "ae-mnist"), "what a visitor trained is in no file"
    assert fitting(SCENES, KNOWN, RUNGS) == ("vae-mnist", "ae-mnist")


def test_the_bundled_lecture_lasts_twenty_minutes_and_leads_to_states_that_exist() -> None:
    assert trouble((ROOT / BUNDLED).read_text(encoding="utf-8")) == ""
    assert sum(scene["minutes"] for scene in SCENES) == 20
    steps, experiments = {step.name for step in STEPS}, {one.name for one in EXPERIMENTS}
    for scene in SCENES:
        sentences = re.findall(r"[.?:](?= |$)", scene["notes"])
        assert 3 <= len(sentences) <= 6, scene["title"]
        assert len(scene["title"]) <= 100
        for link in (scene["link"], *(stop["link"] for stop in scene.get("path", []))):
            page, _, name = link.removeprefix("./").partition("=")
            if page == "learn?step":
                assert name.split("#")[0] in steps
            elif page == "lab?experiment":
                experiment, _, chart = name.partition("&chart=")
                assert experiment in experiments
                assert chart in [one.name for one in found(experiment).findings.charts]
            else:
                assert all(catalogue.stored(model) for model in read_link(link).models)
    assert steps == {re.split("[=#]", scene["link"])[1] for scene in SCENES if "learn" in scene["link"]}


def test_a_claim_that_no_longer_holds_stops_the_lecture(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Claims, "lattice_error", 3.0)
    with pytest.raises(EngineError, match="no longer holds: the coarse lattice"):
        bundled.lecture(catalogue.material())


def test_no_sentence_on_the_autoencoder_goes_against_what_the_lab_measured_of_its_samplers() -> None:
    named = lambda model, sampler: row(found("autoencoders"), "Samplers", **{"trained as": model, "sampled by": sampler})  # noqa: E731
    fitted, at_prior, vae = (
        named(*one)["log p(x), exact, nats"] for one in (("AE", "fitted Gaussian"), ("AE", "N(0, I)"), ("VAE", "N(0, I)"))
    )
    assert at_prior < vae < fitted
    (scene,) = (one for one in SCENES if one["link"] == "./learn?step=autoencoder")
    assert f"{number(at_prior, 0)} nats by N(0, I) and {number(fitted, 0)} by its own Gaussian" in scene["notes"]
    told = " ".join([text for one in SCENES for text in (one["title"], one["notes"])] + [step.why for step in STEPS])
    assert "no recipe" not in told
    assert next(one.title for one in EXPERIMENTS if one.name == "autoencoders") in told


def test_the_scene_on_em_speaks_of_all_vaes_on_its_chart_and_not_of_the_best_alone() -> None:
    (scene,) = (one for one in SCENES if "log-linear-em" in one["link"])
    classes = row(found("log-linear-em"), "28 × 28", model="mixture of 500")["test log p(x), nats"]
    vaes = [one for one in rows(found("log-linear-em"), "28 × 28") if "mixture" not in one["model"]]
    passed = [one for one in vaes if one["test log p(x), nats"] < classes]
    assert f"more than {len(passed)} of the {len(vaes)} VAEs" in scene["notes"]
    for one in vaes:
        assert (f"{one['model']}." in scene["notes"]) == (one not in passed)
    reach = [number(end(one["test log p(x), nats"] for one in vaes), 0) for end in (min, max)]
    assert scene["title"].endswith(" to ".join(reach))


def test_the_scene_on_wake_sleep_shows_the_dimension_of_which_its_title_speaks() -> None:
    (scene,) = (one for one in SCENES if "wake-sleep" in one["link"])
    said = re.search(r"with (\d+) latent dimensions it stays (\d+) nats behind", scene["title"])
    assert said
    chart = found("wake-sleep").findings.charts_from(scene["link"].partition("chart=")[2])[0]
    assert chart.title == f"N_z = {said[1]}"
    vae, sleep = (next(one.y[-1] for one in chart.curves if one.name == f"{name}, test") for name in ("AEVB", "wake-sleep"))
    assert round(vae - sleep) == int(said[2])


def test_the_last_scene_shows_the_image_whose_log_px_it_says_and_which_is_close_to_the_mean() -> None:
    truths = catalogue.material().truths
    image = read_link(SCENES[-1]["link"]).image
    assert image is not None
    assert f"log p(x) = {number(float(truths.log_px[image]), 1)} nats for this image" in SCENES[-1]["title"]
    assert "mode=inspect" in SCENES[-1]["link"]
    assert abs(truths.log_px[image] - truths.log_px.mean()) < 0.1


def test_a_title_of_one_image_has_its_numbers_and_says_which_are_of_all() -> None:
    material = catalogue.material()
    truths, gap = material.truths, material.vae.metrics["gap"]
    scene = next(one for one in SCENES if "step=identity" in one["link"])
    assert scene["link"].endswith("#image=0&q=encoder"), "the q whose gap it says"
    own = apart(float(truths.log_px[0]), float(truths.elbo[0]))
    assert scene["title"].endswith(f"{own} nats for this image, {number(gap)} on average")
    fitted = next(one for one in SCENES if "step=fit-q" in one["link"])
    assert fitted["link"].endswith("&q=best"), "on one mode, as its title says"
    modes = int(truths.modes[int(fitted["link"].partition("image=")[2].partition("&")[0])])
    assert f"{modes} modes" in SCENES[SCENES.index(fitted) + 1]["title"]


def test_a_title_names_the_curve_that_it_is_of() -> None:
    (scene,) = (one for one in SCENES if "collapse" in one["link"])
    named = re.search(r"(\d\.\d) of 10 .*\(curve “(.+)”\)", scene["title"])
    assert named
    (chart,) = found("collapse").findings.charts_from("helps")[:1]
    assert named[2] in [curve.name for curve in chart.curves]
    assert named[1] == f"{row(found('collapse'), 'Two layers', training=named[2])['upper dimensions that carry']:.1f}"


def test_the_scene_on_scale_has_every_test_code_in_sight_on_both_maps() -> None:
    scene = next(one for one in SCENES if "they reach" in one["title"])
    material = catalogue.material()
    for stop in (scene, *scene["path"]):
        views = re.search(r"view=([^&]*)", unquote(stop["link"]))
        assert views
        both = [[float(one) for one in view.split(",")] for view in views[1].split(";")]
        assert both[0] == both[1], "one scale"
        for codes, (cx, cy, span) in zip((material.mu, material.codes), both, strict=True):
            assert np.abs(codes - (cx, cy)).max() < span / 2


@pytest.mark.long
def test_on_another_pair_every_number_is_that_pairs_and_claims_that_fail_there_are_left_out_and_counted() -> None:
    pair = ("vae-mnist-small", "ae-mnist-small")
    small = gather(*(catalogue.stored(name) for name in pair), catalogue.ladder())
    text = bundled.lecture_about(small)
    told = json.loads(text)
    assert trouble(text) == ""
    assert told["title"].endswith(f"{len(told['scenes'])} of {len(SCENES)} scenes, those that hold of {' and '.join(pair)}")
    titles = " ".join(scene["title"] for scene in told["scenes"])
    in_z, in_pixels = Claims(small).walk[2:]
    assert ("Half way in z" in titles) == (in_z < in_pixels)
    assert f"log p(x) = {number(float(small.truths.log_px[Claims(small).usual]), 1)} nats for this image" in titles
    assert f"{percent(small.vae.metrics['latent']['knn_accuracy'])} lie among their own" in titles
    ours = {*pair, *(rung.name for rung in small.ladder)}
    for link in (stop["link"] for scene in told["scenes"] for stop in (scene, *scene.get("path", []))):
        if "./lab" not in link:
            assert set(parse_qs(urlsplit(link).query)["models"][0].split(",")) <= ours


def test_a_file_says_which_scenes_it_leaves_out_as_its_page_does() -> None:
    cases = json.loads((ROOT / "tests/fixtures/scenes_in_a_file.json").read_text(encoding="utf-8"))
    for case in cases:
        ladder = case.get("ladder", [])
        carried = Carried([*ladder, "vae-mnist", "ae-mnist"], bool(ladder), [case["link"]] if case.get("still") else [])
        told = left_out([{"title": "A", "link": "./"}, {"title": "B", "link": case["link"]}], carried)
        assert ("1 of 2 scenes is left out" in told and told.endswith(": 2 “B”.")) != case["shown"], case["link"]
        assert bool(told) != case["shown"]
        path = left_out([{"title": "A", "link": "./", "path": [{"link": case["link"], "seconds": 1}]}], carried)
        assert path.endswith(" so no path is played in 1 “A”.") != (case["shown"] and not case.get("still"))


def test_export_puts_the_bundled_lecture_or_a_file_into_the_page_and_refuses_another(
    tiny_vae: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    blocks: dict[str, bytes] = {}
    monkeypatch.setattr(one_file, "block", lambda name, content: blocks.update({name: content}) or "")
    export = ["export", str(tiny_vae), "--to", "html", "-o", str(tmp_path / "page.html")]
    assert main(export) == 0
    assert blocks["lecture"] == planes((ROOT / BUNDLED).read_bytes())
    own = tmp_path / "own.json"
    capsys.readouterr()
    scenes = [
        {"title": name, "notes": "", "link": link}
        for name, link in (
            ("Mine", "./runs"),
            ("Map", f"./?models={tiny_vae.name}"),
            ("Task", "./worksheet"),
            ("Usual", "./"),
        )
    ]
    own.write_text(text_of("Own", scenes), encoding="utf-8")
    assert main([*export, "--lecture", str(own), "--json"]) == 0
    said = capsys.readouterr()
    assert said.err.startswith("3 of 4 scenes are left out")
    assert said.err.endswith(": 1 “Mine”, 3 “Task”, 4 “Usual”.\n")
    assert json.loads(said.out)["bytes"] > 0
    assert blocks["lecture"] == planes(own.read_bytes())
    own.write_text("{}", encoding="utf-8")
    assert main([*export, "--lecture", str(own)]) == 2
    assert "own.json: This is no lecture" in capsys.readouterr().err
