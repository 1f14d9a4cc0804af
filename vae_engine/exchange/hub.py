"""A model folder on a Hugging Face hub: pushed with a card, pulled at one commit.

What goes either way is safetensors and JSON: nothing is unpickled or run, and what is pulled passes every check that a folder
of this machine passes. The address of the hub is that of `huggingface_hub`: HF_ENDPOINT, else the public one.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from vae_engine.base import remedies
from vae_engine.base.errors import EngineError
from vae_engine.base.figures import TERMS, figure, trust, with_minus
from vae_engine.base.files import write_atomically
from vae_engine.data import datasets
from vae_engine.stored import checkpoints, weights
from vae_engine.stored.checkpoints import Stored

CARD = "README.md"
_PARTS = (checkpoints.CONFIG, checkpoints.WEIGHTS, checkpoints.METRICS)
_CALLED = {
    "elbo": "ELBO", "nll": "reconstruction term, −log p(x given z)", "kl": "KL(q ‖ prior)",
    "log_px_is": "log p(x), importance-sampled", "log_px_exact": "log p(x), exact by quadrature",
}  # fmt: skip


def push(stored: Stored, repo: str, licence: str, *, private: bool) -> str:
    """Commit a model with its card to a repository, which is made where there is none; the commit's hash.

    Raises EngineError where the hub refuses.
    """
    hub = _package()
    files = {name: (stored.folder / name).read_bytes() for name in _PARTS} | {CARD: card(stored, repo, licence).encode()}
    with _refused(repo):
        api = hub.HfApi()
        api.create_repo(repo, private=private, exist_ok=True)
        parts = [hub.CommitOperationAdd(name, content) for name, content in files.items()]
        return str(api.create_commit(repo, parts, commit_message=f"{stored.name}, {stored.sha256[:12]}").oid)


def pull(repo: str, folder: Path, revision: str = "") -> str:
    """Write the folder of a model in a repository at a revision, a hash or a branch, else the newest; the hash of its commit.

    The hash is kept in the folder's numbers, under `pulled`. Raises EngineError for what is not a model of ours.
    """
    hub = _package()
    if (folder / checkpoints.METRICS).exists():
        raise EngineError(f"{folder} holds a model already; name another folder.")
    with tempfile.TemporaryDirectory() as place:
        with _refused(repo):
            api = hub.HfApi()
            about = api.model_info(repo, revision=revision or None, files_metadata=True)
        sizes = {one.rfilename: one.size or 0 for one in about.siblings or ()}
        if lacking := [name for name in _PARTS if name not in sizes]:
            raise EngineError(f"{repo} holds no model of ours: it has no {lacking[0]}.")
        if sum(sizes[name] for name in _PARTS) > weights.MAX_BYTES:
            raise EngineError(f"{repo} is larger than {weights.MAX_BYTES >> 20} MiB, which none of our models is.")
        with _refused(repo):
            got = {name: Path(api.hf_hub_download(repo, name, revision=about.sha, cache_dir=place)) for name in _PARTS}
        stored = checkpoints.read(got[checkpoints.METRICS].parent)
        for name in (checkpoints.CONFIG, checkpoints.WEIGHTS):
            write_atomically(folder / name, got[name].read_bytes())
        checkpoints.write_metrics(folder, stored.metrics | {"pulled": {"repo": repo, "commit": about.sha}})
    return str(about.sha)


def card(stored: Stored, repo: str, licence: str) -> str:
    """The card in the hub's format: licence, tags and measured numbers for its search, and a page to be read."""
    hub = _package()
    title = datasets.TITLES.get(stored.train.data, "images of one's own")
    numbers = {name: stored.metrics[name] for name in TERMS if isinstance(stored.metrics.get(name), float)}
    measured = [
        hub.EvalResult(
            task_type="density-estimation", dataset_type=title.lower(), dataset_name=title,
            dataset_split=stored.metrics.get("split"), metric_type=name, metric_value=value,
            metric_name=f"{_CALLED.get(name, name)}, nats per image",
        ) for name, value in numbers.items()
    ]  # fmt: skip
    head = hub.ModelCardData(
        license=licence, library_name="latent-explorer", model_name=stored.name, eval_results=measured or None,
        tags=[stored.model.kind, "latent-space", title.lower().replace(" ", "-")],
    )  # fmt: skip
    kind = "variational autoencoder" if stored.model.kind == "vae" else "plain autoencoder"
    where = ", ".join(f"{key} {stored.metrics[key]}" for key in ("split", "protocol", "n", "seed") if key in stored.metrics)
    rows = [f"| {_CALLED.get(name, name)} | {figure(stored.metrics, name)} |" for name in numbers]
    if said := trust(stored.metrics):
        rows.append(f"| … how far its importance weights can be trusted | {said} |")
    table = [f"Nats per image; {where}.", "", "| number | value |", "|---|---|", *rows] if rows else ["None was measured."]
    page = [
        f"# {stored.name}", "",
        f"A {kind} of {title} with {stored.model.latent_dim} latent dimensions and "
        f"{weights.parameter_count(stored.model):,} weights, {stored.model.likelihood} likelihood, pixels seen as "
        f"{stored.train.protocol}.", "",
        "## Numbers", "", *table, "",
        "## Use", "", "```", f"python -m vae_engine pull {repo} -o MODEL", "python -m vae_engine info MODEL", "```", "",
        f"SHA-256 of `{checkpoints.WEIGHTS}`: `{stored.sha256}`.", "",
    ]  # fmt: skip
    return f"---\n{head.to_yaml()}\n---\n\n" + with_minus("\n".join(page))


def _package() -> Any:
    try:
        import huggingface_hub
    except ImportError:
        raise EngineError(f"The hub needs the package huggingface_hub: add it {remedies.optional('huggingface_hub')}.") from None
    return huggingface_hub


@contextlib.contextmanager
def _refused(repo: str) -> Iterator[None]:
    """Whatever the hub or the way there brings about, as an EngineError of one line."""
    try:
        yield
    except Exception as error:
        said = " ".join(str(error).split())[:300]
        raise EngineError(f"{repo}: the hub says no: {said or type(error).__name__}") from None
