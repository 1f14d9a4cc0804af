"""What the page Train of the site begins with: its recipe, and a bounded file of images to train on and to be measured on."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from typing import Any

from safetensors.numpy import save

from dashboard.shared import browser
from dashboard.site.files import Files
from vae_engine.data import mnist as data
from vae_engine.stored.config import LIVE_MODEL, LIVE_TRAIN

MODEL = replace(LIVE_MODEL, encoder_widths=(256, 128), decoder_widths=(128, 256))
TRAIN = replace(LIVE_TRAIN, seconds=60.0, train_size=12_000)
"""The live recipe on a smaller network and fewer images: it is good after a minute in a browser."""


def told(files: Files) -> dict[str, Any]:
    """What the page is told; images and the script of its threads are added to the files."""
    return {
        "images": files.add("training/images", ".bin", images()),
        "trainer": files.add("training/trainer", ".js", browser.script("site/trainer").encode()),
        "model": MODEL.to_dict(),
        "train": TRAIN.to_dict(),
    }


def toy(files: Files) -> dict[str, Any]:
    """What the page of the toys is told, whose thread's script is added to the files."""
    return {"trainer": files.add("training/toy_trainer", ".js", browser.script("site/toy_trainer").encode())}


def images() -> bytes:
    """The first images of the training and the validation split, each of which is a draw by the seed of the split: a run of the
    engine on so many sees the same ones.
    """
    train, held = data.load("train").head(TRAIN.train_size), data.load("validation").head(TRAIN.held_out)
    tensors = {"train.images": train.images, "train.labels": train.labels, "held.images": held.images, "held.labels": held.labels}
    about = {"classes": TRAIN.classes, "of": data.COUNTS}
    return gzip.compress(save(tensors, {"training": json.dumps(about)}), 6, mtime=0)
