"""A *bundle*: one safetensors file from which the browser runs a model. Made without torch.

    __metadata__.bundle   JSON: format, version, name, kind, config, layers, metrics, beta, sha256, classes,
                          paper (light or dark, to show images as their files do; null: as the page likes),
                          caveat (what its nats are where they are no log-probabilities, else empty),
                          plane (null; or {of, told, off}: through how many latent dimensions, which it is, and how far from it
                          codes lie on average; `kind` is that of the whole model, its encoder gives places alone),
                          points {count, protocol, seed, splits, low [2], high [2]}, train {…}, rest {…} or none
    encoder.*, decoder.*  weights, float16, under the names of their layers; float32 of models that others' code made
    noise                 float32 []: σ of p(x|z), where it is given and not learned
    points.codes          uint16 [n, 2]: low + code/65535·(high − low); the images that a map shows, of the test split and
                          in a small data set of the others too: `splits` counts them in their order (test, validation,
                          train); a file without it has test images only
    points.std            float16 [n, 2]: posterior σ (VAE only, and not where it is shown on a plane)
    points.off            float16 [n]: how far codes lie off the plane on which a model of more than two dimensions is shown
    points.log_px         float32 [n]: exact log p(x), nats (VAE, where it was measured; so the next two)
    points.elbo           float32 [n]: the encoder's ELBO, nats
    points.modes          uint8 [n]: modes of p(z|x)
    points.labels         uint8 [n]
    points.images         uint8 [bytes]: gzip whose last n × side² unpacked bytes are the grey pixels; `config.side`, else 28
    points.names          uint8 [bytes]: gzip of n lines of UTF-8, what the files call the images (images of one's own)
    points.columns, …     what else they say of them (data/kept_columns.py, its names after `points.`)
    train.codes           uint16 [m, 2]: codes of the training images, at most 60,000 (of convolutions that others' code made
                          10,000, for which a visitor waits), for "no training code within …"
    rest.codes            uint16 [r, 2]: codes of images that do not travel, of all splits, where a map's images are a sample and
                          their codes are kept (`write_codes`): all of them, or evenly spread ones, as a file of 8 MB has room
                          for; `rest.of` counts all
    rest.labels           uint8 [r]

What the encoder saw of image i is `data.observe_fixed`, which the browser repeats from seed and pixels.
"""

from __future__ import annotations

import gzip
import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save as pack

from vae_engine.base.errors import EngineError
from vae_engine.base.files import write_atomically
from vae_engine.data import datasets, file_names, kept_columns
from vae_engine.data import mnist as data
from vae_engine.stored import nats, on_map, plane
from vae_engine.stored import weights as weight_files
from vae_engine.stored.architecture import Layer, layers
from vae_engine.stored.checkpoints import Stored
from vae_engine.stored.config import ListedConfig
from vae_engine.stored.records import inner_lists

VERSION = 1
PROTOCOL, SEED = "dynamic", 0
"""How the pixels of the bundled models are observed; a run's are as it was trained."""
MOST_TRAIN = 60_000
_MAPS_TRAIN = 10_000  # of a network of maps that others' code made
_WIDEST = 6e4  # about the largest number of float16
MOST_BYTES = 8_000_000
_OTHERS = 100_000  # bytes of a bundle that are no tensors, at most
_PIECE = 10_000  # images that are encoded at once: as float32 they take 31 MB
CODES = "codes.safetensors"
"""The file beside a model that keeps its codes."""

Codes = tuple[dict[str, np.ndarray], dict[str, Any]]
"""Tensors, and what a header says of them."""


@dataclass(frozen=True)
class AtHand:
    """Images that no data set holds, none of which a model was trained on, and what their labels mean.

    `trained_on` [n, side, side] are those that it was; without them they are those of its data set.
    """

    shown: data.Images
    classes: tuple[str, ...]
    trained_on: np.ndarray | None = None


def write_bundle(stored: Stored, path: Path) -> int:
    """Write the bundle of a model, with all the codes there is room for, atomically; its size in bytes."""
    content = bundle(stored, whole=True)
    write_atomically(path, content)
    return len(content)


def bundle(stored: Stored, with_images: bool = True, points: int | None = None, whole: bool = False) -> bytes:
    """The bundle of a model with two latent dimensions, or of the plane through more. Raises EngineError for other dimensions.

    `points` keeps the first so many images: enough to watch training, and a hundred times faster. `whole` works out the codes
    of the rest where none are kept, which takes 20 s for 800,000 images.
    """
    tensors, header = _contents(stored, with_images, points, whole)
    return _packed(tensors, bundle=header)


def parted(stored: Stored, whole: bool = False, at_hand: AtHand | None = None, train: int = MOST_TRAIN) -> tuple[bytes, bytes]:
    """A bundle without images and encoder, and its encoder, so that a page can show its maps before it has read all.

    The second is a safetensors file with `encoder.*` and, as `__metadata__.encoder`, the encoder's list of layers.
    Its points are the images of the data set, or those `at_hand`. Of the training images the first `train` are encoded where
    no codes are kept. Raises as `bundle` does.
    """
    contents = _contents_of(stored, at_hand, train) if at_hand else _contents(stored, False, whole=whole, train=train)
    tensors, header = contents
    listed = header["layers"].pop("encoder")
    encoder = {name: tensors.pop(name) for name in list(tensors) if name.startswith("encoder.")}
    return _packed(tensors, bundle=header), _packed(encoder, encoder=listed)


def images_of(data_set: str, points: int | None = None) -> bytes:
    """The images that a map shows, or the first `points`, as a gzip file of the IDX format. MNIST's lie there already."""
    if data_set == datasets.MNIST and points is None:
        return data.packed_test_images()
    return packed_shown(data_set, points or datasets.SHOWN)


def _packed(tensors: dict[str, np.ndarray], **described: Any) -> bytes:
    notes = {key: json.dumps(value) for key, value in described.items()}
    return pack({name: np.asarray(tensor, order="C") for name, tensor in tensors.items()}, notes)


def weights(stored: Stored) -> dict[str, np.ndarray]:
    """The weights of a model as the browser reads them: in half precision, but for single numbers and models of others' code.

    Of those the browser has to give the original's numbers to 1e-4 (imports/probe.py), which half precision does not.
    """
    if isinstance(stored.model, ListedConfig):
        return stored.weights
    return {name: halved(weight) for name, weight in stored.weights.items()}


def halved(weight: np.ndarray) -> np.ndarray:
    """A weight in half precision, but a single number as it is."""
    return weight.astype(np.float16) if weight.ndim else weight


def _contents(
    stored: Stored, with_images: bool, points: int | None = None, whole: bool = False, train: int = MOST_TRAIN
) -> Codes:
    """The tensors of a bundle, and its header."""
    shown = on_map.seen(stored)
    codes, places = encode_all(stored, points) if points else read_codes(stored) or encode_all(stored, train=train)
    if whole and "rest" not in places:
        rest, place = _encode_rest(stored)
        codes, places = codes | rest, places | place
    tensors = weights(shown) | codes
    tensors["points.labels"] = np.ascontiguousarray(datasets.shown(stored.train.data, points or datasets.SHOWN)[0].labels)
    if points is None and (names := datasets.names(stored.train.data)):
        tensors["points.names"] = np.frombuffer(file_names.packed(names), np.uint8)
        tensors |= kept_columns.tensors(datasets.columns(stored.train.data), "points.")
    if with_images:
        tensors["points.images"] = np.frombuffer(images_of(stored.train.data, points), np.uint8)
    _make_fit(tensors, places, datasets.rest(stored.train.data).labels if "rest" in places else None)
    sizes = datasets.sizes(stored.train.data)
    places = {key: {"of": sizes, **place} for key, place in places.items()}
    return tensors, _header(stored, stored.train.classes, datasets.paper(stored.train.data), places)


def _contents_of(stored: Stored, at_hand: AtHand, most: int) -> Codes:
    """The tensors of a bundle whose points are images at hand, and its header."""
    seen = on_map.seen(stored)
    protocol, own = stored.train.protocol, at_hand.trained_on
    shown = data.observe_fixed(at_hand.shown.images, protocol, SEED)
    train = observed(stored.train.data, "train", protocol, most) if own is None else data.observe_fixed(own, protocol, SEED)
    codes, places = _encoded(stored, shown, train, {"test": len(shown)})
    if own is None:
        places["train"]["of"] = datasets.sizes(stored.train.data)
    tensors = weights(seen) | codes | {"points.labels": np.ascontiguousarray(at_hand.shown.labels)}
    return tensors, _header(stored, at_hand.classes, None, places)


_UNTOLD = ("data", "classes", "seed", "held_out")
"""Settings of training that a bundle does not tell: where someone's images lie is nobody's business; the others train nothing."""


def _header(stored: Stored, classes: Sequence[str], paper: str | None, places: dict[str, Any]) -> dict[str, Any]:
    shown = on_map.seen(stored).model
    is_known = "imported" not in stored.metrics
    training = {name: value for name, value in stored.train.to_dict().items() if name not in _UNTOLD}
    return {
        "format": "latent-explorer-bundle", "version": VERSION, "name": stored.name, "kind": stored.model.kind,
        "config": shown.to_dict(), "layers": layers(shown), "metrics": stored.metrics, "plane": _plane(stored),
        "beta": stored.train.beta if is_known and stored.model.kind == "vae" else None, "sha256": stored.sha256,
        "training": training if is_known else None,
        "classes": classes, "paper": paper, "caveat": nats.caveat(stored.model.likelihood, stored.train.protocol), **places,
    }  # fmt: skip


def _plane(stored: Stored) -> dict[str, Any] | None:
    """What a header says of the plane on which a model of more than two latent dimensions is shown."""
    model = stored.model
    if not (isinstance(model, ListedConfig) and model.plane):
        return None
    return {"of": model.latent_dim, "off": model.plane["off"], "told": plane.told(model.plane, model.kind)}


def _make_fit(tensors: dict[str, np.ndarray], places: dict[str, Any], labels: np.ndarray | None) -> None:
    """Give the codes of the rest their labels and leave in as many of both, evenly spread, as there is room for."""
    if labels is None:
        return
    codes = tensors.pop("rest.codes")
    room = MOST_BYTES - _OTHERS - sum(tensor.nbytes for tensor in tensors.values())
    count = max(0, min(len(codes), room // (codes[:1].nbytes + labels[:1].nbytes)))
    kept = np.arange(count) * len(codes) // max(1, count)
    tensors |= {"rest.codes": codes[kept], "rest.labels": labels[kept]}
    places["rest"] = {**places["rest"], "count": count, "of": len(codes)}


def encode_all(stored: Stored, points: int | None = None, train: int = MOST_TRAIN) -> Codes:
    """The tensors `points.codes`, `points.std`, `train.codes` of a bundle, and what its header says of them.

    Of all images that a map shows and of the first `train`, or fewer, that were trained on; or of the first `points` of both.
    """
    data_set, most = stored.train.data, points or datasets.SHOWN
    shown = observed_shown(data_set, most, stored.train.protocol)
    trained_on = observed(data_set, "train", stored.train.protocol, points or min(train, _waited_for(stored)))
    return _encoded(stored, shown, trained_on, datasets.shown(data_set, most)[1])


def _waited_for(stored: Stored) -> int:
    """Training images whose codes a visitor waits for: fewer of networks of maps, which take up to 200 times as long."""
    is_of_maps = isinstance(stored.model, ListedConfig) and any(_has_maps(layer) for layer in layers(stored.model)["encoder"])
    return _MAPS_TRAIN if is_of_maps else MOST_TRAIN


def _has_maps(layer: Layer) -> bool:
    return layer["op"] == "conv" or any(_has_maps(one) for _, inner in inner_lists(layer, "") for one in inner)


def _encoded(stored: Stored, shown: np.ndarray, train: np.ndarray, splits: dict[str, int]) -> Codes:
    about: dict[str, dict[str, Any]] = {"points": {"splits": splits}, "train": {"split": "train"}}
    tensors, places = {}, {}
    for key, x in {"points": shown, "train": train}.items():
        if x.shape[1] != stored.model.pixels:
            side, which = stored.model.side, "shown" if key == "points" else "that it was trained on"
            raise EngineError(f"{stored.name} takes images of {side} × {side} pixels; the images {which} are of another size.")
        with np.errstate(over="ignore"):
            codes, std, off = on_map.encode(stored, x)
        tensors[f"{key}.codes"], place = quantise(codes)
        places[key] = {**place, "protocol": stored.train.protocol, "seed": SEED, **about[key]}
        if key == "points" and std is not None:
            tensors["points.std"] = spreads(std)
        if key == "points" and off is not None:
            tensors["points.off"] = spreads(off)
    return tensors, places


def _encode_rest(stored: Stored) -> Codes:
    """The codes of all images that a map has no room for, and their range; nothing where there are none."""
    images, protocol = datasets.rest(stored.train.data).images, stored.train.protocol
    if not len(images):
        return {}, {}
    pieces = []
    for start in range(0, len(images), _PIECE):
        piece = images[start : start + _PIECE]
        places = np.arange(start, start + len(piece)) + datasets.SHOWN
        with np.errstate(over="ignore"):  # σ, of which no one asks here
            pieces.append(on_map.encode(stored, data.observe_fixed(piece, protocol, SEED, places))[0])
    codes, place = quantise(np.concatenate(pieces))
    return {"rest.codes": codes}, {"rest": place}


def observed_shown(data_set: str, most: int, protocol: str = PROTOCOL) -> np.ndarray:
    """What the encoders see of the first images that a map shows: [n, side²], the same array each time until they change."""
    return _observed_shown(data_set, most, protocol, datasets.stamp(data_set))


@lru_cache(maxsize=4)
def _observed_shown(data_set: str, most: int, protocol: str, stamp: str) -> np.ndarray:
    return data.observe_fixed(datasets.shown(data_set, most)[0].images, protocol, SEED)


def observed(data_set: str, split: str, protocol: str, count: int | None = None) -> np.ndarray:
    """What the encoders see of a split, or of its first `count` images: [n, 784]."""
    return data.observe_fixed(datasets.load(data_set, split).images[:count], protocol, SEED)


def packed_shown(data_set: str, most: int) -> bytes:
    """The first images that a map shows as a gzip file of the IDX format, which is how MNIST's are bundled."""
    return _packed_shown(data_set, most, datasets.stamp(data_set))


@lru_cache(maxsize=2)
def _packed_shown(data_set: str, most: int, stamp: str) -> bytes:
    images = datasets.shown(data_set, most)[0].images
    return gzip.compress(struct.pack(">HBB3I", 0, 8, 3, *images.shape) + images.tobytes(), 6, mtime=0)


def write_codes(stored: Stored, truths: dict[str, np.ndarray]) -> None:
    """Keep a model's codes beside it, those of the rest too, so that the dashboard need not encode 60,000 images and more before
    its first picture.

    `truths` are per-image numbers of the test split (image_truths), or none. Raises EngineError where the images may change.
    """
    if not datasets.is_fixed(stored.train.data):
        raise EngineError(f"{stored.name} does not say which images it was trained on, so their codes are not kept.")
    tensors, places = encode_all(stored)
    rest, place = _encode_rest(stored)
    tensors |= rest | {f"points.{name}": values for name, values in truths.items()}
    noted = {"weights_sha256": stored.sha256, "places": json.dumps(places | place), "data": stored.train.data}
    packed = pack(tensors, noted)
    write_atomically(stored.folder / CODES, packed)


def observed_test(data_set: str = datasets.MNIST, protocol: str = PROTOCOL) -> np.ndarray:
    """What the encoders see of the test split [n, side²]: the images that codes and per-image numbers belong to."""
    return observed(data_set, "test", protocol)


def read_codes(stored: Stored) -> Codes | None:
    """The kept codes, if there are any, of these weights, images and pixels. Raises EngineError for a damaged file."""
    path = stored.folder / CODES
    if not path.exists():
        return None
    raw = weight_files.read_raw(path)
    tensors, notes = weight_files.parse(raw, str(path)), weight_files.notes(raw)
    own = datasets.is_own(stored.train.data)
    if notes.get("weights_sha256") != stored.sha256 or (own and notes.get("data") != stored.train.data):
        return None
    places = json.loads(notes["places"])
    return (tensors, places) if places["points"].get("protocol") == stored.train.protocol else None


def spreads(std: np.ndarray) -> np.ndarray:
    """Posterior σ, or distances, as float16; of images unlike those trained on beyond all bounds, and then the largest number."""
    return np.nan_to_num(std, nan=_WIDEST).clip(0, _WIDEST).astype(np.float16)


def quantise(codes: np.ndarray) -> tuple[np.ndarray, dict[str, Any]]:
    """Codes [n, 2] as uint16 over their true range, and that range."""
    low, high = codes.min(0).astype(np.float64), codes.max(0).astype(np.float64)
    scaled = (codes - low) / np.maximum(high - low, 1e-9) * 65535
    return np.rint(scaled).astype(np.uint16), {"count": len(codes), "low": low.tolist(), "high": high.tolist()}
