"""A VAE in ONNX, an encoder's file and a decoder's or one graph with both, as layer records."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from vae_engine.base.errors import EngineError
from vae_engine.exchange.imports import graph as graphs
from vae_engine.exchange.imports.assumed import NOTHING, Said
from vae_engine.exchange.imports.built import Built, affine, layer, parallel, records, weights
from vae_engine.exchange.imports.graph import Graph
from vae_engine.exchange.imports.matching import Match
from vae_engine.exchange.imports.nodes import view
from vae_engine.exchange.imports.parts import End, Found, Part, Trials, ending, side_of
from vae_engine.exchange.imports.roles import Heads, Wishes, heads
from vae_engine.exchange.imports.scale import AS_IS, SIGNED, Scale
from vae_engine.exchange.imports.tidy import tidy
from vae_engine.stored import forward

_AFTER = {"logvar": (), "log_std": ("twice",), "std": ("log", "twice"), "var": ("log",), "": ()}
_SHAPES = ("Cast", "Flatten", "Identity", "Reshape", "Squeeze", "Transpose", "Unsqueeze")


def read(paths: Sequence[Path], wishes: Wishes, images: Trials, said: Said = NOTHING) -> Found:
    """The model of one file or two; `images` are to see how it behaves. Raises EngineError."""
    with graphs.refused(paths[0]):
        return _read(paths, wishes, images, said)


def _read(paths: Sequence[Path], wishes: Wishes, images: Trials, said: Said) -> Found:
    encoder = graphs.read(paths[0])
    side = side_of(paths[0].name, encoder.shape)
    decoder = graphs.read(paths[1]) if len(paths) == 2 else encoder
    found = heads(encoder, wishes, (said.scale or _likely(decoder, side)).theirs(images(side)))
    match = Match(encoder, encoder.source)
    source = wishes.decoder_input or (decoder.source if len(paths) == 2 else found.z or found.mu)
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
    second, end = _decoder(decoder, source, wishes, said, side)
    first = _encoder(encoder, match, found, both, end.seen)
    return Found(kind, side, latent, first, second, end.likelihood, end.said, end.seen, end.given, "onnxruntime")


def _likely(decoder: Graph, side: int) -> Scale:
    """The pixels that a graph most likely gives, before its layers are known."""
    return SIGNED if any(_makes(decoder, name, "Tanh") for name in _pictures(decoder, side)) else AS_IS


def _pictures(graph: Graph, side: int) -> list[str]:
    """Its outputs of so many numbers as a picture has."""
    return [name for name in graph.outputs if math.prod(graph.values[name].shape[1:]) == side**2]


def _encoder(graph: Graph, match: Match, found: Heads, both: bool, scale: Scale) -> Part:
    pixels = (math.prod(graph.shape),)
    first = [*scale.before, *view(pixels, graph.shape)]
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
        numbers = [one.reshape(len(rows), -1).astype(np.float64) for one in graph.run(scale.theirs(rows), wanted)]
        for step in _AFTER[found.kind] if len(numbers) > 1 else ():
            numbers[1] = np.log(numbers[1]) if step == "log" else 2 * numbers[1]
        return np.concatenate(numbers, axis=1)

    values = graph.values | {"": scale.ours(graph.values[graph.source])}
    return Part(tidy([*first, *body], pixels), reference, values, graph.path.name, told)


def _spread(step: str) -> Built:
    return layer("log") if step == "log" else affine(np.array([2.0]), np.zeros(1))


def _decoder(graph: Graph, source: str, wishes: Wishes, said: Said, side: int) -> tuple[Part, End]:
    """The decoder up to the numbers before a last sigmoid or tanh, or to its end where there is none."""
    match = Match(graph, source)
    ends = [name for name in _pictures(graph, side) if name in match.reached]
    output = wishes.logits or (ends[0] if ends else "")
    if output not in match.reached:
        raise EngineError(f"{graph.path.name} has no output of {side} × {side} pixels that follows from {source!r}.")
    shape = graph.values[source].shape[1:]
    width = (math.prod(shape),)
    found = tidy([*view(width, shape), *match.layers(output), layer("flatten")], width)
    end = ending(found, width, said, graph.path.name, output, logits=bool(wishes.logits))
    last, rest = output, []
    if end.cut:  # one node made it, with nothing but other shapes behind it
        node = graph.makers[output]
        while node.op != end.cut.capitalize():
            node = graph.makers[node.inputs[0]]
        last, rest = node.inputs[0], match.layers(output, node.outputs[0])

    def reference(rows: np.ndarray) -> np.ndarray:
        numbers = forward.run(records(rest), "rest", weights(rest, "rest"), graph.run(rows, [last], source)[0])
        return end.gain * numbers.reshape(len(rows), -1).astype(np.float64) + end.shift

    told = end.told(output, "logits" if wishes.logits else "means")
    values = graph.values | {"": graph.values[source]}
    return Part(end.layers, reference, values, graph.path.name, told), end


def _makes(graph: Graph, end: str, op: str) -> bool:
    """Whether a value is made by one kind of node, but for its shape."""
    node = graph.makers.get(end)
    while node is not None and node.op in _SHAPES:
        node = graph.makers.get(node.inputs[0])
    return node is not None and node.op == op
