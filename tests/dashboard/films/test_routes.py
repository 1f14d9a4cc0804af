"""What the browser fetches of a film, over real HTTP: frames with their caching, and one sentence for whatever is not there."""

from __future__ import annotations

import json
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.builders import short, tiny
from support.hosts.asking import Answer, asking

from dashboard.films import export as film_export
from dashboard.films import routes as film_routes
from dashboard.jobs.jobs import VARIABLE
from dashboard.shared.kept import Kept
from vae_engine import EngineError
from vae_engine.data import mnist as data
from vae_engine.exchange import film
from vae_engine.runs import log as run_log
from vae_engine.runs import runs, snapshots


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, digits: data.Images) -> Path:
    """A finished run in a folder of runs; not to be written to."""
    folder = tmp_path_factory.mktemp("server") / "one"
    for _ in runs.start(folder, tiny(), short(steps=6), train_images=digits, validation_images=digits.head(32)):
        pass
    return folder


@pytest.fixture(scope="module")
def ask(run: Path) -> Iterator[Callable[..., Answer]]:
    """Asks a server of the folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, str(run.parent))
        with asking(film_routes.ROUTES) as ask:
            yield ask


@pytest.fixture
def another(run: Path) -> Iterator[Path]:
    """A copy of the run beside it, to be damaged."""
    folder = shutil.copytree(run, run.parent / "another")
    yield folder
    shutil.rmtree(folder)


def test_a_frame_is_what_the_engine_makes_of_the_snapshot_and_never_asked_for_twice(ask: Callable, run: Path) -> None:
    status, headers, body = ask("/film/one/frames/4")
    assert (status, body) == (200, film.frame(run, 4))
    assert "immutable" in headers["cache-control"]
    assert headers["content-type"] == "application/octet-stream"


def test_a_frame_of_a_run_that_may_go_on_from_an_earlier_step_is_asked_for_anew(ask: Callable, another: Path) -> None:
    (another / "metrics.json").unlink()
    status, headers, _ = ask("/film/another/frames/4")
    assert (status, headers["cache-control"]) == (200, "no-store")


def test_the_cast_is_that_of_the_data_set(ask: Callable) -> None:
    assert ask("/film/one/cast")[::2] == (200, film.cast("mnist"))


def test_the_latest_weights_are_sent_once_for_each_time_they_are_written(ask: Callable, another: Path) -> None:
    assert ask("/film/another/latest")[0] == 204, "nothing is trained there yet"
    source = snapshots.path_of(another, 4).read_bytes()
    from safetensors.numpy import load, save

    path = another / snapshots.LATEST
    path.write_bytes(save(load(source), {snapshots.STEP: "4"}))
    status, headers, body = ask("/film/another/latest")
    assert (status, body) == (200, film.latest_frame(another))
    seen = f"/film/another/latest?seen={headers['x-film-tag']}"
    assert ask(seen)[::2] == (204, b"")
    os.utime(path, ns=(0, 0))
    assert ask(seen)[0] == 200
    assert headers["cache-control"] == "no-store"


def test_weights_that_a_run_takes_away_as_it_ends_are_none_newer(
    ask: Callable, another: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, read = another / snapshots.LATEST, film.latest_frame
    path.write_bytes(b"no weights")
    assert ask("/film/another/latest")[0] == 409
    os.utime(path, ns=(1, 1))

    def ended(folder: Path) -> bytes:
        path.unlink()
        return read(folder)

    monkeypatch.setattr(film, "latest_frame", ended)
    assert ask("/film/another/latest")[0] == 204


@pytest.mark.parametrize(
    "path",
    [
        "two/cast", "two/latest", "two/page", "one/frames/77", "one/frames/-4", "one/frames/4.0", "one/frames/x",
        "one/frames/" + "9" * 40, "one/frames/%D9%A4", "one/config.json", "", "one", "../one/cast", "..%2fone/cast",
        "%2e%2e/cast", ".queue/cast", "one%00/cast", "/cast", "one/page?beside=../one", "one/page?beside=two",
        "one/../../etc/passwd",
    ],
)  # fmt: skip
def test_what_is_not_there_is_answered_with_one_sentence(ask: Callable, path: str) -> None:
    status, headers, body = ask(f"/film/{path}")
    assert status == 404
    assert headers["content-type"].startswith("text/plain")
    assert 10 < len(body.decode()) < 300
    assert len(body.splitlines()) == 1


def test_a_damaged_snapshot_is_named_and_the_others_are_still_there(ask: Callable, another: Path) -> None:
    path = snapshots.path_of(another, 4)
    path.write_bytes(path.read_bytes()[:100])
    status, headers, body = ask("/film/another/frames/4")
    assert (status, headers["cache-control"]) == (409, "no-store")
    assert "step-00000004" in body.decode()
    assert len(body.splitlines()) == 1
    assert ask("/film/another/frames/3")[0] == 200
    (another / "config.json").write_text("{")
    for what in ("cast", "page", "frames/3"):
        assert (what, ask(f"/film/another/{what}")[0]) in ((what, 409), ("frames/3", 200))  # a frame made before is kept


def test_the_page_comes_as_a_file(ask: Callable, run: Path, another: Path) -> None:
    status, headers, body = ask("/film/one/page?beside=another")
    assert status == 200
    assert headers["content-disposition"] == 'attachment; filename="film-one-and-another.html"'
    assert body == film_export.page([run, another])
    assert ask("/film/one/page?beside=another&beside=another")[0] == 409


def test_what_is_kept_stays_within_its_bytes_and_the_longest_unused_goes_first() -> None:
    made: list[str] = []

    def make(name: str) -> Callable[[], bytes]:
        return lambda: (made.append(name), bytes(40))[1]

    kept = Kept(100)
    for name in ("a", "b", "a", "c", "a", "b"):
        kept.get(name, make(name))
    assert made == ["a", "b", "c", "b"]
    kept.get("large", lambda: bytes(1000))
    assert kept.get("a", make("a")) == bytes(40)
    assert made[-1] == "a", "nothing is kept beyond the limit"


def test_who_asks_at_once_waits_for_one_answer() -> None:
    made: list[int] = []

    def slowly() -> bytes:
        made.append(1)
        time.sleep(0.05)
        return b"frame"

    kept = Kept(100)
    threads = [threading.Thread(target=kept.get, args=("one", slowly)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [1]


def test_the_file_keeps_to_its_size_and_says_what_it_leaves_out(run: Path, another: Path) -> None:
    whole = film_export.page([run, another]).decode()
    steps = sorted({int(path.stem.removeprefix("step-")) for path in (run / snapshots.SNAPSHOTS).iterdir()})
    assert steps == [0, 1, 2, 3, 4, 5, 6]
    assert whole.count('id="frame-') == 2 * len(steps)
    assert "instants of" not in whole.split('id="film"')[1].split("</script>")[0]
    assert whole.count('id="cast-') == 1, "both are about the same images"
    frame = len(whole.split('id="frame-0-6"')[1].split("</script>")[0])
    less = film_export.page([run, another], most=int(1.5e6 + 2 * 3.5 * frame)).decode()
    assert "3 of 7 instants of one" in less
    assert "3 of 7 instants of another" in less
    for place in (0, 1):
        assert all(f'id="frame-{place}-{step}"' in less for step in (0, 6)), "the first and the last stay"
    assert "http://" not in whole.replace("http://www.w3.org", "")


def test_the_file_knows_what_was_turned(another: Path) -> None:
    with (another / run_log.EVENTS).open("ab") as log:
        run_log.append(log, {"type": "turned", "step": 2, "knob": "beta", "old": 1.0, "new": 4.0})
    about = film_export.page([another]).decode().split('id="film">')[1].split("</script>")[0]
    assert [reel["turns"] for reel in json.loads(about)["reels"]] == [[[2, "β 1 → 4"]]]


@pytest.mark.parametrize("count", [0, 3])
def test_a_file_is_about_one_or_two_runs(run: Path, count: int) -> None:
    with pytest.raises(EngineError, match="one or two"):
        film_export.page([run] * count)


def test_a_title_cannot_break_out_of_the_page(run: Path, another: Path) -> None:
    from dashboard.jobs.run_view import About, write_about

    write_about(another, About("</script><script>alert(1)</script>"))
    page = film_export.page([another]).decode()
    assert "<script>alert(1)" not in page


def test_instants_are_left_out_evenly() -> None:
    assert film_export.thinned(range(10), 20) == list(range(10))
    assert film_export.thinned([0, 1, 2, 3, 4, 6, 8, 10, 13], 3) == [0, 4, 13]
    assert film_export.thinned(range(100), 2) == [0, 99]
