"""Steps 6 to 8: how the bound and its gradient are estimated, and what the encoder adds to the gap."""

from __future__ import annotations

import math

import numpy as np

from dashboard.learn.steps import links
from dashboard.learn.steps.step import NATS, RATIO, SHARE, Answer, Equation, Question, Step, first_image, measured
from dashboard.shared.source import Source
from dashboard.shared.wording import percent, plus_minus
from dashboard.stock import measures
from dashboard.stock.material import Material

_IMAGES = 25
_EVEN = 0.15  # a share of images within this of one half counts as no difference


def _a_or_b(material: Material) -> Answer:
    spreads = np.array([measures.estimator_spreads(material, image) for image in range(_IMAGES)])
    is_a_less = spreads[:, 0] < spreads[:, 1]
    a_less = float(is_a_less.mean())
    right = 2 if abs(a_less - 0.5) < _EVEN else 0 if a_less > 0.5 else 1
    a, b = np.median(spreads, axis=0)
    because = (
        f"For {percent(a_less)} of the first {_IMAGES} test images A scatters less (median standard deviation {a:.2f} nats "
        f"against {b:.2f}); the image in the live view may be one of the others. B saves the noise of the KL term, and early in "
        "training, when q is far from the posterior, that is what counts. But in A the noises of its terms cancel as q "
        "approaches the posterior: at q = p(z|x) every draw of A gives log p(x) exactly."
    )
    shown = None if right == 2 else first_image(is_a_less == (right == 0))
    return Answer(right, because, measured(material.vae, units=(NATS, SHARE)), shown)


def _ratio(material: Material) -> Answer:
    variances = np.array([measures.gradient_variances(material, image) for image in range(5)])
    ratios = variances[:, 1:] / variances[:, :1]
    plain, centred = np.median(ratios, axis=0)
    right = _option(plain)
    because = (
        f"Median over the first 5 test images, same draws: without a baseline its variance is {plain:,.0f} times that of "
        f"reparameterisation, so it needs {plain:,.0f} times the samples for the same precision. With the mean of the "
        f"other samples as a baseline it is {centred:,.1f} times."
    )
    shown = first_image([_option(ratio) == right for ratio in ratios[:, 0]])
    return Answer(right, because, measured(material.vae, units=(RATIO,)), shown)


def _option(ratio: float) -> int:
    return 0 if ratio < 3 else 1 if ratio < 100 else 2


def _even(material: Material) -> Answer:
    gap = np.sort(material.truths.gap)
    worst = float(gap[-len(gap) // 10 :].sum() / gap.sum())
    right = 1 if worst > 0.4 else 0
    mean = plus_minus(float(gap.mean()), float(gap.std(ddof=1)) / math.sqrt(len(gap)))
    because = (
        f"The mean gap is {mean} nats, but half of the images have less than {np.median(gap):.2f}. The worst tenth "
        f"carry {percent(worst)} of the whole gap: there the encoder's q stands beside the posterior. Refining q for one such "
        "image takes a moment and wins most of it back, which shows that the decoder was not to blame."
    )
    return Answer(right, because, measured(material.vae, units=(NATS, SHARE)))


INFERENCE_STEPS = (
    Step(
        name="estimators",
        short="Estimators",
        title="Averages instead of integrals",
        idea="The ELBO is an average over q, so draw a few z from q and take their mean. Part of it, the KL to the prior, has a "
        "formula for Gaussians. Estimator A samples everything, estimator B uses the formula and samples the rest.",
        try_this="Raise L, the number of draws, and see both histograms shrink around the exact value.",
        equation=Equation(
            "kl-closed",
            r"\begin{aligned} &\mathrm{KL}\big(q \,\|\, p(z)\big) \\"
            r" &\;\; = -\tfrac12 \sum_j \left(1 + \log \sigma_j^2 - \mu_j^2 - \sigma_j^2\right) \end{aligned}",
        ),
        mathematics=(
            "$\\mu_j$ and $\\sigma_j$ are centre and width of $q$ along axis $j$, and $z^{(l)}$ are $L$ draws from $q$. "
            "Estimator A:",
            Equation(
                "elbo-a",
                r"\begin{aligned} \frac1L \sum_{l=1}^{L} \Big[ &\log p_\theta(x \mid z^{(l)}) \\[-6pt]"
                r" &+ \log p(z^{(l)}) - \log q(z^{(l)}) \Big] \end{aligned}",
            ),
            "Estimator B, with the same expectation:",
            Equation(
                "elbo-b",
                r"\begin{aligned} &-\mathrm{KL}\big(q \,\|\, p(z)\big) \\[-4pt]"
                r" &\;\; + \frac1L \sum_{l=1}^{L} \log p_\theta(x \mid z^{(l)}) \end{aligned}",
            ),
        ),
        question=Question(
            "This model is trained. With one draw per image, which estimator scatters less?",
            ("A, all Monte Carlo", "B, with the formula", "No difference"),
            _a_or_b,
        ),
        source=Source("vae_engine/model/objectives.py", "elbo_b"),
        why="One noisy draw per image is enough to train with, because thousands of images average the noise away.",
        words=("Monte Carlo", "ELBO", "KL", "nats", "dynamic"),
        link=links.first_image,
    ),
    Step(
        name="reparameterisation",
        short="Gradient",
        title="Move the dice out of the way",
        idea="To improve q we need to know how the average changes with μ and σ, but the draws depend on both. So draw ε from "
        "a fixed cloud once, and let μ and σ shift and stretch it. Then each draw has a slope of its own.",
        try_this="Drag μ and σ: the points follow, their ε never change. Then answer, and compare the fans of arrows.",
        equation=Equation("reparameterisation", r"z = \mu + \sigma \odot \varepsilon, \qquad \varepsilon \sim \mathcal{N}(0, I)"),
        mathematics=(
            "$\\odot$ multiplies component by component. For a smooth $f$ the gradient passes through the draws:",
            Equation(
                "gradient-reparam",
                r"\begin{aligned} &\nabla_\mu \mathbb{E}_q[f(z)] \\"
                r" &\;\; = \mathbb{E}_\varepsilon\big[\nabla_z f(\mu + \sigma \odot \varepsilon)\big] \end{aligned}",
            ),
            "The *score function* estimator needs no slope of $f$, only its value, and pays for it with noise:",
            Equation(
                "gradient-score",
                r"\begin{aligned} &\nabla_\mu \mathbb{E}_q[f(z)] \\"
                r" &\;\; = \mathbb{E}_q\big[f(z)\, \nabla_\mu \log q(z)\big] \end{aligned}",
            ),
        ),
        question=Question(
            "Both are right on average. How many samples does the score function need to be as precise?",
            ("About as many", "Some ten times as many", "More than a hundred times as many"),
            _ratio,
        ),
        source=Source("vae_engine/model/models.py", "Posterior.sample"),
        why="This trick is why a VAE trains with ordinary backpropagation, and with one draw per image.",
        words=("baseline", "ELBO", "prior sd"),
        link=links.first_image,
    ),
    Step(
        name="amortisation",
        short="Encoder",
        title="One network guesses every q",
        idea="Fitting q by hand for each image is slow. The *encoder* learns to guess μ and σ from the image in one pass. It is "
        "fast, but its guess is not the best q. So the gap has two parts: the shape of q, and the guess.",
        try_this="Play the path from the encoder's q to the best one and watch the blue part vanish.",
        equation=Equation(
            "gaps",
            r"\begin{aligned} \mathrm{gap} ={}& \underbrace{\log p_\theta(x) - \mathrm{ELBO}(q^\ast)}_{\text{approximation}} \\"
            r" &+ \underbrace{\mathrm{ELBO}(q^\ast) - \mathrm{ELBO}(q_\varphi)}_{\text{amortisation}} \end{aligned}",
        ),
        mathematics=(
            "$q_\\varphi$ is the encoder's answer, with $\\varphi$ its weights, and $q^\\ast$ the Gaussian of highest ELBO for "
            "this image alone. Both parts are at least 0 and add up to the gap. A larger encoder can shrink only the second.",
        ),
        question=Question(
            "Is the gap spread evenly over the images?",
            ("Yes, all have about the same", "No, a few images have most of it"),
            _even,
        ),
        source=Source("vae_engine/inference/gaps.py", "Gaps.amortisation"),
        why="It tells you what to buy: a better encoder, a richer q, or a better decoder.",
        words=("gap", "amortisation", "ELBO", "nats"),
        link=links.misjudged_image,
    ),
)
