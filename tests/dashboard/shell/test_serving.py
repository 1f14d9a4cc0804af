"""The options of `run`: the addresses that follow from them, what the environment says, and what is refused."""

from __future__ import annotations

import argparse
import socket
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from support.builders import ROOT, one_line, short, tiny

from dashboard.jobs import jobs as jobs_module
from dashboard.jobs.jobs import READ_ONLY, VARIABLE, Jobs, Limits
from dashboard.jobs.uploads import UPLOADS
from dashboard.shared.visitors import PRESENTER, SHARED
from dashboard.shell import jupyter, serving, wording
from dashboard.shell.serving import Serving
from vae_engine.base.errors import EngineError


def asked(*words: str, **environment: str) -> Serving:
    """What a command line comes to in an environment."""
    command = argparse.ArgumentParser()
    serving.add_options(command, environment)
    return serving.serving(command.parse_args(words))


def test_it_is_served_to_this_machine_only_unless_told_otherwise() -> None:
    assert asked() == Serving("localhost", 8501)
    assert asked().address == "http://localhost:8501"
    assert not asked().is_for_others
    assert asked().environment()["STREAMLIT_SERVER_ADDRESS"] == "localhost"
    assert "--host" in wording.served(asked("--qr"))


def test_every_option_has_a_variable_and_the_command_line_comes_first() -> None:
    words = ["--host", "0.0.0.0", "--port", "9000", "--base-path", "/a/b/", "--qr", "--read-only"]  # noqa: S104
    words += ["--address", "https://x.org/e/", "--presenter", "kept-by-the-course-2026"]
    variables = {"HOST": "0.0.0.0", "PORT": "9000", "BASE_PATH": "a/b", "QR": "yes", "READ_ONLY": "1"}  # noqa: S104
    variables |= {"ADDRESS": "https://x.org/e", "PRESENTER": "kept-by-the-course-2026"}
    environment = {f"{serving.PREFIX}{name}": value for name, value in variables.items()}
    known = Serving("0.0.0.0", 9000, "/a/b", True, True, "kept-by-the-course-2026", "https://x.org/e")  # noqa: S104
    assert asked(*words) == asked(**environment) == known
    assert asked("--port", "9001", **environment).port == 9001
    assert not asked(**{f"{serving.PREFIX}QR": "0"}).qr


def test_a_server_for_others_has_owners_and_its_presenters_link_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "own_address", lambda: "10.1.2.3")
    assert asked().environment()[SHARED] == ""
    for words in (["--host", "0.0.0.0"], ["--base-path", "x"], ["--presenter"]):  # noqa: S104
        assert asked(*words).environment()[SHARED] == "1"
    made, other = asked("--presenter"), asked("--presenter")
    assert made.presenter == made.environment()[PRESENTER] != other.presenter or made is other
    assert len(made.presenter) >= 32
    given = asked("--host", "0.0.0.0", **{PRESENTER: "kept-by-the-course-2026"})  # noqa: S104
    assert "http://10.1.2.3:8501/?presenter=kept-by-the-course-2026" in wording.served(given)
    assert "presenter" not in wording.served(asked())


def test_addresses_lead_to_this_machine_and_for_others_to_its_place_in_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "own_address", lambda: "10.1.2.3")
    everywhere = asked("--host", "0.0.0.0", "--base-path", "explorer")  # noqa: S104
    assert (everywhere.address, everywhere.join) == ("http://localhost:8501/explorer", "http://10.1.2.3:8501/explorer")
    assert "Others open http://10.1.2.3:8501/explorer" in wording.served(everywhere)
    # Unless it is told its address, Streamlit asks a service in the internet for it.
    assert everywhere.environment()["STREAMLIT_BROWSER_SERVER_ADDRESS"] == "10.1.2.3"
    assert asked("--host", "::1").address == "http://[::1]:8501"
    # A server in a container, or behind a proxy, sees an address that leads no visitor anywhere.
    outside = asked("--address", "https://explorer.example.org/course/", "--presenter", "kept-by-the-course-2026")
    assert (outside.address, outside.join) == ("http://localhost:8501", "https://explorer.example.org/course")
    assert "Others open https://explorer.example.org/course\n" in wording.served(outside)
    assert outside.presenters_link.startswith("https://explorer.example.org/course/?presenter=")
    assert asked("--address", "https://x.org").environment()[SHARED] == "1"


def test_a_class_is_shown_the_address_by_which_the_page_was_opened_unless_that_is_this_machine() -> None:
    given = "http://10.1.2.3:8501"
    assert serving.join_address("http://localhost:8501/join", given) == given
    assert serving.join_address("", given) == given
    for page in ("", "join", "lecture?x=1#y"):
        assert serving.join_address(f"https://hub.example.org/user/u/proxy/8501/{page}", given) == (
            "https://hub.example.org/user/u/proxy/8501"
        )


@pytest.mark.parametrize(
    "words",
    [
        ["--presenter", "short"],
        ["--presenter", "a-secret-with a gap"],
        ["--port", "0"],
        ["--port", "70000"],
        ["--base-path", "a b"],
        ["--base-path", "../x"],
        ["--base-path", "a//b"],
        ["--address", "explorer.example.org"],
        ["--address", "https://x.org/?presenter=a"],
        ["--address", "https://[x y"],
    ],
)
def test_what_cannot_be_served_is_refused_in_one_line(words: list[str]) -> None:
    with pytest.raises(EngineError) as refused:
        asked(*words)
    assert one_line(refused.value)


def test_the_own_address_is_one_of_this_machine() -> None:
    with socket.socket() as probe:
        probe.bind((serving.own_address(), 0))


def test_jupyter_is_told_how_to_start_it_at_a_port_of_its_own() -> None:
    server = jupyter.server()
    command = [word.format(port=4242) for word in server["command"]]
    assert command[command.index("--port") + 1] == "4242"
    assert "--no-browser" in command
    assert server["launcher_entry"]["title"]
    named = 'latent-explorer = "dashboard.shell.jupyter:server"'
    assert named in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


@pytest.fixture
def looking(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Jobs, str]:
    """The jobs of a read-only server, and a run that is there."""
    run = Jobs(tmp_path, Limits(running=0)).submit(tiny(), short(), "a")
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    monkeypatch.setenv(READ_ONLY, "1")
    jobs_module._shared.cache_clear()
    return jobs_module.shared(), run


def test_on_a_read_only_server_nothing_is_changed_by_anybody(looking: tuple[Jobs, str]) -> None:
    jobs, run = looking
    before = sorted((path, path.stat().st_mtime_ns) for path in jobs.folder.rglob("*") if path.is_file())
    changes = [
        lambda: jobs.submit(tiny(), short(), "b"), lambda: jobs.receive(Path("x"), "b"), lambda: jobs.resume(run),
        lambda: jobs.train_on(run, "steps", 1), lambda: jobs.stop(run), lambda: jobs.pause(run), lambda: jobs.go_on(run),
        lambda: jobs.slow_down(run, 1.0), lambda: jobs.rename(run, "b"), lambda: jobs.delete(run), lambda: jobs.undo_delete(run),
    ]  # fmt: skip
    for change in changes:
        with pytest.raises(EngineError, match="for looking only") as refused:
            change()
        assert one_line(refused.value)
    jobs.sweep()
    jobs.advance()
    assert before == sorted((path, path.stat().st_mtime_ns) for path in jobs.folder.rglob("*") if path.is_file())
    assert not (jobs.folder / UPLOADS).exists()


@pytest.mark.parametrize(("page", "query"), [("train", {}), ("train", {"run": "the run"}), ("runs", {}), ("lab", {})])
def test_on_a_read_only_server_pages_offer_nothing_that_changes_anything(
    page: str, query: dict[str, str], looking: tuple[Jobs, str]
) -> None:
    app = AppTest.from_string(f"from dashboard.{page} import page as {page}\n{page}.show()", default_timeout=60)
    for key in query:
        app.query_params[key] = looking[1]
    app.run()
    assert not app.exception
    if not query:
        assert any("for looking only" in one.value for one in (*app.info, *app.caption))
    offered = {one.label for one in app.button}
    assert not offered & {"Train", "Stop", "Cancel", "Delete", "Rename", "Resume", "Pause", "One step", "New run", "Start"}
    assert not app.get("file_uploader")


def test_the_page_to_project_shows_the_code_of_the_address_and_the_address() -> None:
    program = "from dashboard.shell import join\njoin.show('http://10.1.2.3:8501')"
    app = AppTest.from_string(program, default_timeout=60).run()
    assert not app.exception
    assert app.get("image")[0].proto.imgs[0].alt == "QR code of http://10.1.2.3:8501"
    assert ">http://10.1.2.3:8501</p>" in app.get("html")[0].proto.body


def test_the_page_to_project_says_so_where_its_address_leads_nobody_else_anywhere() -> None:
    program = "from dashboard.shell import join\njoin.show('http://localhost:8501')"
    app = AppTest.from_string(program, default_timeout=60).run()
    assert [one.value for one in app.warning] == [wording.ONLY_HERE]


def test_runs_of_a_read_only_server_that_has_none_invites_nobody_to_train(
    looking: tuple[Jobs, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "none"))
    app = AppTest.from_string("from dashboard.runs import page\npage.show()", default_timeout=60).run()
    assert not app.exception
    assert not any("Train one" in one.value for one in app.info)
