"""Steps 8 to 11: the plain autoencoder, the prior, β, and how good the model is."""

from __future__ import annotations

from dashboard.learn.steps import links
from dashboard.learn.steps.source import Source
from dashboard.learn.steps.step import Answer, Equation, Question, Step
from dashboard.shared.wording import plus_minus
from dashboard.stock import measures
from dashboard.stock.material import Material

_RADIUS = 2.0


def _holes(material: Material) -> Answer:
    shares = measures.far_shares(material)
    inside = [measures.codes_within(codes, _RADIUS) for codes in (material.mu, material.codes)]
    because = (
        f"Further from every training code than {measures.USUAL} % of test codes are: {shares[0]:.1%} of the VAE's draws, "
        f"{shares[1]:.1%} of the autoencoder's from N(0, I), {shares[2]:.1%} from its own Gaussian. A small share is not praise "
        f"by itself: within {_RADIUS:g} of the origin, where N(0, I) draws {measures.prior_within(_RADIUS):.0%}, lie "
        f"{inside[0]:.0%} of the VAE's codes but {inside[1]:.0%} of the autoencoder's."
    )
    return Answer(shares.index(max(shares)), because)


def _mass(material: Material) -> Answer:
    prior, aggregate = measures.prior_within(_RADIUS), measures.aggregate_within(material, _RADIUS)
    right = 2 if abs(prior - aggregate) < 0.02 else 0 if prior > aggregate else 1
    because = (
        f"Within {_RADIUS:g} of the origin lies {prior:.1%} of the prior and {aggregate:.1%} of the aggregate posterior. Over "
        f"the whole plane they differ by KL = {material.vae.metrics['latent']['aggregate_kl']:.2f} nats; those draws "
        "from the prior land where few or no images are."
    )
    return Answer(right, because)


def _collapse(material: Material) -> Answer:
    low, high = material.ladder[0], material.ladder[-1]
    lowest = min(material.ladder, key=lambda one: one.metrics["kl"])
    right = 0 if high.metrics["kl"] > low.metrics["kl"] else 1 if high.metrics["kl"] < 0.5 * low.metrics["kl"] else 2
    because = (
        f"From β = {low.train.beta:g} to {high.train.beta:g} the KL goes from {low.metrics['kl']:.2f} to "
        f"{high.metrics['kl']:.2f} nats, the reconstruction term from {low.metrics['nll']:.1f} to {high.metrics['nll']:.1f}, and "
        f"{high.metrics['latent']['active_units']} of 2 latent dimensions stay active. The smallest KL is at "
        f"β = {lowest.train.beta:g}."
    )
    return Answer(right, because)


def _too_low(material: Material) -> Answer:
    metrics = material.vae.metrics
    difference = metrics["log_px_is"] - metrics["log_px_exact"]
    right = 0 if difference < -0.1 else 2 if difference > 0.1 else 1
    elbo, sampled, exact = (plus_minus(metrics[key], metrics.get(f"{key}_se")) for key in ("elbo", "log_px_is", "log_px_exact"))
    because = (
        f"Over the test images ELBO {elbo} ≤ importance-sampled {sampled} ≤ exact {exact} nats. Where q misses a mode no "
        f"sample falls there, and {metrics['is_samples']} samples know nothing of it: for "
        f"{metrics['share_is_low_by_1_nat']:.0%} of the images they are more than 1 nat too low."
    )
    return Answer(right, because)


QUALITY_STEPS = (
    Step(
        name="autoencoder",
        short="AE or VAE",
        title="The same networks without the dice",
        idea="A plain *autoencoder* stores each image at one point, its code, and is judged by reconstruction alone. Nothing "
        "tells it where codes should lie, so its map has any scale, and no recipe for new images comes with it.",
        try_this="Draw new digits from both maps, then give the autoencoder a Gaussian of its own.",
        equation=Equation("ae-loss", r"\mathrm{loss}(x) = -\log p_\theta\big(x \mid z = \mathrm{encode}(x)\big)"),
        mathematics=(
            "There is no $q$, no prior and no KL, so there is no ELBO either. To sample from it fairly, fit a Gaussian to "
            "its codes $c_n$ afterwards:",
            Equation(
                "fitted-gaussian",
                r"m = \frac1N \sum_n c_n, \qquad C = \frac1N \sum_n (c_n - m)(c_n - m)^\top",
            ),
        ),
        question=Question(
            "Which recipe most often draws a point unusually far from every training code?",
            ("VAE, from N(0, I)", "Autoencoder, from N(0, I)", "Autoencoder, from its own Gaussian"),
            _holes,
        ),
        source=Source("vae_engine/model/models.py", "Autoencoder.encode"),
        why="Not “autoencoders make noise”: they make a map without a key. The VAE's key, the prior, is part of what it learns.",
        link=links.sampled,
    ),
    Step(
        name="manifold",
        short="Manifold",
        title="All digits on one sheet",
        idea="Decode a grid of z and you see everything the decoder can draw. The prior says how much of the sheet is used; the "
        "*aggregate posterior*, all images' q together, says how much really is. They should agree, and do not quite.",
        try_this="Switch between equal spacing and equal prior mass, then compare the two densities.",
        equation=Equation("aggregate", r"q(z) = \frac1N \sum_{n=1}^{N} q_\varphi(z \mid x_n)"),
        mathematics=(
            "$N$ is the number of images. The mean KL to the prior has two parts: the information $I(n; z)$ that $z$ carries "
            "about which image it was, and the distance of the aggregate posterior from the prior:",
            Equation(
                "kl-split",
                r"\frac1N \sum_n \mathrm{KL}\big(q_\varphi(z \mid x_n) \,\|\, p(z)\big)"
                r" = I(n; z) + \mathrm{KL}\big(q(z) \,\|\, p(z)\big)",
            ),
        ),
        question=Question(
            "Which has more of its mass within 2 standard deviations of the origin?",
            ("The prior", "The aggregate posterior", "Both the same"),
            _mass,
        ),
        source=Source("vae_engine/measure/latent_statistics.py", "aggregate_kl", assigns="log_density"),
        why="Where the prior has mass and the aggregate posterior has none, samples come out as no digit at all.",
        link=lambda material: links.whole_map("manifold", "prior"),
    ),
    Step(
        name="beta",
        short="β",
        title="The price of information",
        idea="Multiply the KL term by β. A small β lets images spread out and be remembered; a large one makes telling them "
        "apart too dear, and the encoder gives up: every image gets the prior. That is *collapse*.",
        try_this="Slide from β = 0 upwards and follow one colour.",
        equation=Equation(
            "vae-loss",
            r"\begin{aligned} \mathrm{loss}(x) ={}& -\mathbb{E}_q\big[\log p_\theta(x \mid z)\big] \\"
            r" &+ \beta\, \mathrm{KL}\big(q \,\|\, p(z)\big) \end{aligned}",
        ),
        mathematics=(
            "Only at $\\beta$ of 1 is the loss minus the ELBO; otherwise it is no bound of $\\log p_\\theta(x)$. With "
            "$\\beta$ of 0 the draws remain but cost nothing, so σ shrinks and the map becomes an autoencoder's. A dimension "
            "counts as active while the means $\\mu_j$ of different images vary.",
        ),
        question=Question(
            "From the smallest β to the largest: what becomes of the KL?",
            ("It grows", "It shrinks to a fraction", "It hardly changes"),
            _collapse,
        ),
        source=Source("vae_engine/model/objectives.py", "vae_loss"),
        why="Collapse is the commonest way for a VAE to fail, and a loss curve alone does not show it.",
        link=lambda material: links.whole_map("prior", "density"),
    ),
    Step(
        name="how-good",
        short="How good",
        title="How good is the model?",
        idea="Papers report the ELBO, or an estimate from K weighted draws that lies between it and the truth. Two dimensions "
        "allow the truth itself. And the number depends on what a pixel is: grey and binary pixels are different data.",
        try_this="Raise K for an ambiguous image. Repeat, and see on which side of the line the dots stay.",
        equation=Equation(
            "iwae",
            r"\log \hat p_K(x) = \log \frac1K \sum_{k=1}^{K} \frac{p_\theta(x, z^{(k)})}{q_\varphi(z^{(k)} \mid x)}",
        ),
        mathematics=(
            "$z^{(k)}$ are $K$ draws from $q_\\varphi$, and the fractions are their *importance weights*. One draw "
            "gives an estimate of the ELBO, and on average more draws only raise the value, never above the truth:",
            Equation(
                "bounds",
                r"\mathrm{ELBO}(x) \le \mathbb{E}\big[\log \hat p_K(x)\big] \le \log p_\theta(x)",
            ),
        ),
        question=Question(
            "With 500 draws per image, how does the mean over the test set compare with the exact log p(x)?",
            ("Too low", "Right to 0.1 nat", "Too high"),
            _too_low,
        ),
        source=Source("vae_engine/model/objectives.py", "iwae"),
        why="Compare models only by the same estimator on the same pixels, and never trust a bound more than its gap.",
        link=links.ambiguous_image,
    ),
)
