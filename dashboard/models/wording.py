"""The words of the Models page about models that others' programs wrote."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from dashboard.jobs.brought import MEASURED
from dashboard.shared.wording import NO_COOKIES, as_given
from dashboard.train.wording import plain
from vae_engine.data import datasets

BRING = "Bring a model"
BRING_HELP = (
    "A VAE or an autoencoder that was written elsewhere: an encoder's and a decoder's file from "
    "PyTorch (.onnx) or Keras (.keras, or .json and .weights.h5), one file with both, a state_dict (.safetensors) with a list of "
    "its layers (.json), or a pythae folder's model_config.json and model.pt. Files are read as data; nothing in them is run. "
    "Its images are squares of 4 to 64 grey pixels a side; those of the sets here have 28. "
    "Of more than two latent dimensions Explore shows a plane."
)
NEEDS = {("onnx", "onnxruntime"): "ONNX (.onnx)", ("h5py",): "Keras (.keras, .weights.h5)"}
"""What files of a kind cannot be read without."""
NAME = "Its name"
FILES, PATH = "Its files", "… or where they are on the machine of this server: a folder, or files with a comma between"
PLANE = "Plane, where it has more than two latent dimensions"
PLANES = "pca, or axes:0,3 or images:5,17,99"
OWN_DATA = "… or images of your own there, read at its size: a folder or a file"
DATA, PROTOCOL, LIKELIHOOD, NOISE = "Its images", "Pixels it sees", "p(x|z)", "σ of a gaussian"
NORMALISED = "Their range"
NOISE_HELP = "In the scale of its own pixels: with 1, nll is half their squared error and a constant."
PROTOCOLS = {"grey": "grey", "dynamic": "0 or 1, drawn", "threshold": "0 or 1, by ½"}
LIKELIHOODS = {"": "assumed", "bernoulli": "bernoulli", "gaussian": "gaussian"}
RANGES = {"": "assumed", "0,1": "0 to 1", "0.5,0.5": "−1 to 1", "0.1307,0.3081": "MNIST’s mean 0, std 1"}
"""By what pixels in [0, 1] were normalised: a mean and a standard deviation, as `import` takes them."""
NAMES = {
    "mu": "Mean", "logvar": "Log-variance", "std": "Standard deviation", "logits": "Logits", "decoder-input": "Decoder's input",
}  # fmt: skip
NAMES_HELP = "Its files do not say what these values are. Their names, as far as they are asked for:"
READ, READING = "Read and check it", "It is read, and its numbers are compared with those of the files …"
NO_FILES = "Choose its files first, or say where they are."
NO_NUMBER = "σ must be a number, such as 0.5."
NO_UPLOADS = f"{NO_COOKIES}put the files on the machine of the server and give their place in the field below."
UNNAMED = "Your model"
YOURS, IN_EXPLORE, IN_RUNS = "Your models", "Open in Explore", "In Runs"
ASSUMED = "What was assumed"
ASKED_LATER = "A browser is asked for the same when it first opens it in Explore."
MEASURE, MEASURING = "Measure", f"{MEASURED} test images are measured …"
MEASURE_HELP = (
    f"ELBO and, of a VAE of two latent dimensions, exact log p(x) of {MEASURED} test images with pixels of 0 and 1, drawn as for "
    "the models above. Takes a minute or two."
)
_LINES = {
    "encoder": "Encoder", "decoder": "Decoder", "likelihood": "p(x|z)", "images": "Images", "pixels": "Pixels",
    "plane": "Shown on", "nats": "Its nats",
}  # fmt: skip
_OPTION = re.compile(r"--([a-z-]+)")
_FIELDS = NAMES | {"likelihood": LIKELIHOOD, "noise": NOISE, "normalised": NORMALISED, "plane": PLANE}


def unread(kind: str, missing: Sequence[str], way: str) -> str:
    """That files of a kind cannot be read yet, and the `way` to add what is missing for it."""
    return (
        f"Files of {kind} cannot be read here until {' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} added {way}."
    )


def assumed(about: Mapping[str, Any]) -> str:
    """What was assumed of a model, a line each, and how it was proved, as Markdown."""
    lines = [f"{label}: {plain(str(about[key]))}" for key, label in _LINES.items() if about.get(key)]
    return "  \n".join([*lines, proved(about)])


def proved(about: Mapping[str, Any]) -> str:
    """How far the numbers here are those of the files."""
    worst = _most(about["differs_by"])
    count, languages = about["inputs"], " and ".join(about["proved_in"])
    answer = about.get("in_browser")
    in_browser = f". {ASKED_LATER}" if not answer else (
        f"; those of {plain(answer['browser'])} (JavaScript and WebAssembly) are within {_most(answer['differs_by'])} of them."
    )  # fmt: skip
    if about["against"]:
        return f"On {count} inputs the numbers here ({languages}) are those of {about['against']} to {worst}{in_browser}"
    return f"The original was not run; on {count} inputs {languages} agree to {worst}{in_browser}"


def _most(off: Mapping[str, float]) -> str:
    return as_given(float(f"{max(off.values()):.1g}"))


def asks_for_names(complaint: str) -> bool:
    """Whether a complaint can be answered by naming values."""
    return any(name in NAMES for name in _OPTION.findall(complaint))


def complaint(message: str) -> str:
    """A complaint of the command as Markdown, with the fields of the form in place of its options."""
    parts = _OPTION.split(message)
    return "".join(f"**{_FIELDS.get(part, part)}**" if place % 2 else plain(part) for place, part in enumerate(parts))


def source(name: str) -> str:
    """A data set in the list of them."""
    return datasets.TITLES.get(name, name)
