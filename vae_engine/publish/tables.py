"""The table of numbers in README, from the models' own metrics; what was quoted from papers is marked."""

from __future__ import annotations

from vae_engine.base.figures import figure, plus_minus, with_minus
from vae_engine.stored import weights
from vae_engine.stored.checkpoints import Stored

# (name, ELBO, importance-sampled log p(x), the spread of the latter that its authors give): quoted, not measured here.
QUOTED = (
    ("N-VAE d=2, Davidson et al. 2018", -137.08, -135.73, 0.83),
    ("S-VAE d=2, sphere in R³, Davidson et al. 2018", -133.72, -132.50, 0.73),
)


def markdown(models: list[Stored]) -> str:
    """One row a model: ELBO, importance-sampled and exact log p(x), reconstruction; then the quoted rows."""
    head = ["model", "weights", "ELBO", "log p(x), IS-500", "log p(x), exact", "−log p(x given z)", "chosen on validation from"]
    rows = [_row(model) for model in ranked(models)]
    for name, elbo, sampled, spread in QUOTED:
        rows.append([f"{name} (quoted)", "", plus_minus(elbo), plus_minus(sampled, spread), "", "", ""])
    return with_minus("\n".join("| " + " | ".join(row) + " |" for row in [head, ["---"] * len(head), *rows]))


def ranked(models: list[Stored]) -> list[Stored]:
    """VAEs before autoencoders, each from the best bound or reconstruction to the worst."""

    def place(model: Stored) -> tuple[bool, float]:
        loss = -model.metrics["elbo"] if "elbo" in model.metrics else model.metrics.get("nll", float("inf"))
        return model.model.kind != "vae", loss

    return sorted(models, key=place)


def _row(model: Stored) -> list[str]:
    numbers = model.metrics
    seeds = len(numbers.get("selection", {}).get("candidates", [])) or 1
    choice = "one run" if seeds == 1 else f"{seeds} seeds"
    elbo, sampled, exact, nll = (figure(numbers, key) for key in ("elbo", "log_px_is", "log_px_exact", "nll"))
    exact = "refused" if "exact_refused" in numbers else exact
    return [f"`{model.name}`", f"{weights.parameter_count(model.model):,}", elbo, sampled, exact, nll, choice]
