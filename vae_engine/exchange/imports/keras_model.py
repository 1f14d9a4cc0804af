"""A VAE that Keras saved, an encoder and a decoder, as layer records. Nothing of a file is executed.

A Lambda or a layer of somebody's own is refused by its name, but for one that only draws z beside a mean and a spread.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from vae_engine.base.errors import EngineError
from vae_engine.exchange.imports import keras_files
from vae_engine.exchange.imports.assumed import NOTHING, Said
from vae_engine.exchange.imports.built import layer, parallel, records
from vae_engine.exchange.imports.keras_layers import layers_of
from vae_engine.exchange.imports.nodes import view
from vae_engine.exchange.imports.parts import Found, ending, side_of, unasked
from vae_engine.exchange.imports.tidy import tidy
from vae_engine.stored.records import shape_after


def read(paths: Sequence[Path], said: Said = NOTHING) -> Found:
    """The model of some files (keras_files.py). Raises EngineError, naming the layer that is not understood."""
    with keras_files.refused(" and ".join(path.name for path in paths)):
        return _read(paths, said)


def _read(paths: Sequence[Path], said: Said) -> Found:
    encoder, decoder = keras_files.networks(paths)
    side = side_of(encoder.name, encoder.shape)
    ends = [name for name in encoder.outputs if not encoder.draws(name)]
    chains = [encoder.chain(name) for name in ends]
    if len(chains) not in (1, 2):
        raise EngineError(f"{encoder.name} has {len(chains)} outputs; an encoder gives a mean and a log-variance.")
    # Keras' own example, and whoever follows it, gives the mean first.
    shared = 0
    while len(chains) == 2 and chains[0][shared : shared + 1] == chains[1][shared : shared + 1] != []:
        shared += 1
    body, shape = layers_of(encoder, chains[0][:shared] if len(chains) == 2 else chains[0], encoder.shape)
    if len(chains) == 2:
        body.append(parallel([layers_of(encoder, chain[shared:], shape)[0] for chain in chains]))
    first = view((math.prod(encoder.shape),), encoder.shape)
    latent = math.prod(decoder.shape)
    output = decoder.outputs[0]
    after = layers_of(decoder, decoder.chain(output), decoder.shape)[0]
    end = ending(tidy([*view((latent,), decoder.shape), *after, layer("flatten")], (latent,)), (latent,), said, decoder.name)
    found = tidy([*end.seen.before, *first, *body], (side**2,))
    width = math.prod(shape_after(records(found), (side**2,), "encoder"))
    if width not in (latent, 2 * latent):
        raise EngineError(f"The encoder gives {width} numbers, and the decoder takes {latent}.")
    told = f"mean {ends[0]!r} and log-variance {ends[1]!r}, by their order" if len(ends) == 2 else "one output"
    return Found(
        "ae" if width == latent else "vae", side, latent, unasked("encoder", encoder.name, found, told),
        unasked("decoder", decoder.name, end.layers, end.told(output)), end.likelihood, end.said, end.seen, end.given,
    )  # fmt: skip
