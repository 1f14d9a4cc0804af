"""Dockerfile, compose file, development container and nginx's site: what they name is there, and they agree with each other."""

from __future__ import annotations

import argparse
import json
import re
import shlex
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.builders import ROOT
from support.hosts.nginx import NGINX, SITE, configure, site

from dashboard.jobs.jobs import VARIABLE as RUNS
from dashboard.shared.visitors import COOKIE
from dashboard.shell import command, serving, settings
from vae_engine.data.fetched import VARIABLE as DATA

DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
WORKSHOP = (ROOT / ".devcontainer/devcontainer.json").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def instructions(name: str) -> list[str]:
    """What stands behind one of Docker's instructions, each time it is given."""
    whole = re.sub(r"\\\n\s*", "", DOCKERFILE)
    return re.findall(rf"^\s*{name} (.*)$", whole, re.MULTILINE)


def served(monkeypatch: pytest.MonkeyPatch) -> serving.Serving:
    """What the container serves, by the command that it starts."""
    found: list[argparse.Namespace] = []
    monkeypatch.setattr(command, "_run", lambda arguments: found.append(arguments) or 0)
    assert command.main(json.loads(instructions("CMD")[-1])) == 0
    assert found[0].no_browser
    return serving.serving(found[0])


def test_the_container_serves_every_network_at_the_port_that_all_name(monkeypatch: pytest.MonkeyPatch) -> None:
    (program,) = json.loads(instructions("ENTRYPOINT")[0])
    assert program in PROJECT["scripts"]
    told = served(monkeypatch)
    assert told.host == "0.0.0.0"  # noqa: S104
    (port,) = instructions("EXPOSE")
    assert told.port == int(port)
    (health,) = re.findall(r"HEALTHCHECK.*?CMD (\[.*?\])$", DOCKERFILE, re.MULTILINE | re.DOTALL)
    assert f"localhost:{port}/_stcore/health" in json.loads(health)[-1]
    (service,) = COMPOSE["services"].keys() - {"nginx"}
    assert f"server {service}:{port};" in SITE.read_text(encoding="utf-8")
    assert json.loads(uncommented(WORKSHOP))["forwardPorts"] == [serving.Serving.port]


def test_every_variable_is_one_that_the_program_knows() -> None:
    parser = argparse.ArgumentParser()
    serving.add_options(parser, {})
    known = {RUNS, DATA, *re.findall(rf"{serving.PREFIX}\w+", parser.format_help())}
    given = [word.partition("=")[0] for line in instructions("ENV") for word in shlex.split(line)]
    given += [name for one in COMPOSE["services"].values() for name in one.get("environment", {})]
    assert {RUNS, DATA} <= set(given) <= known
    readme, compose = ((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "compose.yaml"))
    told = re.findall(r"\b([A-Z_]+)=\S+(?= (?:[A-Z_]+=\S+ )*docker compose)", readme) + re.findall(r"`([A-Z]+)=\d+`", readme)
    assert {"ADDRESS", "PRESENTER", "READ_ONLY", "SERVERS"} <= set(told) <= set(re.findall(r"\$\{([A-Z_]+)", compose))


def test_what_outlives_a_container_lies_where_its_user_who_is_not_root_may_write() -> None:
    places = dict(word.split("=") for line in instructions("ENV") for word in shlex.split(line))
    (volumes,) = instructions("VOLUME")
    assert set(json.loads(volumes)) == set(places.values())
    (user,) = instructions("USER")
    assert user != "root"
    (made,) = (line for line in instructions("RUN") if "useradd" in line)
    assert f"mkdir {' '.join(places.values())} && chown {user} . {' '.join(places.values())}" in made
    assert DOCKERFILE.index("USER ") > DOCKERFILE.rindex("RUN ")
    (service,) = (one for one in COMPOSE["services"].values() if "build" in one)
    mounts = dict(mount.split(":")[:2] for mount in service["volumes"])
    assert set(mounts.values()) == set(places.values())
    assert mounts.keys() == COMPOSE["volumes"].keys()


def test_what_is_installed_and_mounted_is_there() -> None:
    assert set(re.search(r"\[([\w,]+)\]\"", DOCKERFILE)[1].split(",")) <= PROJECT["optional-dependencies"].keys()  # type: ignore[index]
    for line in instructions("COPY"):
        assert (ROOT / line.split()[0]).exists()
    for mount in COMPOSE["services"]["nginx"]["volumes"]:
        assert (ROOT / mount.split(":")[0]).is_file()
    assert "make install-test" in json.loads(uncommented(WORKSHOP))["postCreateCommand"]
    assert "\ninstall-test:" in (ROOT / "Makefile").read_text(encoding="utf-8")
    python = set(instructions("FROM")) | set(re.findall(r"/(python:[\d.]+)", WORKSHOP))
    assert {re.search(r"python:([\d.]+)", one)[1] for one in python} == {"3.11"}  # type: ignore[index]


def test_docker_is_sent_all_that_a_wheel_is_made_of_and_no_more() -> None:
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    kept = {line[1:] for line in lines if line.startswith("!")}
    assert "*" in lines
    made_of = {"vae_engine", "dashboard", "pyproject.toml", "setup.py", "MANIFEST.in", PROJECT["readme"], "LICENSE"}
    (beside,) = re.findall(r"^BESIDE = (\(.*\))$", (ROOT / "setup.py").read_text(encoding="utf-8"), re.MULTILINE)
    made_of |= {Path(name).parts[0] for name in re.findall(r'"([^"]+)"', beside)}
    assert kept == made_of | {line.split()[0] for line in instructions("COPY")} - {"."}


def test_nginx_knows_visitors_by_their_cookie_and_takes_uploads_as_large_as_the_server_does() -> None:
    text = SITE.read_text(encoding="utf-8")
    assert set(re.findall(r"\$cookie_(\w+)", text)) == {COOKIE}
    assert f"client_max_body_size {settings.environment()['STREAMLIT_SERVER_MAX_UPLOAD_SIZE']}m;" in text


@pytest.mark.skipif(not NGINX, reason="nginx is not installed")
@pytest.mark.parametrize("path", ["", "/course/explorer"])
def test_nginx_accepts_its_site(path: str, tmp_path: Path) -> None:
    written = site(8080, ["127.0.0.1:8501", "127.0.0.1:8502"], path)
    checked = subprocess.run([*configure(tmp_path, written), "-t"], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr


def uncommented(text: str) -> Any:
    """JSON without the lines of comments that development containers allow."""
    return re.sub(r"^\s*//.*$", "", text, flags=re.MULTILINE)
