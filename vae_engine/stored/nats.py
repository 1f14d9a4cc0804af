"""What the nats of a model are where its likelihood does not fit the pixels that they are measured on. No torch."""

from __future__ import annotations

_NONE = "no log-probabilities. They can be compared only among models of the same pixels and likelihood"


def caveat(likelihood: str, protocol: str) -> str:
    """What nll, ELBO and log p(x) are where they are no log-probabilities of the pixels, in two sentences, else nothing.

    A Bernoulli likelihood is a probability of x ∈ {0, 1}: of a grey x between them, Σ x log π + (1 − x) log(1 − π) is a
    cross-entropy, which sums to no probability. A Gaussian likelihood is a density of real numbers, which of x ∈ {0, 1} grows
    without bound as the noise shrinks.
    """
    if likelihood == "bernoulli" and protocol == "grey":
        return f"Grey pixels under a Bernoulli likelihood: the nats are cross-entropies, {_NONE}."
    if likelihood.startswith("gaussian") and protocol != "grey":
        return f"Pixels of 0 and 1 under a Gaussian likelihood: the nats are of a density, {_NONE}."
    return ""
