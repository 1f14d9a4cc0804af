"""Which values of an encoder are the mean and the spread of q(z|x): by wish, by how z is drawn, by names, by behaviour."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from vae_engine.base.errors import EngineError
from vae_engine.exchange.imports.graph import Graph, Node

KINDS = ("logvar", "log_std", "std", "var")
_NAMES = {
    "logvar": r"log_?var|lnvar|log_?sigma_?(2|sq)|\blv\b",
    "log_std": r"log_?(std|sigma|scale|sd)",
    "std": r"std|stddev|sigma|scale",
    "var": r"var",
    "mu": r"mu\b|mean|\bloc|mu_",
}
_CLEAR = 0.5
"""Nats by which one reading must beat the other: |log(E[μ²] + E[σ²])|, which is 0 where codes and spreads make up N(0, I)."""


@dataclass(frozen=True)
class Wishes:
    """Names of values, where the caller gives them."""

    mu: str = ""
    logvar: str = ""
    std: str = ""
    logits: str = ""
    decoder_input: str = ""


@dataclass(frozen=True)
class Heads:
    """The values that give q(z|x). `kind` says what `spread` is; without one, this is an autoencoder's code."""

    mu: str
    spread: str
    kind: str
    told: str
    """How that is known."""
    z: str = ""
    """The value that is drawn from q(z|x), where the graph draws it."""


def heads(graph: Graph, wishes: Wishes, trial: np.ndarray) -> Heads:
    """The heads of an encoder; `trial` are images [n, …] to see how it behaves. Raises EngineError where that is unclear."""
    drawn = _drawn(graph)
    if wishes.mu:
        spread, kind = (wishes.logvar, "logvar") if wishes.logvar else (wishes.std, "std") if wishes.std else ("", "")
        for name in (wishes.mu, spread):
            if name and name not in graph.values:
                raise EngineError(f"{graph.path.name} has no value called {name!r}; its outputs are {_listed(graph.outputs)}.")
        return Heads(wishes.mu, *_unwrapped(graph, spread, kind), "as said", drawn.z if drawn else "")
    if drawn:
        return drawn
    codes = [name for name in graph.outputs if graph.values[name].ndim == 2 and graph.values[name].shape[1] < 400]
    if len(codes) == 1:
        return Heads(codes[0], "", "", "its only code")
    if len(codes) != 2 or graph.values[codes[0]].shape != graph.values[codes[1]].shape:
        raise EngineError(f"{graph.path.name}: say which output is the mean and which the spread: --mu and --logvar or --std, "
                          f"of {_listed(graph.outputs)}.")  # fmt: skip
    named = [_named(graph, name) for name in codes]
    for first, second in ((0, 1), (1, 0)):
        if named[second] in KINDS and named[first] in ("mu", ""):
            kind = _positive(graph, codes[second], named[second], trial)
            return Heads(codes[first], *_unwrapped(graph, codes[second], kind), "by names")
    return _behaving(graph, codes, trial)


def _positive(graph: Graph, spread: str, kind: str, trial: np.ndarray) -> str:
    """What a spread is whose name says `kind`: many call `fc_var` what gives a log-variance, and no variance is below 0."""
    logarithm = {"var": "logvar", "std": "log_std"}.get(kind)
    return logarithm if logarithm and graph.run(trial, [spread])[0].min() <= 0 else kind


def _behaving(graph: Graph, codes: list[str], trial: np.ndarray) -> Heads:
    numbers = dict(zip(codes, graph.run(trial, codes), strict=True))
    readings = []
    for mean, spread in (codes, codes[::-1]):
        squares = float((numbers[mean].astype(np.float64) ** 2).mean())
        widths = numbers[spread].astype(np.float64)
        kinds = {"logvar": np.exp(widths.clip(-50, 50))}
        if widths.min() > 0:
            kinds = {"std": widths**2, "var": widths}
        readings += [(abs(float(np.log(squares + of.mean()))), mean, spread, kind) for kind, of in kinds.items()]
    readings.sort()
    if readings[0][0] + _CLEAR > readings[1][0]:
        raise EngineError(
            f"{graph.path.name}: it is unclear what the outputs {_listed(codes)} are. "
            "Say --mu NAME and --logvar NAME, or --std NAME."
        )
    _, mean, spread, kind = readings[0]
    return Heads(mean, *_unwrapped(graph, spread, kind), "by behaviour")


def _drawn(graph: Graph) -> Heads | None:
    """The heads by how z = μ + σ ε is drawn."""
    for name in graph.drawn:
        for scaled in _users(graph, name, "Mul"):
            spread = next((one for one in scaled.inputs if one != name), "")
            for added in _users(graph, scaled.outputs[0], "Add"):
                mu = next((one for one in added.inputs if one != scaled.outputs[0]), "")
                if spread in graph.values and mu in graph.values:
                    return Heads(mu, *_unwrapped(graph, spread, "std"), "by how z is drawn", added.outputs[0])
    return None


def _users(graph: Graph, name: str, op: str) -> list[Node]:
    return [node for node in graph.nodes if node.op == op and name in node.inputs]


def _unwrapped(graph: Graph, spread: str, kind: str) -> tuple[str, str]:
    """A spread before the exponential or the root that makes it, and what it is then."""
    maker = graph.makers.get(spread)
    while maker is not None and (maker.op, kind) in (("Exp", "std"), ("Exp", "var"), ("Sqrt", "std")):
        spread = maker.inputs[0]
        kind = "var" if maker.op == "Sqrt" else {"std": "log_std", "var": "logvar"}[kind]
        maker = graph.makers.get(spread)
    return spread, kind


def _named(graph: Graph, name: str) -> str:
    """What its own name, or that of the weights that make it, calls a value."""
    maker = graph.makers.get(name)
    called = [name, *(maker.inputs[1:] if maker is not None else ())]
    for text in called:
        for role, pattern in _NAMES.items():
            if re.search(pattern, text.lower()):
                return role
    return ""


def _listed(names: list[str] | tuple[str, ...]) -> str:
    return ", ".join(map(repr, names))
