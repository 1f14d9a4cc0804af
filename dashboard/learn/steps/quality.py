"""Steps 9 to 12: the plain autoencoder, the prior, β, and how good the model is."""

from __future__ import annotations

from dashboard.learn.steps import links
from dashboard.learn.steps.reconstruction import mean, reconstruction
from dashboard.learn.steps.step import NATS, SHARE, Answer, Equation, Question, Step, measured
from dashboard.shared.source import Source
from dashboard.shared.wording import percent, plus_minus
from dashboard.stock import measures
from dashboard.stock.material import Material
from vae_engine.stored.checkpoints import Stored

_RADIUS = 2.0
_SOURCES = ("the VAE", "the autoencoder from N(0, I)", "the autoencoder from its own Gaussian")


def _holes(material: Material) -> Answer:
    shares = measures.far_shares(material)
    inside = [measures.codes_within(codes, _RADIUS) for codes in (material.mu, material.codes)]
    astray = measures.digits_astray(material)
    sums = [far + wrong for far, wrong in zip(shares, astray, strict=True)]
    vae, ae, own = (f"{percent(far)} and {percent(wrong)}" for far, wrong in zip(shares, astray, strict=True))
    because = (
        f"The better source of new digits is {_SOURCES[sums.index(min(sums))]}, by two shares of {measures.FAR_DRAWS:,} draws, "
        "which are others than on screen, so that shares may be a point apart: "
        f"further from every training code than the z of {measures.USUAL} % of test images, and of another digit than should be "
        f"for each to come as often as in the test images. They are {vae} of the VAE's, {ae} of the autoencoder's from N(0, I), "
        f"{own} from its own Gaussian. The first alone is no praise: within {_RADIUS:g} of the "
        f"origin, where N(0, I) draws {percent(measures.prior_within(_RADIUS))}, lie {percent(inside[0])} of the VAE's test "
        "codes, "
        f"{percent(inside[1])} of the autoencoder's. {reconstruction(material)}"
    )
    return Answer(shares.index(max(shares)), because, measured(material.vae, material.ae, units=(SHARE, NATS)))


def _mass(material: Material) -> Answer:
    latent = material.vae.metrics["latent"]
    apart = plus_minus(latent["aggregate_kl"], latent.get("aggregate_kl_se"))
    prior, aggregate = measures.prior_within(_RADIUS), measures.aggregate_within(material, _RADIUS)
    right = 2 if abs(prior - aggregate) < 0.02 else 0 if prior > aggregate else 1
    because = (
        f"Within {_RADIUS:g} of the origin lies {percent(prior, 1)} of the prior and {percent(aggregate, 1)} of the aggregate "
        f"posterior. Over the whole plane they differ by KL = {apart} nats; those draws from the prior land where few or no "
        "images are."
    )
    return Answer(right, because, measured(material.vae, units=(SHARE, NATS)))


def _collapse(material: Material) -> Answer:
    low, high = material.ladder[0], material.ladder[-1]
    lowest = min(material.ladder, key=lambda one: one.metrics["kl"])
    right = 0 if high.metrics["kl"] > low.metrics["kl"] else 1 if high.metrics["kl"] < 0.5 * low.metrics["kl"] else 2
    because = (
        f"From β = {low.train.beta:g} to {high.train.beta:g} the KL goes from {mean(low, 'kl')} to {mean(high, 'kl')} nats, "
        f"the reconstruction term from {mean(low, 'nll')} to {mean(high, 'nll')}, and "
        f"{high.metrics['latent']['active_units']} of 2 latent dimensions stay active: at β = {high.train.beta:g} the KL is "
        f"{_by_dimension(high)}. The smallest KL is at β = {lowest.train.beta:g}."
    )
    return Answer(right, because, measured(*material.ladder, units=(NATS,)))


def _by_dimension(stored: Stored) -> str:
    latent = stored.metrics["latent"]
    parts = zip(latent["kl_per_dimension"], latent.get("kl_per_dimension_se", (None, None)), strict=True)
    return " and ".join(f"{plus_minus(kl, error)} in z{'₁₂'[axis]}" for axis, (kl, error) in enumerate(parts))


def _too_low(material: Material) -> Answer:
    metrics = material.vae.metrics
    share = metrics["share_is_low_by_1_nat"]
    elbo, sampled, exact = (mean(material.vae, key) for key in ("elbo", "log_px_is", "log_px_exact"))
    because = (
        f"For {percent(share)} of them. Where q misses a mode no draw falls there, and {metrics['is_samples']} draws know "
        f"nothing of it. In the mean: ELBO {elbo} ≤ importance-sampled {sampled} ≤ exact {exact} nats."
    )
    return Answer(0 if share < 0.01 else 1 if share <= 0.1 else 2, because, measured(material.vae, units=(NATS, SHARE)))


QUALITY_STEPS = (
    Step(
        name="autoencoder",
        short="AE or VAE",
        title="The same networks without the dice",
        idea="The plain *autoencoder* of step 1 beside a VAE of the same size: one stores each image at a point, the other as "
        "a small cloud that is kept near the prior. Which of the two is the better source of new digits?",
        try_this="Draw new digits from both maps, then give the autoencoder a Gaussian of its own.",
        equation=Equation("ae-loss", r"\mathrm{loss}(x) = -\log p_\theta\big(x \mid z = \mathrm{encode}(x)\big)"),
        mathematics=(
            "There is no $q$, no prior and no KL, so there is no ELBO either. To sample from it fairly, fit a Gaussian to "
            "its codes $c_n$ afterwards:",
            Equation(
                "fitted-gaussian",
                r"\begin{aligned} m &= \frac1N \sum_n c_n, \\"
                r" C &= \frac1N \sum_n (c_n - m)(c_n - m)^\top \end{aligned}",
            ),
        ),
        question=Question(
            "Which recipe most often draws a point unusually far from every training code?",
            ("VAE, from N(0, I)", "Autoencoder, from N(0, I)", "Autoencoder, from its own Gaussian"),
            _holes,
        ),
        source=Source("vae_engine/model/models.py", "Autoencoder.encode"),
        why="Not “autoencoders make noise”: they make a map whose key has to be fitted afterwards. The VAE's key, the prior, is "
        "fixed beforehand, and its KL pulls the codes to it. “The family of autoencoders” in the Lab compares "
        "both by exact log p(x).",
        words=("code", "~", "N(0, I)", "nll", "prior sd"),
        link=links.sampled,
    ),
    Step(
        name="manifold",
        short="Manifold",
        title="All digits on one sheet",
        idea="Decode a grid of z and you see everything the decoder can draw. The prior says how much of the sheet is used; the "
        "*aggregate posterior*, all images' q together, says how much really is. They should agree, and do not quite.",
        try_this="Switch between equal steps and equal prior mass, then compare the two densities.",
        equation=Equation("aggregate", r"q(z) = \frac1N \sum_{n=1}^{N} q_\varphi(z \mid x_n)"),
        mathematics=(
            "$N$ is the number of images. The mean KL to the prior has two parts: the information $I(n; z)$ that $z$ carries "
            "about which image it was, and the distance of the aggregate posterior from the prior:",
            Equation(
                "kl-split",
                r"\begin{aligned} &\frac1N \sum_n \mathrm{KL}\big(q_\varphi(z \mid x_n) \,\|\, p(z)\big) \\"
                r" &\;\; = I(n; z) + \mathrm{KL}\big(q(z) \,\|\, p(z)\big) \end{aligned}",
            ),
        ),
        question=Question(
            "Which has more of its mass within 2 standard deviations of the origin?",
            ("The prior", "The aggregate posterior", "Both the same"),
            _mass,
        ),
        source=Source("vae_engine/measure/latent_statistics.py", "aggregate_kl", assigns="log_density"),
        why="A draw from the prior that lands where few images are is decoded less surely: more of its pixels are half ink.",
        words=("aggregate posterior", "prior", "prior sd"),
        link=lambda material: links.whole_map("manifold", "prior"),
    ),
    Step(
        name="beta",
        short="β",
        title="The price of information",
        idea="Multiply the KL term by β: that is what it costs to tell images apart. A dimension of z that an encoder finds too "
        "dear gets the same q for every image, the prior, and says nothing any more. It has *collapsed*.",
        try_this="Slide from β = 0 upwards, follow one colour, and look for the β at which the digit under the ring gives up.",
        equation=Equation(
            "vae-loss",
            r"\begin{aligned} \mathrm{loss}(x) ={}& -\mathbb{E}_q\big[\log p_\theta(x \mid z)\big] \\"
            r" &+ \beta\, \mathrm{KL}\big(q \,\|\, p(z)\big) \end{aligned}",
        ),
        mathematics=(
            "Only at $\\beta$ of 1 is the loss minus the ELBO. Minus it is still a lower bound of $\\log p_\\theta(x)$ for "
            "$\\beta \\ge 1$, looser the larger $\\beta$; for $\\beta < 1$ it is none. With $\\beta$ of 0 the draws remain but "
            "cost nothing: σ shrinks and the codes leave the prior. A dimension counts as active while the means $\\mu_j$ of "
            "different images vary.",
        ),
        question=Question(
            "From the smallest β to the largest: what becomes of the KL?",
            ("It grows", "It shrinks to a fraction", "It hardly changes"),
            _collapse,
        ),
        source=Source("vae_engine/model/objectives.py", "vae_loss"),
        why="A collapsed dimension leaves a loss that looks like any other; only the KL, dimension by dimension, shows it.",
        words=("nll", "KL", "active unit", "nats", "test split"),
        link=lambda material: links.whole_map("prior", "density"),
    ),
    Step(
        name="how-good",
        short="How good",
        title="How good is the model?",
        idea="Papers report the ELBO, or an estimate from K weighted draws that on average lies between it and the truth. "
        "Two dimensions "
        "allow the truth itself. And the number depends on what a pixel is: grey and binary pixels are different data.",
        try_this="Raise K for an ambiguous image, and see on which side of the line the dots stay.",
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
            "With 500 draws per image: for how many test images is the estimate more than 1 nat too low?",
            ("Fewer than 1 in 100", "1 to 10 in 100", "More than 1 in 10"),
            _too_low,
        ),
        source=Source("vae_engine/model/objectives.py", "iwae"),
        why="Compare models only by the same estimator on the same pixels, and never trust a bound more than its gap.",
        words=("importance-sampled", "ELBO", "nats", "dynamic"),
        link=links.ambiguous_image,
    ),
)
