"""What the page Train of the site begins with: its recipe, and a bounded file of images to train on and to be measured on."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from safetensors.numpy import save

from dashboard.shared import browser
from dashboard.site import wording
from dashboard.site.files import Files
from vae_engine.data import datasets, fetched
from vae_engine.data.sets.catalogue import SETS
from vae_engine.stored.config import LIVE_MODEL, LIVE_TRAIN

MODEL = replace(LIVE_MODEL, encoder_widths=(256, 128), decoder_widths=(128, 256))
TRAIN = replace(LIVE_TRAIN, seconds=60.0, train_size=12_000)
"""The live recipe on a smaller network and fewer images: it is good after a minute in a browser."""
OFFERED = ("fashion",)
"""The sets that are offered beside MNIST where they are on the machine that writes the site."""
TOY = "training/toy/"
"""Where the page of the toys is."""


def told(files: Files, sets: Sequence[str] = ()) -> dict[str, Any]:
    """What the page is told; images of MNIST and of further sets, and the script of its threads, are added to the files.

    Without further sets these are those of SETS that are on this machine. Raises EngineError where one is not.
    """
    offered = [datasets.MNIST, *dict.fromkeys(sets or (name for name in OFFERED if fetched.is_here(SETS[name])))]
    return {
        "sets": [
            {"title": datasets.TITLES[name], "images": files.add("training/images", ".bin", images(name))} for name in offered
        ],
        "absent": [wording.absent(SETS[name]) for name in OFFERED if name not in offered],
        "trainer": files.add("training/trainer", ".js", browser.script("site/trainer").encode()),
        "model": MODEL.to_dict(),
        "train": TRAIN.to_dict(),
        "toy": TOY,
    }


def toy(files: Files) -> dict[str, Any]:
    """What the page of the toys is told, whose thread's script is added to the files."""
    return {"trainer": files.add("training/toy_trainer", ".js", browser.script("site/toy_trainer").encode())}


def images(name: str) -> bytes:
    """The first images of the training and the validation split of a data set, each of which is a draw by the seed of the split:
    a run of the engine on so many sees the same ones. Raises EngineError.
    """
    train, held = datasets.load(name, "train").head(TRAIN.train_size), datasets.load(name, "validation").head(TRAIN.held_out)
    tensors = {"train.images": train.images, "train.labels": train.labels, "held.images": held.images, "held.labels": held.labels}
    about = {
        "data": name,
        "title": datasets.TITLES[name],
        "classes": datasets.classes(name),
        "of": datasets.sizes(name),
    }
    return gzip.compress(save(tensors, {"training": json.dumps(about)}), 6, mtime=0)
