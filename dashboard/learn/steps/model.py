"""Steps 2 to 5: the model, its posterior, fitting q to it, and the identity that makes this worth doing."""

from __future__ import annotations

import math

import numpy as np

from dashboard.learn.steps import links
from dashboard.learn.steps.step import NATS, PIXELS, Answer, Equation, Question, Step, measured
from dashboard.shared.source import Source
from dashboard.shared.wording import apart, number
from dashboard.stock import measures
from dashboard.stock.material import Material

_IMAGE = 0
_COARSE = 20
_ALIKE = 0.005  # nats: two ELBOs that differ by less count as the same


def _redraw(material: Material) -> Answer:
    pixels = measures.changed_pixels(material, material.mu[_IMAGE])
    because = (
        f"Every pixel is tossed anew. At the code of the first test image two draws differ in {pixels:.0f} of 784 pixels "
        "on average, nearly all of them along the edge of the stroke, where the probability is neither 0 nor 1."
    )
    return Answer(1, because, measured(material.vae, units=(PIXELS,)))


def _coarse_grid(material: Material) -> Answer:
    coarse, exact = measures.lattice_log_px(material, _IMAGE, _COARSE), float(material.truths.log_px[_IMAGE])
    widths = measures.posterior_widths(material, _IMAGE)
    error = coarse - exact
    right = 0 if abs(error) < 0.1 else 1
    because = (
        f"For the first test image {_COARSE} points a side give {number(coarse, 1)} nats where {number(exact, 1)} is right: "
        f"off by {apart(coarse, exact, 1)}. The points stand {10 / _COARSE:g} apart, while along the axes "
        f"the image's exact posterior has σ of {widths[0]:.3f} and {widths[1]:.3f}: nearly all of its mass falls between the "
        "points."
    )
    return Answer(right, because, measured(material.vae, units=(NATS,)), _IMAGE)


def _two_modes(material: Material) -> Answer:
    several = int((material.truths.modes >= 2).sum())
    because = (
        "KL(q‖p) punishes q for standing where p has no mass, so q takes one mode and gives the other up. With two equal "
        f"modes that costs log 2 = {math.log(2):.2f} nats, far less than the empty valley would. {several:,} of the "
        f"{len(material.truths.modes):,} test images have a posterior with two modes or more."
    )
    return Answer(1, because, measured(material.vae, units=(NATS,)))


def _same_elbo(material: Material) -> Answer:
    truths = material.truths
    by_elbo = np.argsort(truths.elbo)
    lower, upper = by_elbo[:-1], by_elbo[1:]
    alike = truths.elbo[upper] - truths.elbo[lower] < _ALIKE
    pair = int(np.argmax(np.abs(truths.gap[upper] - truths.gap[lower]) * alike))
    small, large = sorted((int(lower[pair]), int(upper[pair])), key=lambda image: float(truths.gap[image]))
    told = [
        f"image {image}, {number(log_px, 1)} = {number(elbo, 1)} + {apart(log_px, elbo, 1)}"
        for image, log_px, elbo in ((one, float(truths.log_px[one]), float(truths.elbo[one])) for one in (small, large))
    ]
    because = (
        "log p(x) = ELBO + gap, so of two equal ELBOs the one with the larger gap stands for the likelier image: "
        f"{told[0]}, but {told[1]} nats. There the encoder's q is far off, and the ELBO does not show it."
    )
    right = 1 if truths.log_px[large] > truths.log_px[small] else 2
    return Answer(right, because, measured(material.vae, units=(NATS,)))


MODEL_STEPS = (
    Step(
        name="latent-variable",
        short="Model",
        title="A picture begins as two numbers",
        idea="Draw a point z from a round cloud, the *prior*. A network, the *decoder*, turns z into a chance of ink for "
        "each pixel, and one toss per pixel makes an image x. This recipe is all the model believes about digits.",
        try_this="Draw z a few times, then drag it from one digit to another. Toss x again where the digit is blurred.",
        equation=Equation("joint", r"\log p_\theta(x, z) = \log p_\theta(x \mid z) + \log p(z)"),
        mathematics=(
            "$x$ is the image, 784 pixels of 0 or 1. $z$ is its latent, two numbers with the prior $p(z)$, a standard "
            "Gaussian. $\\theta$ stands for the decoder's weights, $\\pi_i(z)$ for the chance of ink it gives pixel $i$. "
            "Given $z$ the pixels are independent:",
            Equation(
                "bernoulli",
                r"\begin{aligned} &\log p_\theta(x \mid z) \\"
                r" &\;\; = \sum_{i=1}^{784} x_i \log \pi_i + (1 - x_i) \log (1 - \pi_i) \end{aligned}",
            ),
        ),
        question=Question(
            "You keep z and draw x again. What do you get?",
            ("Exactly the same image", "The same digit with other specks", "Another digit"),
            _redraw,
        ),
        source=Source("vae_engine/model/likelihoods.py", "Bernoulli.log_prob"),
        why="Probabilities instead of pictures: only so can a model say how likely an image is, and be wrong measurably.",
        words=("~", "Bernoulli", "N(0, I)", "prior sd", "nats"),
        link=links.sampled,
    ),
    Step(
        name="posterior",
        short="Posterior",
        title="Which z could have made this image?",
        idea="Turn the recipe round. Every z explains a given image better or worse; the *posterior* p(z|x) says how much "
        "each is to be believed. It needs the sum over all z, which no one can write down. In two dimensions we just add.",
        try_this="Make the grid coarser. Once its spacing h is several σ of the posterior, the sum is right or wrong by luck.",
        equation=Equation(
            "bayes", r"p_\theta(z \mid x) = \frac{p_\theta(x \mid z)\, p(z)}{\int p_\theta(x \mid z')\, p(z')\, dz'}"
        ),
        mathematics=(
            "The integral is $p_\\theta(x)$, how likely the model finds the image. On a grid of points $z_k$ with spacing "
            "$h$ it is a sum, right while $h$ is below some 3 σ of the posterior; beyond, luck decides how many points "
            "fall on it:",
            Equation(
                "lattice",
                r"\begin{aligned} &\log p_\theta(x) \\"
                r" &\;\; \approx \log \sum_k p_\theta(x \mid z_k)\, p(z_k) + 2 \log h \end{aligned}",
            ),
            "The number of points grows exponentially with the number of dimensions: with 20 latents no machine can add them.",
        ),
        question=Question(
            "A grid of 20 × 20 points covers −5 to 5. Is that fine enough for log p(x)?",
            ("Yes, 400 points are plenty", "No, the posterior is narrower than the spacing"),
            _coarse_grid,
        ),
        source=Source("vae_engine/inference/posterior.py", "exact_posterior", assigns="log_px"),
        why="This sum is the truth that every later step is measured against. Textbooks call it intractable; here you see it.",
        words=("nats", "prior sd", "posterior", "dynamic"),
        link=links.first_image,
    ),
    Step(
        name="fit-q",
        short="Fit q",
        title="Fit a shape that you can handle",
        idea="Instead of the posterior take a Gaussian q, with a centre μ and a width σ along each axis, and move it until "
        "it covers the posterior as well as it can. That turns a hopeless sum into a search for four numbers.",
        try_this="Drag the centre and the two handles. Make the gap as small as you can, then press best Gaussian.",
        equation=Equation(
            "kl-posterior",
            r"\begin{aligned} &\mathrm{KL}\big(q \,\|\, p_\theta(z \mid x)\big) \\"
            r" &\quad = \mathbb{E}_q\big[\log q(z) - \log p_\theta(z \mid x)\big] \end{aligned}",
        ),
        mathematics=(
            "$\\mathbb{E}_q$ is the average over draws from $q$. The divergence $\\mathrm{KL}$ is never negative, and zero only "
            "when $q$ is the posterior. $q$ is *mean field*: it has no correlation between $z_1$ and $z_2$, so its density is",
            Equation(
                "gaussian-q",
                r"\log q(z) = -\tfrac12 \sum_j \left[\frac{(z_j - \mu_j)^2}{\sigma_j^2} + \log 2\pi\sigma_j^2\right]",
            ),
        ),
        question=Question(
            "A posterior has two narrow peaks far apart. Where does the best single Gaussian go?",
            ("Between the peaks", "Onto one peak, and ignores the other", "It grows to cover both"),
            _two_modes,
        ),
        source=Source("vae_engine/inference/gaps.py", "elbo_by_quadrature"),
        why="This is variational inference: choose a family, then optimise. What the family cannot do is lost for good.",
        words=("variational", "divergence", "mean field", "gap", "ELBO", "modes", "dynamic"),
        link=links.ambiguous_image,
    ),
    Step(
        name="identity",
        short="Identity",
        title="Truth = bound + gap",
        idea="We cannot minimise the gap directly, since it contains the posterior. But log p(x) does not depend on q, and it "
        "is the sum of the gap and a quantity we can compute, the *ELBO*. Push the ELBO up, and the gap goes down.",
        try_this="Move q and watch the bars: log p(x) stays, ELBO and gap share it between them.",
        equation=Equation(
            "identity",
            r"\begin{aligned} \log p_\theta(x) ={}& \mathrm{ELBO}(x) \\"
            r" &+ \mathrm{KL}\big(q \,\|\, p_\theta(z \mid x)\big) \end{aligned}",
        ),
        mathematics=(
            "Since $\\mathrm{KL}$ is never negative, the ELBO is a lower bound of $\\log p_\\theta(x)$. It has two parts, "
            "reconstruction and closeness to the prior, neither of which needs the posterior:",
            Equation(
                "elbo",
                r"\begin{aligned} \mathrm{ELBO}(x) ={}& \mathbb{E}_q\big[\log p_\theta(x \mid z)\big] \\"
                r" &- \mathrm{KL}\big(q \,\|\, p(z)\big) \end{aligned}",
            ),
        ),
        question=Question(
            "Two test images have the same ELBO. Which does the model find likelier?",
            ("Both alike", "The one with the larger gap", "The one with the smaller gap"),
            _same_elbo,
        ),
        source=Source("vae_engine/measure/evaluation.py", "_measured", assigns="gap"),
        why="Training a VAE is pushing up the ELBO of many images at once. The identity says what that buys, and what it hides.",
        words=("gap", "ELBO", "nll", "KL", "nats"),
        link=links.first_image,
    ),
)
