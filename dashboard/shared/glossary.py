"""The words of the subject, each with one sentence: the source of what a page explains on hover, tap and focus.

A marked word is a button of its own: a pointer, a finger or the Tab key opens what it means. No script is needed.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from functools import lru_cache

GLOSSARY: Mapping[str, str] = {
    "active unit": "A latent dimension whose mean μ differs from image to image. One that is not active says nothing.",
    "aggregate posterior": "The mean of q(z|x) over all images: where the images as a whole lie in latent space.",
    "amortisation": "Letting one network, the encoder, answer for every image instead of fitting q to each.",
    "autoencoder": "An encoder and a decoder trained to reproduce their input through a narrow code.",
    "baseline": "A number taken off before averaging. It leaves the mean as it is and takes noise away.",
    "Bernoulli": "A toss that gives 1 with a given chance and 0 otherwise: here one for each pixel.",
    "code": "Where the encoder of a plain autoencoder puts an image: a single point, two numbers.",
    "decoder": "The network that turns a latent z into a chance of ink for each pixel.",
    "dynamic": "Each grey pixel is tossed to 0 or 1 with its brightness as the chance, afresh each time.",
    "ELBO": "Evidence lower bound: −(nll + KL), in nats per image. Never above log p(x).",
    "encoder": "The network that reads an image and says where it lies in latent space.",
    "gap": "log p(x) − ELBO = KL(q ‖ p(z|x)): what the bound misses. Never below 0.",
    "importance-sampled": "Estimated from K draws of q, each weighted by p(x, z)/q(z).",
    "KL": "Kullback–Leibler divergence, in nats: how far one distribution is from another. 0 only if they are the same.",
    "mean field": "A q without correlation between its dimensions: its ellipse stands upright.",
    "modes": "The peaks of a distribution. A posterior with two modes has two explanations for one image.",
    "N(0, I)": "The standard Gaussian: mean 0 and standard deviation 1 along each axis, no correlation.",
    "nats": "The unit of log-probabilities with the natural logarithm: 1 nat = 1.44 bits.",
    "nll": "−log p(x|z), the reconstruction term in nats, summed over the pixels. Smaller is better.",
    "posterior": "p(z|x): how plausible each z is once the image x is seen. q(z|x) is the encoder's guess at it.",
    "prior": "p(z): where latents are expected before any image is seen. Here N(0, I).",
    "prior sd": "Prior standard deviations: the unit of the VAE's map. 1 is the σ of N(0, I).",
    "test split": "10,000 images that neither training nor the choice of a model has seen.",
    "~": "“Is drawn from”: x ~ Bernoulli(π) is one toss for each pixel.",
}

_FORMS: Mapping[str, str] = {
    "active unit": r"active units?|latent dimensions stay active|counts as active",
    "aggregate posterior": r"aggregate posterior",
    "amortisation": r"amortisation",
    "autoencoder": r"autoencoder(?:'s)?",
    "baseline": r"baseline",
    "Bernoulli": r"Bernoulli",
    "code": r"codes?",
    "decoder": r"decoder(?:'s)?",
    "dynamic": r"dynamic",
    "ELBO": r"ELBOs?",
    "encoder": r"encoder(?:'s)?",
    "gap": r"gap",
    "importance-sampled": r"importance-sampled|importance weights",
    "KL": r"KL(?!\()",
    "mean field": r"mean field",
    "modes": r"two modes|modes?",
    "N(0, I)": r"N\(0, I\)",
    "nats": r"nats?",
    "nll": r"nll",
    "posterior": r"posterior(?:'s)?",
    "prior": r"prior",
    "test split": r"test split",
}
"""How a text says them; what is not here stands in labels only."""

_NAMES = sorted(_FORMS, key=lambda name: -len(name))
_PATTERN = re.compile(
    r"(?P<skip>\$[^$]*\$|`[^`]*`|<[^>]*>)|"
    + "|".join(rf"(?<![\w-])(?P<t{i}>{_FORMS[name]})(?![\w-])" for i, name in enumerate(_NAMES))
)

STYLE = """<style>
.term { position: relative; border-bottom: 1px dotted currentColor; cursor: help; }
.term:focus-visible { outline: 2px solid var(--st-primary-color, currentColor); outline-offset: 2px; border-radius: 2px; }
.term > span { position: absolute; left: 0; top: 100%; z-index: 1000; width: max-content; max-width: 17rem; padding: .5rem .7rem;
  border-radius: .4rem; background: #1c2733; color: #fff; font: 400 .85rem/1.4 "Source Sans", system-ui, sans-serif;
  font-style: normal; white-space: normal; visibility: hidden; box-shadow: 0 2px 10px rgb(0 0 0 / .3); }
.term:hover > span, .term:focus > span { visibility: visible; }
@media (max-width: 640px) {
  .term > span { position: fixed; left: 1rem; right: 1rem; top: auto; bottom: 1rem; width: auto; max-width: none; }
}
</style>"""


def marked(text: str, *before: str) -> str:
    """Markdown in which each word of the glossary can be asked for where it first stands; not those in texts `before` it."""
    seen = {name for one in before for name in words_of(one)}

    def mark(match: re.Match[str]) -> str:
        name = _name(match)
        if not name or name in seen:
            return match[0]
        seen.add(name)
        return _button(match[0], name)

    return _PATTERN.sub(mark, text)


@lru_cache(maxsize=256)
def words_of(text: str) -> tuple[str, ...]:
    """The words of the glossary that a text uses, in its order."""
    return tuple(dict.fromkeys(name for match in _PATTERN.finditer(text) if (name := _name(match))))


def _name(match: re.Match[str]) -> str:
    return "" if match["skip"] else _NAMES[int(match.lastgroup[1:])] if match.lastgroup else ""


def _button(word: str, name: str) -> str:
    meaning = html.escape(GLOSSARY[name])
    label = f"{html.escape(word)}: {meaning}"
    shown = f'{word}<span aria-hidden="true">{meaning}</span>'
    return f'<span class="term" role="button" tabindex="0" aria-label="{label}">{shown}</span>'
