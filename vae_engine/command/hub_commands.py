"""`push` and `pull`: a model to a Hugging Face hub, and from one."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from vae_engine.command.commands import add_command, show
from vae_engine.data import datasets
from vae_engine.exchange import hub
from vae_engine.stored import registry


def add(commands: Any) -> None:
    """Add the commands to a program's subparsers."""
    push = add_command(commands, "push", _push, "put a model, with its card, on a Hugging Face hub (extra hub)")
    push.add_argument("model", help="a pretrained name or a folder")
    push.add_argument("repo", metavar="OWNER/NAME", help="the repository, made where there is none")
    push.add_argument(
        "--license", required=True, metavar="ID", help="what others may do with it, as the hub calls it: mit, cc-by-4.0 …"
    )
    push.add_argument("--private", action="store_true", help="let nobody else see a repository that is made")

    pull = add_command(commands, "pull", _pull, "fetch a model from a Hugging Face hub, at one commit (extra hub)")
    pull.add_argument("repo", metavar="OWNER/NAME", help="the repository")
    pull.add_argument("-o", "--output", type=Path, required=True, help="the folder to write")
    pull.add_argument("--revision", default="", metavar="HASH", help="the commit (default the newest, whose hash is said)")


def _push(arguments: argparse.Namespace) -> int:
    stored = registry.find(arguments.model)
    if datasets.is_own(stored.train.data):
        print(f"Its config.json names the place of its images: {stored.train.data}", file=sys.stderr)
    commit = hub.push(stored, arguments.repo, arguments.license, private=arguments.private)
    show(arguments, {"repo": arguments.repo, "commit": commit}, f"{stored.name} is in {arguments.repo}, commit {commit}")
    return 0


def _pull(arguments: argparse.Namespace) -> int:
    commit = hub.pull(arguments.repo, arguments.output, arguments.revision)
    value = {"repo": arguments.repo, "commit": commit, "output": str(arguments.output)}
    show(arguments, value, f"{arguments.repo} at commit {commit} is in {arguments.output}.\nAgain the same: --revision {commit}")
    return 0
