"""A VAE in ONNX, an encoder's file and a decoder's or one graph with both, as layer records."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from vae_engine.base.errors import EngineError
from vae_engine.exchange.imports import graph as graphs
from vae_engine.exchange.imports.assumed import NOTHING, Said
from vae_engine.exchange.imports.built import Built, affine, layer, parallel
from vae_engine.exchange.imports.graph import Graph
from vae_engine.exchange.imports.matching import Match
from vae_engine.exchange.imports.nodes import view
from vae_engine.exchange.imports.parts import Found, Part, without_sigmoid
from vae_engine.exchange.imports.roles import Heads, Wishes, heads
from vae_engine.exchange.imports.tidy import tidy
from vae_engine.stored.architecture import PIXELS

_AFTER = {"logvar": (), "log_std": ("twice",), "std": ("log", "twice"), "var": ("log",), "": ()}


def read(paths: Sequence[Path], wishes: Wishes, images: np.ndarray, said: Said = NOTHING) -> Found:
    """The model of one file or two; `images` [n, 784] in [0, 1] are to see how it behaves. Raises EngineError."""
    with graphs.refused(paths[0]):
        return _read(paths, wishes, images, said)


def _read(paths: Sequence[Path], wishes: Wishes, images: np.ndarray, said: Said) -> Found:
    encoder = graphs.read(paths[0])
    if math.prod(encoder.shape) != PIXELS:
        raise EngineError(f"{paths[0].name} takes images of shape {list(encoder.shape)}; here they are 28 × 28, of one grey map.")
    found = heads(encoder, wishes, images)
    match = Match(encoder, encoder.source)
    if len(paths) == 2:
        decoder = graphs.read(paths[1])
        source = wishes.decoder_input or decoder.source
    else:
        decoder, source = encoder, wishes.decoder_input or found.z or found.mu
    if source not in decoder.values:
        raise EngineError(f"{decoder.path.name} has no value called {source!r}.")
    latent = encoder.values[found.mu].shape[-1]
    width = math.prod(decoder.values[source].shape[1:])
    # One output that holds both: a mean and a log-variance, one after the other, as wide as the decoder's input together.
    both = not found.spread and latent == 2 * width
    if both:
        latent = width
    elif width != latent:
        raise EngineError(f"The encoder gives {latent} numbers as z's mean, and the decoder takes {width}.")
    kind = "vae" if both or found.spread else "ae"
    first = _encoder(encoder, match, found, both)
    second, likelihood = _decoder(decoder, source, wishes, said)
    return Found(kind, latent, first, second, likelihood, said, "onnxruntime")


def _encoder(graph: Graph, match: Match, found: Heads, both: bool) -> Part:
    first = view((PIXELS,), graph.shape)
    if not found.spread:
        body, wanted = match.layers(found.mu), [found.mu]
        told = "mean and log-variance in one output, in this order" if both else "a code: an autoencoder"
    else:
        parted = match.parting(found.mu, found.spread)
        rest = [_spread(step) for step in _AFTER[found.kind]]
        heads_of = [match.layers(found.mu, parted), [*match.layers(found.spread, parted), *rest]]
        body, wanted = [*match.layers(parted), parallel(heads_of)], [found.mu, found.spread]
        told = f"mean {found.mu!r} and {found.kind} {found.spread!r}, {found.told}"

    def reference(rows: np.ndarray) -> np.ndarray:
        numbers = [one.reshape(len(rows), -1).astype(np.float64) for one in graph.run(rows, wanted)]
        for step in _AFTER[found.kind] if len(numbers) > 1 else ():
            numbers[1] = np.log(numbers[1]) if step == "log" else 2 * numbers[1]
        return np.concatenate(numbers, axis=1)

    return Part(
        tidy([*first, *body], (PIXELS,)), reference, graph.values | {"": graph.values[graph.source]}, graph.path.name, told
    )


def _spread(step: str) -> Built:
    return layer("log") if step == "log" else affine(np.array([2.0]), np.zeros(1))


def _decoder(graph: Graph, source: str, wishes: Wishes, said: Said) -> tuple[Part, str]:
    """The decoder up to the numbers before a last sigmoid, or to its end where there is none, and its likelihood."""
    match = Match(graph, source)
    ends = [name for name in graph.outputs if name in match.reached and math.prod(graph.values[name].shape[1:]) == PIXELS]
    end = wishes.logits or (ends[0] if ends else "")
    if end not in match.reached:
        raise EngineError(f"{graph.path.name} has no output of 28 × 28 pixels that follows from {source!r}.")
    shape = graph.values[source].shape[1:]
    found = tidy([*view((math.prod(shape),), shape), *match.layers(end), layer("flatten")], (math.prod(shape),))
    cut = without_sigmoid(found, (math.prod(shape),))
    likelihood = said.chosen(graph.path.name, cut is not None or bool(wishes.logits), end)
    last = end if cut is None else _before_sigmoid(graph, end)

    def reference(rows: np.ndarray) -> np.ndarray:
        return graph.run(rows, [last], source)[0].reshape(len(rows), -1).astype(np.float64)

    told = f"{'logits ' if wishes.logits else 'means '}{end!r}" if cut is None else f"logits before the sigmoid of {end!r}"
    values = graph.values | {"": graph.values[source]}
    return Part(found if cut is None else cut, reference, values, graph.path.name, told), likelihood


def _before_sigmoid(graph: Graph, end: str) -> str:
    """The value to which the last sigmoid was applied; there is one, with nothing but other shapes behind it."""
    node = graph.makers[end]
    while node.op != "Sigmoid":
        node = graph.makers[node.inputs[0]]
    return node.inputs[0]
