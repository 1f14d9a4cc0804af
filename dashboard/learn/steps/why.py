"""Step 1: what an autoencoder is, what goes wrong with it, and why a prior is wanted."""

from __future__ import annotations

import numpy as np

from dashboard.learn.steps import links
from dashboard.learn.steps.step import PIXELS, SHARE, Answer, Equation, Question, Step, measured
from dashboard.shared.source import Source
from dashboard.shared.wording import percent
from dashboard.stock import measures
from dashboard.stock.material import Material

_CODES = 1000  # as many as browser/learn/steps/why.js counts
_ALONG, _LEFT_OUT = 40, 1
_LITTLE = 0.1  # a difference of less than this share counts as none


def _nobody_there(material: Material) -> Answer:
    draws = measures.own_gaussian(material.codes, np.random.default_rng(0).standard_normal((measures.FAR_DRAWS, 2)))
    is_far = measures.is_far(material, "ae", draws)
    far, usual = (float(np.median(measures.unsure_pixels(material.ae, z))) for z in (draws[is_far], material.codes[:_CODES]))
    places = _places(material)
    fewer = float((measures.unsure_pixels(material.ae, places[measures.is_far(material, "ae", places)]) <= usual).mean())
    change = far / usual - 1
    because = (
        f"Of {measures.FAR_DRAWS:,} draws from the Gaussian fitted to the autoencoder's own codes "
        f"{percent(float(is_far.mean()))} land further from every training code than {measures.USUAL} % of test codes do. There "
        f"{far:.0f} of 784 pixels are undecided (a chance of ink between ¼ and ¾, median), at the codes of test images "
        f"{usual:.0f}. Of places as far, spread evenly over the map, {percent(fewer)} have no more. A decoder draws something "
        "everywhere."
    )
    right = 0 if abs(change) < _LITTLE else 1 if change > 0 else 2
    return Answer(right, because, measured(material.ae, units=(SHARE, PIXELS)))


def _places(material: Material) -> np.ndarray:
    """An even grid over what the map shows of the autoencoder's codes: [k, 2]."""
    low, high = np.percentile(material.codes, [_LEFT_OUT, 100 - _LEFT_OUT], axis=0)
    return np.stack(np.meshgrid(*np.linspace(low, high, _ALONG).T), -1).reshape(-1, 2)


WHY_STEP = Step(
    name="why",
    short="Why",
    title="What an autoencoder is",
    idea="An *encoder* squeezes an image into two numbers, its *code*; a *decoder* draws it again from them. It learns "
    "nothing but that, so codes lie where they happen to lie. Where should a new digit begin? A VAE agrees on that "
    "beforehand: on a *prior* to draw codes from.",
    try_this="Choose a dot: image, code, reconstruction. Then drag the ring to where no dot is, and draw from the codes' "
    "own Gaussian.",
    equation=Equation("autoencode", r"x \to c = \mathrm{encode}(x) \to \pi = \mathrm{decode}(c)"),
    mathematics=(
        "$c$ is the code, two numbers, which maps and sliders call $z$ as in every model; "
        "$\\pi_i$ is the chance of ink that the decoder gives pixel $i$ of 784. Training makes "
        "the reconstruction error (nll) small and nothing else:",
        Equation(
            "reconstruction",
            r"-\sum_{i=1}^{784} x_i \log \pi_i + (1 - x_i) \log (1 - \pi_i)",
        ),
        "No term says where codes should lie or what is between them. A VAE adds one, and codes an image as a small cloud "
        "instead of a point. Step 9 sets the two side by side.",
    ),
    question=Question(
        "Some draws from the codes' own Gaussian land far from every training code. How do their pictures differ?",
        ("Hardly", "More pixels are half ink", "They are sharper"),
        _nobody_there,
    ),
    source=Source("vae_engine/model/models.py", "Autoencoder.encode"),
    why="The codes alone do not say where a new image should begin, nor how likely one is: a distribution of codes does, fitted "
    "afterwards as here, or agreed on beforehand. The steps that follow take the second way and say what it costs.",
    words=("autoencoder", "code", "encoder", "decoder", "prior", "undecided pixels"),
    link=lambda material: links.whole_map(),
)
