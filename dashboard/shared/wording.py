"""The sentences a visitor reads. What is said about a state is computed from that state."""

from __future__ import annotations

import math
from typing import Any

from vae_engine.base.figures import trust, with_minus
from vae_engine.base.remedies import restored

TITLE = "Latent-space explorer"
EXPLORE = "Explore"
_HUGE = 1e9
_MOST_DIGITS = 3
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
PAGES = "Pages"
FIRST, LAST = "There is nothing before this.", "There is nothing after this."
PREVIOUS, NEXT = "Previous", "Next"
LEAFING = {"previous": PREVIOUS, "next": NEXT, "first": FIRST, "last": LAST}
"""What the bar says with which one leafs through a book; `pages` is what the book calls them all."""
MODELS = "Models"

ONE_FILE = "The Explore page as one file"
ONE_FILE_HELP = (
    "It opens from disk in any browser, with no server and no network. Making it takes a second or two, and the first time for a "
    "run or a brought model some ten, in which its weights are rounded. "
    "A VAE of the β ladder brings the whole ladder, for the β slider. Finished runs and models that were brought are offered "
    "below the bundled ones; two models in a file see the same images."
)
ONE_FILE_BUTTON = "Download HTML"
ONE_FILE_MODEL, ONE_FILE_BESIDE, ONE_FILE_ALONE = "Model", "Beside it", "no other"

READING_MODELS = "The models are being read …"
NO_MODELS = f"There are no pretrained models here: {restored('pretrained')}."
BOUNDS_ALT = "For each VAE the ELBO, the importance-sampled and the exact log p(x) on one axis of nats per image"
BOUNDS_AXIS = "nats per image, higher is better"
CARDS = "Model cards"
NO_COOKIES = (
    "Cookies of this page do not come back to the server, so it will refuse an upload with the number 403: the browser takes "
    "none, or a proxy or a tunnel in between drops them. Until that is mended, "
)
NO_CARD = "This model has no model card."

METRIC_COLUMNS = {
    "elbo": "ELBO",
    "log_px_is": "log p(x), importance-sampled",
    "log_px_exact": "log p(x), exact",
    "nll": "nll, −log p(x|z)",
    "kl": "KL",
}
TRUST = "How far the importance-sampled numbers can be trusted"
ERROR, ERROR_HELP = "±", "Standard error of the mean to the left: standard deviation over images / √n."


MINUS_LOSS = (
    "For β ≥ 1, −loss ≤ ELBO ≤ log p(x): minus the loss is still a lower bound, above β = 1 a looser one. For β < 1 it "
    "can lie above log p(x), and is none."
)
"""On loss = nll + β·KL."""


def in_new_tab(label: str) -> str:
    """The label of a link that leaves the page where it is."""
    return f"{label}, new tab"


def trust_table(metrics: dict[str, dict[str, Any]]) -> str:
    """Of each model with an importance-sampled log p(x) what its weights say, and what the exact value knows; Markdown."""
    lines = [f"| {name} | {with_minus(said)} |" for name, numbers in metrics.items() if (said := trust(numbers))]
    return "\n".join(["| model | log p(x), importance-sampled |", "|---|---|", *lines]) if lines else ""


def protocol_of(metrics: list[dict[str, Any]]) -> str:
    """Under which protocol the numbers of a table were measured, said once when they agree."""
    told = {f"{m.get('protocol')} pixels, {m.get('split')} split, n = {m.get('n', 0):,}, seed {m.get('seed')}" for m in metrics}
    return "Nats per image: " + "; ".join(sorted(told)) + "."


def number(value: float, digits: int = 2) -> str:
    """A number with a minus sign instead of a hyphen, and none before a nought; a huge one as a power of ten.

    Any float has its words, since a diverging run logs any.
    """
    if math.isnan(value):
        return "no number"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if abs(value) >= _HUGE:
        mantissa, exponent = f"{value:.2e}".split("e+")
        return f"{mantissa} · 10{exponent.lstrip('0').translate(_RAISED)}".replace("-", "−")
    return f"{value:z,.{digits}f}".replace("-", "−")


def refused(title: str, complaint: str) -> str:
    """That a browser does not show a model, and how it gives other numbers."""
    return f"{title} is not shown: {complaint}. Import it again, or open it in another browser."


def as_given(value: float) -> str:
    """A number that a visitor gave, with every digit of it."""
    _, _, decimals = f"{value:.9f}".rstrip("0").partition(".")
    return number(value, len(decimals))


def plus_minus(value: float, error: float | None, digits: int = 2) -> str:
    """A mean with its standard error, where that is known, with so many digits that the error is not 0."""
    if error is None or not math.isfinite(error):
        return number(value, digits)
    digits = min(max(digits, math.ceil(-math.log10(error))), _MOST_DIGITS) if error > 0 else digits
    return f"{number(value, digits)} ± {number(error, digits)}"


def apart(more: float, less: float, digits: int = 2) -> str:
    """By how much two numbers differ as they stand beside it: the difference of what `number` prints of them."""
    return number(round(more, digits) - round(less, digits), digits)


def one_of(digit: int) -> str:
    """A digit with its article."""
    return f"{'an' if digit == 8 else 'a'} {digit}"


def share_text(share: float) -> str:
    """A share as a percentage with two meaningful digits, or more where it would look like all: as browser/words/captions.js."""
    if share > 0.9995:
        return "100 %"
    if share >= 0.0095:
        return percent(share, 1 if share < 0.1 or share >= 0.995 else 0)
    return "less than 0.001 %" if share < 1e-5 else f"{float(f'{100 * share:.2g}'):.5g} %"


def percent(share: float, digits: int = 0) -> str:
    """A share as a percentage."""
    return f"{100 * share:.{digits}f} %"
