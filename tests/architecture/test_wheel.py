"""What is built into a wheel, and that an editable install leaves the checkout as it is."""

from __future__ import annotations

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path, PurePosixPath

import pytest
from support.builders import ROOT

LISTED = """
import setuptools
from distutils.core import run_setup
build = run_setup("setup.py", stop_after="config").get_command_obj("build_py")
build.build_lib, build.editable_mode = ".", {editable}
build.ensure_finalized()
print(*build.get_outputs(include_bytecode=False), sep="\\n")
"""


@cache
def listed(editable: bool) -> set[str]:
    """The files that a build would make, by their path in the wheel."""
    program = LISTED.format(editable=editable)
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    return {Path(line).as_posix() for line in done.stdout.splitlines()}


def tracked(*paths: str) -> set[str]:
    """The files of the checkout below these paths that git knows, or would know."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *paths]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    return {name for name in names if (ROOT / name).exists()}


@pytest.mark.parametrize("folder", ["assets/mnist", "assets/experiments", "assets/icon.png", "pretrained", ".streamlit"])
def test_a_wheel_carries_what_lies_beside_the_packages(folder: str) -> None:
    assert tracked(folder)
    assert {f"vae_engine/packaged/{name}" for name in tracked(folder)} <= listed(editable=False)


def test_a_wheel_carries_every_file_and_folder_that_the_code_names() -> None:
    there = tracked(".")
    folders = {str(folder) for name in there for folder in PurePosixPath(name).parents}
    named = {
        node.value.removesuffix("/")
        for name in tracked("vae_engine/*.py", "dashboard/*.py")
        for node in ast.walk(ast.parse((ROOT / name).read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "/" in node.value
    }
    wanted = {name for name in there if any(name == one or name.startswith(f"{one}/") for one in named & (there | folders))}
    assert {"assets/icon.png", "dashboard/browser/base/colours.json"} <= wanted
    carried = {name.removeprefix("vae_engine/packaged/") for name in listed(editable=False)}
    assert wanted - carried == set()


def test_a_wheel_holds_the_code_and_what_browsers_run_and_nothing_else() -> None:
    told = ("dashboard/browser/words/glossary.json", "dashboard/browser/base/colours.json", "dashboard/learn/formulas.json")
    code = tracked("latent_explorer.py", "vae_engine/*.py", "dashboard/*.py", "dashboard/browser/built", *told)
    beside = {name for name in listed(editable=False) if name.startswith("vae_engine/packaged/")}
    assert listed(editable=False) - beside == code


def test_an_editable_install_reads_the_checkout_itself() -> None:
    assert not any("packaged" in name for name in listed(editable=True))
