"""What a Hugging Face hub answers to those few requests that a push and a pull make, on this machine."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

Files = dict[str, bytes]


class StandIn(ThreadingHTTPServer):
    """Repositories as lists of commits, the newest last; `asked` are the files that were fetched."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.repos: dict[str, list[tuple[str, Files]]] = {}
        self.asked: list[str] = []

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def commit(self, repo: str, files: Files) -> str:
        """Add a commit that changes some files; its hash."""
        commits = self.repos.setdefault(repo, [])
        kept = (commits[-1][1] if commits else {}) | files
        digest = hashlib.sha1(b"".join([str(len(commits)).encode(), *kept.values()])).hexdigest()  # noqa: S324 (as git has)
        commits.append((digest, kept))
        return digest

    def at(self, repo: str, revision: str) -> tuple[str, Files] | None:
        """A commit by its hash, or the newest as main; nothing where there is none."""
        commits = self.repos.get(repo, [])
        return commits[-1] if commits and revision == "main" else next((one for one in commits if one[0] == revision), None)


class _Handler(BaseHTTPRequestHandler):
    server: StandIn

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def _answer(self, value: Any, code: int = 200) -> None:
        content = value if isinstance(value, bytes) else json.dumps(value).encode()
        self.send_response(code)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _missing(self, what: str) -> None:
        self.send_response(404)
        self.send_header("X-Error-Code", what)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        hub = self.server
        if self.path == "/api/repos/create":
            asked = json.loads(content)
            repo = f"{asked['organization']}/{asked['name']}"
            hub.repos.setdefault(repo, [])
            self._answer({"url": f"{hub.address}/{repo}", "name": repo, "id": repo})
        elif self.path == "/api/validate-yaml":
            self._answer({"errors": [], "warnings": []})
        elif found := re.fullmatch(r"/api/models/([\w./-]+)/preupload/main", self.path):
            names = [file["path"] for file in json.loads(content)["files"]]
            self._answer({"files": [{"path": name, "uploadMode": "regular", "shouldIgnore": False} for name in names]})
        elif found := re.fullmatch(r"/api/models/([\w./-]+)/commit/main", self.path):
            lines = [json.loads(line) for line in content.splitlines()]
            files = {one["value"]["path"]: base64.b64decode(one["value"]["content"]) for one in lines if one["key"] == "file"}
            digest = hub.commit(found[1], files)
            self._answer({"commitUrl": f"{hub.address}/{found[1]}/commit/{digest}", "commitOid": digest})
        else:
            self._missing("EntryNotFound")

    def do_GET(self) -> None:
        hub, path = self.server, self.path.partition("?")[0]
        if found := re.fullmatch(r"/api/models/([\w-]+/[\w-]+)(?:/revision/(\w+))?", path):
            commit = hub.at(found[1], found[2] or "main")
            if commit is None:
                self._missing("RevisionNotFound" if found[1] in hub.repos else "RepoNotFound")
                return
            siblings = [{"rfilename": name, "size": len(content)} for name, content in commit[1].items()]
            self._answer({"id": found[1], "modelId": found[1], "sha": commit[0], "siblings": siblings, "tags": []})
        elif found := re.fullmatch(r"/([\w-]+/[\w-]+)/resolve/(\w+)/([\w.]+)", path):
            commit = hub.at(found[1], found[2])
            if commit is None or found[3] not in commit[1]:
                self._missing("EntryNotFound")
                return
            content = commit[1][found[3]]
            hub.asked.append(found[3])
            self.send_response(200)
            self.send_header("X-Repo-Commit", commit[0])
            self.send_header("ETag", f'"{hashlib.sha256(content).hexdigest()}"')
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(content)
        else:
            self._missing("EntryNotFound")

    do_HEAD = do_GET  # noqa: N815 (http.server's name)


@contextmanager
def running() -> Iterator[StandIn]:
    """A stand-in that answers as long as this lasts."""
    hub = StandIn()
    thread = Thread(target=hub.serve_forever)
    thread.start()
    try:
        yield hub
    finally:
        hub.shutdown()
        thread.join()
        hub.server_close()
