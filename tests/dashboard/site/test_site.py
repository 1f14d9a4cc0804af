"""The folder of the site: what lies in it, what it asks for, and that it is written as a whole or not at all."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from support.builders import save_model, short, tiny

from dashboard.learn import content as learn_content
from dashboard.learn.formulas import mathml
from dashboard.learn.steps import STEPS
from dashboard.lecture import lecture as lectures
from dashboard.shared.browser import BUILT
from dashboard.shell.command import main
from dashboard.site import files as site_files
from dashboard.site import icons, lab, learn, shelf, site
from dashboard.stock.library import planes
from vae_engine.base.errors import EngineError
from vae_engine.base.figures import trust, with_minus
from vae_engine.base.places import place
from vae_engine.data import mnist as data
from vae_engine.exchange import dense
from vae_engine.experiments import BUNDLED, EXPERIMENTS
from vae_engine.experiments import result as experiment_result
from vae_engine.runs import runs
from vae_engine.stored import registry
from vae_engine.stored.config import ModelConfig

LECTURE = lectures.text_of("Mine", [{"title": "A place", "notes": "", "link": "./#z=1,1"}])
SMALL = ("vae-mnist-small", "ae-mnist-small", "vae-beta-1", "vae-beta-4", "vae-beta-20")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site of small models, three of them a ladder."""
    path = tmp_path_factory.mktemp("web") / "site"
    with pytest.MonkeyPatch.context() as fewer:
        fewer.setattr(learn_content, "STEPS", STEPS[9:11])
        fewer.setattr(lab, "EXPERIMENTS", EXPERIMENTS[5:6])
        site.write(path, SMALL, lecture=LECTURE)
    return path


@pytest.fixture(scope="module")
def finished_run(tmp_path_factory: pytest.TempPathFactory, digits: data.Images) -> Path:
    """A finished run; not to be written to."""
    folder = tmp_path_factory.mktemp("runs") / "one"
    for _ in runs.start(folder, tiny(), short(steps=6), train_images=digits, validation_images=digits.head(32)):
        pass
    return folder


def told(page: Path) -> dict[str, object]:
    """What the browser is told on a page."""
    found = re.search(r'<script type="application/json" id="about">(.*?)</script>', page.read_text("utf-8"))
    assert found
    return json.loads(found[1])


class Addresses(HTMLParser):
    """What a page names, and the base beside which that is."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.named: list[str] = []
        self.base = "./"
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "base":
            self.base = given["href"] or ""
        else:
            self.named += [value for name in ("src", "href", "data-program") if (value := given.get(name))]


def test_every_page_names_only_what_lies_in_the_folder_by_relative_addresses(folder: Path) -> None:
    pages = sorted(folder.rglob("*.html"))
    assert {page.relative_to(folder).parent.as_posix() for page in pages} == {
        ".", "explore", "lab", "learn", "lecture", "models", "speaker", "training", "training/toy", "worksheet"
    }  # fmt: skip
    for page in pages:
        found = Addresses(page.read_text("utf-8"))
        for address in found.named:
            if not address.startswith("data:"):
                assert not re.match(r"[a-z]+:|/", address), address
                target = page.parent / found.base / re.split(r"[?#]", address)[0]
                assert target.is_file() or (target / "index.html").is_file(), (page, address)
        assert "default-src 'none'" in page.read_text("utf-8")
    scripts = {path.name: path.read_bytes() for path in folder.glob("*.js")}
    programs = {path.name: gzip.decompress(path.read_bytes()) for path in folder.glob("*.bin")}
    assert {name.split("-")[0] for name in programs} == {
        "explore",
        "lab",
        "learn",
        "lecture",
        "plain",
        "toy",
        "train",
        "worksheet",
    }
    for name, script in (
        scripts | programs
    ).items():  # Plotly's, in a folder of its own, names addresses that the policy keeps it from
        text = re.sub(r"/\*.*?\*/", "", script.decode(), flags=re.DOTALL)  # a licence says where it is from
        assert not re.findall(r"https?://(?!www\.w3\.org/)[\w.]+", text), name


def test_the_one_script_that_stands_in_a_page_is_the_one_that_its_policy_allows(folder: Path) -> None:
    for page in (folder / "index.html", folder / "lecture" / "index.html"):
        text = page.read_text("utf-8")
        (script,) = re.findall(r"<script data-program=[^>]*>(.*?)</script>", text, re.DOTALL)
        allowed = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert re.findall(r"'sha256-([^']*)'", text) == [allowed]
        assert text.index('id="about"') < text.index("data-program") < text.index('rel="stylesheet"'), "it waits for nothing"


def test_parts_are_the_bundles_of_the_one_file_and_named_after_their_content(folder: Path) -> None:
    models = told(folder / "index.html")["shelf"]["models"]  # type: ignore[index]
    assert list(models) == [*SMALL]
    for name in SMALL[:2]:
        found = [gzip.decompress((folder / part).read_bytes()) for part in models[name]["parts"]]
        assert found == [planes(content) for content in dense.parted(registry.find(name))]
    hashed = [path for path in folder.rglob("*") if re.search(r"-[0-9a-f]{16}\.", path.name)]
    assert len(hashed) > 2 * len(SMALL)
    for path in hashed:
        if path.suffix != ".gz":
            assert path.stem.endswith(site_files.digest(path.read_bytes())[:16])


def test_texts_lie_there_packed_too_and_the_worker_lists_every_file(folder: Path) -> None:
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    packed = {name for name in names if name.endswith(".gz")}
    assert packed == {f"{name}.gz" for name in names if name.endswith((".html", ".js", ".css", ".json", ".webmanifest"))}
    for name in packed:
        assert gzip.decompress((folder / name).read_bytes()) == (folder / name.removesuffix(".gz")).read_bytes()
    line = (folder / site.WORKER).read_text("utf-8").split("\n")[0]
    about = json.loads(line.removeprefix("globalThis.latentExplorerSite = ").removesuffix(";"))
    assert {*about["files"]} == names - packed - {site.WORKER, site_files.MARK}
    needed = {one for page, needs in about["pages"].items() for one in (page, *needs)} - {*about["files"]}
    assert needed  # the programs of pages: scripts that the worker makes of what lies there packed
    assert {f"{one.removesuffix('.js')}.bin" for one in needed} <= {*about["files"]}


def test_it_can_be_installed_with_icons_of_the_sizes_that_it_says(folder: Path) -> None:
    from PIL import Image

    about = json.loads((folder / "manifest.webmanifest").read_text("utf-8"))
    assert (about["start_url"], about["scope"], about["display"]) == ("./", "./", "standalone")
    assert {(one["sizes"], one["purpose"]) for one in about["icons"]} == {
        (f"{size}x{size}", purpose) for size in icons.SIZES for purpose in ("any", "maskable")
    }
    for one in about["icons"]:
        picture = Image.open(folder / one["src"])
        assert "x".join(map(str, picture.size)) == one["sizes"]
        assert (picture.getpixel((0, 0))[3] == 255) == (one["purpose"] == "maskable")  # whose outline the device cuts


def test_models_have_their_numbers_pictures_and_ways_to_explore(folder: Path) -> None:
    text = (folder / "models" / "index.html").read_text("utf-8")
    stored = registry.find("vae-beta-4")
    assert f"{stored.metrics['elbo']:.2f}".replace("-", "−") in text
    assert with_minus(trust(stored.metrics)) in text
    assert "./?models=vae-beta-4,ae-mnist-small" in text
    assert text.count('class="site-light"') == text.count('class="site-dark"') == len(SMALL)


def test_learn_speaks_of_the_sites_own_pair_and_its_answers_are_measured_on_it(folder: Path) -> None:
    about = told(folder / "learn" / "index.html")
    assert (about["pair"], about["isUsual"]) == ([*SMALL[:2]], False)
    assert about["rungs"] == [[beta, f"vae-beta-{beta}"] for beta in (1, 4, 20)]
    steps = {step["name"]: step for step in about["course"]["steps"]}  # type: ignore[index]
    pair = learn.material(shelf.read(SMALL, []))
    assert pair is not None
    for step in STEPS[9:11]:
        question, answer = steps[step.name]["question"], step.question.answer(pair)
        assert (question["right"], question["options"]) == (answer.right, [*step.question.options])
        assert [verdict.startswith("<strong>Right.") for verdict in question["verdicts"]] == [
            place == answer.right for place in range(len(step.question.options))
        ]
        assert SMALL[0] in question["basis"] or step.name == "beta"
        assert steps[step.name]["equation"] == mathml(step.equation.latex)


def test_a_site_without_a_pair_that_was_measured_has_neither_learn_nor_worksheet() -> None:
    assert learn.material(shelf.read(("vae-beta-1",), [])) is None


def test_the_lab_has_a_file_for_each_result_and_takes_along_what_was_measured(folder: Path) -> None:
    (listed,) = told(folder / "lab" / "index.html")["experiments"]  # type: ignore[misc]
    bundled = BUNDLED / listed["name"]
    assert (folder / listed["parts"]["curves"]).read_bytes() == (bundled / "curves.csv").read_bytes()
    shown = json.loads((folder / listed["parts"]["shown"]).read_text("utf-8"))
    assert [chart["name"] for chart in shown["charts"]] == [
        chart.name for chart in experiment_result.read(bundled).findings.charts
    ]


def test_a_lecture_takes_along_what_its_scenes_show_of_the_lab() -> None:
    told = {"plotly": "p", "experiments": [{"name": name, "parts": {"shown": name}} for name in ("likelihoods", "collapse")]}
    assert lab.shown_by(lectures.text_of("A", [{"link": "./lab?experiment=collapse&chart=elbo"}]), told) == ["p", "collapse"]
    assert lab.shown_by(LECTURE, told) == []


def test_the_worksheet_gives_model_answers_to_teachers_alone(folder: Path) -> None:
    sheet = told(folder / "worksheet" / "index.html")["sheet"]
    assert all(task["model"] is None for task in sheet["tasks"])  # type: ignore[index]
    assert sheet["models"] == [*SMALL[:2]]  # type: ignore[index]


def test_the_lecture_is_the_given_one_and_its_models_are_those_that_are_there(folder: Path) -> None:
    about = told(folder / "lecture" / "index.html")
    assert about["names"] == [*SMALL]
    assert (about["usual"], about["ladder"]) == ([0, 1], [2, 3, 4])
    assert about["lecture"] == LECTURE


@pytest.mark.long
def test_a_film_has_a_file_for_each_instant_and_its_model_stands_in_explore(finished_run: Path, tmp_path: Path) -> None:
    from dashboard.jobs.run_view import read_run

    files = site.contents(shelf.read(SMALL[:2], [finished_run]), [finished_run], LECTURE)
    folder = tmp_path / "site"
    files.write(folder)
    film = told(folder / "train" / "index.html")["runs"][finished_run.name]  # type: ignore[index]
    assert film["reel"]["steps"] == sorted({*read_run(finished_run).snapshots})
    assert all((folder / address).is_file() for address in [film["cast"], *film["frames"].values()])
    assert f"run:{finished_run.name}" in told(folder / "index.html")["shelf"]["models"]  # type: ignore[index]


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """What the command says of bad input: one sentence, and the code 2."""

    def say(*arguments: object) -> str:
        assert main(["site", *map(str, arguments)]) == 2
        out, err = capsys.readouterr()
        assert out == ""
        assert err.count("\n") == 1
        return err

    return say


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Path]:
    """A folder with something of the visitor's, which must stay."""
    (tmp_path / "thesis.txt").write_text("mine")
    yield tmp_path
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_bad_input_is_one_sentence_and_leaves_everything_as_it_was(said: Callable[..., str], other: Path) -> None:
    assert "holds other things" in said("-o", other)
    assert "holds other things" in said("-o", other / "thesis.txt")
    fresh = other / "site"
    assert "no model called 'nobody'" in said("-o", fresh, "--models", "nobody")
    assert "called vae-beta-1" in said("-o", fresh, "--models", "vae-beta-1", "vae-beta-1")
    assert "no lecture" in said("-o", fresh, "--lecture", other / "thesis.txt")
    assert str(other / "nothing") in said("-o", fresh, "--models", "vae-beta-1", "--runs", other / "nothing")


def test_one_latent_dimension_is_refused(said: Callable[..., str], tmp_path: Path) -> None:
    line = save_model(tmp_path / "line", ModelConfig(latent_dim=1, encoder_widths=(8,), decoder_widths=(8,)))
    assert "one latent dimension" in said("-o", tmp_path / "site", "--models", line)


def test_an_earlier_site_is_replaced_and_comes_back_where_that_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "site"
    for text in ("one", "two"):
        files = site_files.Files()
        files.put(f"{text}.html", text)
        if text == "one":
            folder.mkdir()
            files.write(folder)
    real = Path.rename

    def refused(path: Path, target: Path) -> Path:
        if path.suffix == ".tmp":
            raise OSError(28, "No space left on device")
        return real(path, target)

    with monkeypatch.context() as broken:
        broken.setattr(Path, "rename", refused)
        with pytest.raises(EngineError, match="No space left"):
            files.write(folder)
    assert [path.name for path in tmp_path.iterdir()] == ["site"]
    assert (folder / "one.html").exists()
    files.write(folder)
    assert {path.name for path in folder.iterdir()} == {"two.html", "two.html.gz", "site.json", "site.json.gz"}


def test_what_it_needs_of_the_browser_is_built() -> None:
    assert {f"{page}.js" for page in ("explore", "film", "lab", "learn", "lecture", "moved", "plain", "worker", "worksheet")} <= {
        path.name for path in place(f"{BUILT}/site").iterdir()
    }
