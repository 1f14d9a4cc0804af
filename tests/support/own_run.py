"""A run of a visitor's own, as its folder tells it, without any training."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from support.builders import short, tiny

from dashboard.jobs.run_view import About, write_about
from vae_engine.stored import checkpoints

ROSE = ((206.0, 0.4), (200.0, 0.1), (190.0, 0.9), (176.0, 2.5), (168.0, 4.1))
"""nll and KL, step by step, of a run that passes −180 nats at its fourth."""


OWN_RUN = "./runs?pin=run:mine"
"""What a link to the run ends in that is written by default."""


def write_run(runs: Path, terms: Sequence[tuple[float, float]] = ROSE, *, of: str = "mine", **settings: Any) -> str:
    """Write a run that logged these terms every 100 steps into a folder of runs, and say what a link to it ends in."""
    folder = runs / of
    folder.mkdir(parents=True)
    checkpoints.write_config(folder, tiny(**settings), short())
    write_about(folder, About(of))
    events = [{"type": "step", "step": 100 * i, "progress": 0.1, "nll": nll, "kl": kl} for i, (nll, kl) in enumerate(terms, 1)]
    end = {"type": "finished", "step": 100 * len(terms), "seconds": 1.0, "reason": "stopped", "terms": {}}
    (folder / "events.jsonl").write_text("".join(json.dumps(event) + "\n" for event in [*events, end]))
    return f"./runs?pin=run:{of}"
