"""log p(x) and the posterior of real images by every method of the engine, against the exact ones: error, price, honesty."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from vae_engine.data import mnist as data
from vae_engine.experiments.common import drawn, drawn_places, of_scale
from vae_engine.experiments.means import PROTOCOL, Mean
from vae_engine.experiments.posterior_methods import views
from vae_engine.experiments.posterior_methods.compared import Compared, compared
from vae_engine.experiments.posterior_methods.methods import LEAPS, Amounts
from vae_engine.experiments.posterior_methods.truth import Truth, truths
from vae_engine.experiments.result import Findings
from vae_engine.model import loading
from vae_engine.model.models import VAE
from vae_engine.stored import registry
from vae_engine.stored.importance import TRUSTED

MODEL = "vae-mnist"
MIXED = 1.1
"""R-hat below which chains are commonly said to agree."""
_FULL = Amounts((500, 5000), (256, 8), 40, 4, (150, 450), (30, 60), (2, 8), (24, 60), (10, 300), 100)
_QUICK = Amounts((500, 5000), (256, 8), 30, 4, (100, 250), (20, 40), (1, 6), (24, 50), (12, 150), 80)
_TINY = Amounts((100, 300), (64, 4), 8, 2, (20, 40), (6, 12), (1, 6), (6, 6), (3, 12), 25)


def measure(scale: str, seed: int, report: Callable[[str, float], None]) -> Findings:
    """Nineteen methods on the same test images of one VAE, on some of them twice."""
    images, again, amounts = of_scale(scale, {"tiny": (3, 2, _TINY), "quick": (8, 4, _QUICK), "full": (200, 20, _FULL)})
    vae = loading.to_torch(registry.find(MODEL))
    assert isinstance(vae, VAE)
    x, places = drawn("test", images, seed=seed), drawn_places("test", images, seed)
    truth = truths(vae, x, report)
    found = {one.name: one for one in compared(vae, x, truth, amounts, again, seed, report)}
    shown = views.Shown(truth, x, places, data.load("test").labels[places], list(found.values()))
    moments = shown.moments()
    seen = round(sum(one.decodes for one in found.values()) * images)
    return Findings(
        tuple(_says(found, truth)), _protocol(images, again, seed, amounts), (seed, seed + 1), seen, views.charts(found, truth),
        (views.log_px_table(found), views.posterior_table(found, truth)), (shown.picture(),), moments,
    )  # fmt: skip


def _protocol(images: int, again: int, seed: int, amounts: Amounts) -> tuple[tuple[str, str], ...]:
    warm, keep = amounts.metropolis
    hamiltonian, sweeps, particles, annealed = amounts.hamiltonian, amounts.sweeps, amounts.particles, amounts.annealed
    return (
        ("model", f"{MODEL} (bundled), 2 latent dimensions; evaluated only, nothing is trained"),
        ("data", f"{images:,} MNIST test images drawn by seed {seed}; every pixel drawn once (protocol dynamic, seed 0)"),
        ("scatter", f"of two runs on each of {again} of them, by seeds {seed} and {seed + 1}"),
        ("exact values", "log p(x), mean, covariance and modes of p(z|x) by quadrature to 0.01 nat"),
        ("importance sampling", f"{amounts.draws[0]:,} draws of q, or {amounts.draws[1]:,}; k-hat of the largest weights"),
        ("fitted q", f"Adam, {amounts.steps} steps, the expectation by Gauss–Hermite nodes; the mixture from Laplace's modes"),
        ("Laplace", f"Newton's method from μ and the best {amounts.starts[1]} of {amounts.starts[0]} draws of the prior"),
        ("annealing", f"{annealed[0]} chains, {annealed[1]} powers (t/T)⁴ of p(x|z), Metropolis; steps tuned on four others"),
        ("nested sampling", f"{amounts.live} live points; new ones from discs around them"),
        ("chains", f"{amounts.chains} an image, begun at draws of the encoder's q; the first transitions tune each image's step"),
        ("Metropolis, MALA", f"{warm} + {keep} transitions, half as many"),
        ("HMC, NUTS", f"{hamiltonian[0]} + {hamiltonian[1]} transitions; HMC takes {LEAPS} leapfrog steps"),
        ("Gibbs", f"{sweeps[0]} + {sweeps[1]} sweeps, each coordinate from a grid of its line, corrected by Metropolis' rule"),
        ("SVGD", f"{particles[0]} particles from q, {particles[1]} steps"),
        ("a mode never visited", "a peak of at least 1 % of the highest, behind a valley, to which no point is nearest"),
        PROTOCOL,
        ("unit", "nats per image; distances in spreads of the exact posterior, the root of its variances' sum"),
        ("samples seen", "decoded z of all methods; a cost counts a gradient as one decode more, which is what it takes"),
    )  # fmt: skip


def _says(found: dict[str, Compared], truth: Truth) -> list[str]:
    return [*_says_log_px(found), *_says_honesty(found), *_says_posterior(found, truth)]


def _mean(values: np.ndarray) -> Mean:
    return Mean(values[None])


def _off(one: Compared) -> str:
    assert one.error is not None
    return f"{_mean(one.error):+}"


def _says_log_px(found: dict[str, Compared]) -> list[str]:
    many, best = found["importance sampling, more draws"], found["Laplace, best mode"]
    told = (
        "Laplace, all modes",
        "importance sampling from Laplace's modes",
        "nested sampling",
        "annealing",
        "encoder's q, its ELBO",
    )
    parts = [f"{name} {_off(found[name])} nats for {found[name].cost:,.0f}" for name in told]
    field, full, mixture = (found[f"{name} q, its ELBO"] for name in ("mean-field", "full-covariance", "mixture"))
    encoder = found["encoder's q, its ELBO"]
    assert encoder.error is not None
    assert field.error is not None
    lost = _mean(encoder.error - field.error)
    return [
        f"With {many.cost:,.0f} draws of the encoder's q importance sampling is off by {_off(many)} nats on average, Laplace's "
        f"method at the best mode it finds, for {best.cost:,.0f} decodes, by {_off(best)}: {'; '.join(parts)}.",
        f"Most of what the ELBO lacks is the encoder's fault: the best mean-field q of each image lacks "
        f"{-_mean(field.error)} nats, {-lost} less than the encoder's; a full covariance lacks {_lack(full)}, a mixture of three "
        f"{_lack(mixture)}."
        if lost.value < 0.5 * encoder.error.mean()
        else f"Of what the encoder's ELBO lacks the best mean-field q of each image wins {-lost} nats back.",
    ]


def _lack(one: Compared) -> str:
    assert one.error is not None
    return f"{-_mean(one.error)}"


def _says_honesty(found: dict[str, Compared]) -> list[str]:
    said = []
    nested, many, both = (found[name] for name in ("nested sampling", "importance sampling, more draws", "annealing, both ways"))
    for one in (nested, many, both):
        assert one.error is not None
        assert one.stated is not None
        assert one.scatter is not None
        said.append(
            f"{one.name[0].upper()}{one.name[1:]} states an error of {np.median(one.stated):.3f} nats (median); two runs on one "
            f"image scatter by {one.scatter:.3f}, the true error is {np.sqrt((one.error**2).mean()):.3f} "
            f"(root of the mean square), and {100 * (one.within() or 0):.0f} % of answers are right within two stated errors."
        )
    assert many.error is not None
    k_hat, off = many.signs["k_hat"], np.abs(many.error)
    if (off > 1).any() and (k_hat > TRUSTED).any():
        said.append(
            f"Of importance-sampled estimates that are off by more than 1 nat "
            f"{100 * (k_hat[off > 1] < TRUSTED).mean():.0f} % have k-hat below {TRUSTED}, the worst of them off by "
            f"{off[k_hat < TRUSTED].max():.1f} nats; of those with k-hat above it "
            f"{100 * (off[k_hat > TRUSTED] < 0.1).mean():.0f} % are right within 0.1 nat."
        )
    low, high = (both.signs[name] for name in ("lower", "upper"))
    assert both.error is not None
    true = (low + high) / 2 - both.error
    between = 100 * ((low <= true) & (true <= high)).mean()
    said.append(
        f"The exact value lies between annealing's two bounds for {between:.0f} % of answers: "
        f"the lower one is off by {_mean(low - true):+} nats, the upper one, whose chains begin at exact samples, by "
        f"{_mean(high - true):+}."
    )
    return said


def _says_posterior(found: dict[str, Compared], truth: Truth) -> list[str]:
    several, said = truth.several.numpy(), []
    if several.any():
        local = ("Metropolis", "MALA", "HMC", "NUTS")
        missed = np.concatenate([found[name].missed[several] > 0 for name in local])
        agreed = np.concatenate([found[name].signs["r_hat"][several] < MIXED for name in local])
        further = ("HMC from the prior", "Gibbs", "SVGD")
        others = [f"{name} {100 * (found[name].missed[several] > 0).mean():.0f} %" for name in further]
        said.append(
            f"Of the {several.sum()} images with several modes, chains that begin at the encoder's q ({', '.join(local)}) never "
            f"visit one in {100 * missed.mean():.0f} % of cases, and R-hat is below {MIXED} in "
            f"{100 * agreed[missed].mean() if missed.any() else 0:.0f} % of these: agreement says nothing of a mode that no "
            f"chain has seen. A mode is missed by {', '.join(others)}."
        )
    near, far = found["HMC"], found["HMC from the prior"]
    said.append(
        f"Begun at draws of the prior, HMC has its mean off by {np.median(far.mean_off):.2f} spreads (median) against "
        f"{np.median(near.mean_off):.2f} from the encoder's q; R-hat is above {MIXED} for "
        f"{100 * (far.signs['r_hat'] > MIXED).mean():.0f} % of images against {100 * (near.signs['r_hat'] > MIXED).mean():.0f} %."
    )
    stein = np.median(found["SVGD"].spread_ratio)
    said.append(
        f"The particles of SVGD have {stein:.2f} times the spread of the posterior (median), draws of HMC "
        f"{np.median(near.spread_ratio):.2f} times."
    )
    return said
