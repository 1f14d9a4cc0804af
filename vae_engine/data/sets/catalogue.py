"""The published data sets: what each holds, whose it is, its files and where they can be had.

MD5s are those that torchvision and medmnist check, of the files as they are published, packed; of Fashion-MNIST, which its
mirrors pack differently, of the unpacked bytes. Of EMNIST's files none is published but that of the one archive with all six.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from vae_engine.base.errors import EngineError


@dataclass(frozen=True)
class File:
    """A file of a data set as it is kept, and as its mirrors call it where that is another name."""

    name: str
    md5: str = ""
    """"" where no hash is published; what it holds is then checked by its own checksum alone."""
    at_mirrors: str = ""
    of_unpacked: bool = False
    """Whether the MD5 is that of the bytes that gzip packed."""


@dataclass(frozen=True)
class Origin:
    """Whose a data set is: the folder it is kept in, where it is had from, on what terms, and whom to name."""

    folder: str
    licence: str
    citation: str
    mirrors: tuple[str, ...]
    """Addresses that the name of a file is put behind, or into where they have {}."""


@dataclass(frozen=True)
class DataSet:
    """A published data set of grey images of 28 × 28 pixels, each of one class."""

    name: str
    title: str
    what: str
    published: dict[str, int]
    """Images of each split that its authors made: train and test, and perhaps validation."""
    classes: tuple[str, ...]
    files: tuple[File, ...]
    """The first one holds the images to train on."""
    origin: Origin
    archive: File | None = None
    """The one file at the mirrors that all others are within."""
    members: tuple[str, ...] = ()
    """What is taken out of the archive, for this set and for others."""
    is_shown_as_published: bool = False
    """Whether black is black in it, as in photographs, rather than paper of either tone."""
    counts: dict[str, int] = field(init=False)
    """Images of each split: without a validation of its own a sixth of those to train on, as of MNIST."""

    def __post_init__(self) -> None:
        train = self.published["train"]
        own = {"train": train * 5 // 6, "validation": train - train * 5 // 6, "test": self.published["test"]}
        object.__setattr__(self, "counts", self.published if "validation" in self.published else own)

    @property
    def total(self) -> int:
        """How many images it has."""
        return sum(self.published.values())

    @property
    def bytes(self) -> int:
        """Its images and labels, unpacked."""
        return self.total * (28 * 28 + 1)

    def checked(self) -> str:
        """What its files are believed by, and what of them is not vouched for, in a sentence."""
        if self.archive:
            return (
                f"{self.archive.name} is believed by its MD5, when it comes; of the files taken out of it none is published, "
                "so later only gzip's own checksum is looked at, which tells damage but no other file."
            )
        if all(file.of_unpacked for file in self.files):
            return "Each file is believed by the MD5 of the bytes that it packs, since mirrors pack them differently."
        return "Each file is believed by its MD5, packed as it was published: the same images packed again are refused."

    def about(self) -> str:
        """What it is, on what terms, whom to name, and what it is believed by, in lines of text."""
        return (
            f"{self.title}: {self.what}\nLicence: {self.origin.licence}\nPlease cite: {self.origin.citation}\n"
            f"Checks: {self.checked()}\n"
        )


_IDX = ("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz", "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz")
_DIGITS = tuple("0123456789")
_CAPITALS = tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_SMALL = tuple("abcdefghijklmnopqrstuvwxyz")
_MERGED = (*_DIGITS, *_CAPITALS, *"abdefghnqrt")

_FASHION = Origin(
    "fashion-mnist",
    "MIT",
    "H. Xiao, K. Rasul, R. Vollgraf, Fashion-MNIST, arXiv:1708.07747",
    (
        "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",
    ),
)
_KUZUSHIJI = (
    "CC BY-SA 4.0; “KMNIST Dataset” (created by CODH), adapted from “Kuzushiji Dataset” (created by NIJL and others), "
    "doi:10.20676/00000341",
    "T. Clanuwat, M. Bober-Irizar, A. Kitamoto, A. Lamb, K. Yamamoto, D. Ha, Deep Learning for Classical Japanese "
    "Literature, arXiv:1812.01718",
)
_KMNIST, _KMNIST_49 = (
    Origin(kept, *_KUZUSHIJI, (f"https://codh.rois.ac.jp/kmnist/dataset/{at}/", f"http://codh.rois.ac.jp/kmnist/dataset/{at}/"))
    for kept, at in (("kmnist", "kmnist"), ("kmnist-49", "k49"))
)
_QMNIST = Origin(
    "qmnist",
    "BSD 3-clause (Facebook, Inc. and its affiliates)",
    "C. Yadav, L. Bottou, Cold Case: The Lost MNIST Digits, NeurIPS 2019, arXiv:1905.10498",
    (
        "https://raw.githubusercontent.com/facebookresearch/qmnist/master/",
        "https://github.com/facebookresearch/qmnist/raw/master/",
    ),
)
_EMNIST = Origin(
    "emnist",
    "none is stated; made from Special Database 19 of the US National Institute of Standards and Technology",
    "G. Cohen, S. Afshar, J. Tapson, A. van Schaik, EMNIST: an extension of MNIST to handwritten letters, arXiv:1702.05373",
    ("https://biometrics.nist.gov/cs_links/EMNIST/",),
)
_MEDMNIST = Origin(
    "medmnist",
    "CC BY 4.0",
    "J. Yang, R. Shi, D. Wei, Z. Liu, L. Zhao, B. Ke, H. Pfister, B. Ni, MedMNIST v2, Scientific Data 10:41 (2023), "
    "arXiv:2110.14795, and the authors of the set that it was made from",
    ("https://zenodo.org/records/10519652/files/{}?download=1", "https://zenodo.org/api/records/10519652/files/{}/content"),
)


def _like_mnist(names: tuple[str, ...], hashes: tuple[str, ...], prefix: str = "", of_unpacked: bool = False) -> tuple[File, ...]:
    return tuple(
        File(prefix + name, md5, name if prefix else "", of_unpacked) for name, md5 in zip(names, hashes, strict=True)
    )  # fmt: skip


def _emnist(split: str, what: str, train: int, test: int, classes: tuple[str, ...]) -> DataSet:
    return DataSet(
        f"emnist-{split}", f"EMNIST {_EMNIST_TITLES[split]}", what, {"train": train, "test": test}, classes,
        tuple(map(File, _emnist_files(split))), _EMNIST, File("gzip.zip", "58c8d27c78d21e728a6bc7b3cc06412e"),
        tuple(name for one in _EMNIST_TITLES for name in _emnist_files(one)),
    )  # fmt: skip


_EMNIST_TITLES = {
    "balanced": "Balanced", "byclass": "ByClass", "bymerge": "ByMerge", "digits": "Digits", "letters": "Letters",
    "mnist": "MNIST",
}  # fmt: skip


def _emnist_files(split: str) -> list[str]:
    return [f"emnist-{split}-{name.replace('t10k', 'test')}" for name in _IDX]


def _medical(
    name: str, title: str, what: str, splits: tuple[int, int, int], md5: str, classes: tuple[str, ...]
) -> DataSet:  # fmt: skip
    return DataSet(
        name, title, what, dict(zip(("train", "validation", "test"), splits, strict=True)), classes,
        (File(f"{name}.npz", md5),), _MEDMNIST, is_shown_as_published=True,
    )  # fmt: skip


_ORGANS = (
    "bladder", "femur-left", "femur-right", "heart", "kidney-left", "kidney-right", "liver", "lung-left", "lung-right",
    "pancreas", "spleen",
)  # fmt: skip
_KIDNEY = (
    "Collecting Duct, Connecting Tubule", "Distal Convoluted Tubule", "Glomerular endothelial cells",
    "Interstitial endothelial cells", "Leukocytes", "Podocytes", "Proximal Tubule Segments", "Thick Ascending Limb",
)  # fmt: skip
_HIRAGANA = (
    "a i u e o ka ki ku ke ko sa si su se so ta ti tu te to na ni nu ne no ha hi hu he ho ma mi mu me mo ya yu yo "
    "ra ri ru re ro wa wi we wo n iteration"
)  # fmt: skip

_ALL = (
    DataSet(
        "fashion", "Fashion-MNIST", "photographs of clothes, in the form of MNIST", {"train": 60_000, "test": 10_000},
        ("T-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "boot"),
        _like_mnist(_IDX, ("f4a8712d7a061bf5bd6d2ca38dc4d50a", "9018921c3c673c538a1fc5bad174d6f9",
                           "8181f5470baa50b63fa0f6fddb340f0a", "15d484375f8d13e6eb1aabb0c3f46965"), of_unpacked=True),
        _FASHION,
    ),
    DataSet(
        "kmnist", "KMNIST", "cursive hiragana, one of each row", {"train": 60_000, "test": 10_000},
        ("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"),
        _like_mnist(_IDX, ("bdb82020997e1d708af4cf47b453dcf7", "e144d726b3acfaa3e44228e80efcd344",
                           "5c965bf0a639b31b8f53240b1b52f4d7", "7320c461ea6c1c855c0b718fb2a4b134"), "kmnist-"),
        _KMNIST,
    ),
    DataSet(
        "kmnist-49", "KMNIST-49", "all cursive hiragana and the iteration mark, more of some than of others",
        {"train": 232_365, "test": 38_547}, tuple(_HIRAGANA.split()),
        (File("k49-train-imgs.npz", "7ac088b20481cf51dcd01ceaab89d821"),
         File("k49-train-labels.npz", "44a8e1b893f81e63ff38d73cad420f7a"),
         File("k49-test-imgs.npz", "d352e201d846ce6b94f42c990966f374"),
         File("k49-test-labels.npz", "4da6f7a62e67a832d5eb1bd85c5ee448")),
        _KMNIST_49,
    ),
    DataSet(
        "qmnist", "QMNIST", "MNIST made again from its source, with all of its 60,000 test digits",
        {"train": 60_000, "test": 60_000}, _DIGITS,
        (File("qmnist-train-images-idx3-ubyte.gz", "ed72d4157d28c017586c42bc6afe6370"),
         File("qmnist-train-labels-idx2-int.gz", "0058f8dd561b90ffdd0f734c6a30e5e4"),
         File("qmnist-test-images-idx3-ubyte.gz", "1394631089c404de565df7b7aeaf9412"),
         File("qmnist-test-labels-idx2-int.gz", "5b5b05890a5e13444e108efe57b788aa")),
        _QMNIST,
    ),
    _emnist("balanced", "handwritten digits and letters, as many of each", 112_800, 18_800, _MERGED),
    _emnist("byclass", "handwritten digits, capital and small letters", 697_932, 116_323, (*_DIGITS, *_CAPITALS, *_SMALL)),
    _emnist("bymerge", "the same, small letters that look like their capitals among these", 697_932, 116_323, _MERGED),
    _emnist("digits", "handwritten digits, as many of each", 240_000, 40_000, _DIGITS),
    _emnist("letters", "handwritten letters, capital and small ones as one class", 124_800, 20_800, _CAPITALS),
    _emnist("mnist", "handwritten digits, as many as MNIST has", 60_000, 10_000, _DIGITS),
    _medical("breastmnist", "BreastMNIST", "ultrasound of the breast", (546, 78, 156),
             "750601b1f35ba3300ea97c75c52ff8f6", ("malignant", "normal, benign")),
    _medical("octmnist", "OCTMNIST", "optical coherence tomography of the retina", (97_477, 10_832, 1000),
             "c68d92d5b585d8d81f7112f81e2d0842",
             ("choroidal neovascularization", "diabetic macular edema", "drusen", "normal")),
    _medical("organamnist", "OrganAMNIST", "organs in computed tomography, axial", (34_561, 6491, 17_778),
             "68e3f8846a6bd62f0c9bf841c0d9eacc", _ORGANS),
    _medical("organcmnist", "OrganCMNIST", "organs in computed tomography, coronal", (12_975, 2392, 8216),
             "b9ceb9546e10131b32923c5bbeaea2b1", _ORGANS),
    _medical("organsmnist", "OrganSMNIST", "organs in computed tomography, sagittal", (13_932, 2452, 8827),
             "9ab87b696fb54e2a387ebe992d6ed5f1", _ORGANS),
    _medical("pneumoniamnist", "PneumoniaMNIST", "X-rays of children’s chests", (4708, 524, 624),
             "28209eda62fecd6e6a2d98b1501bb15f", ("normal", "pneumonia")),
    _medical("tissuemnist", "TissueMNIST", "cells of the kidney under the microscope", (165_466, 23_640, 47_280),
             "ebe78ee8b05294063de985d821c1c34b", _KIDNEY),
)  # fmt: skip
SETS = {one.name: one for one in _ALL}
"""Every data set that can be fetched, by name."""

_COLOUR = "is in colour, of which grey images keep the least part"
_SOLID = "is of solids, 28 × 28 × 28, and not of pictures"
REFUSED = {
    "chestmnist": "has 14 labels for each image, where one class an image is shown",
    **dict.fromkeys(("pathmnist", "dermamnist", "retinamnist", "bloodmnist"), _COLOUR),
    **{f"{of}mnist3d": _SOLID for of in ("organ", "nodule", "adrenal", "fracture", "vessel", "synapse")},
    "emnist": f"comes in several splits: name one of {', '.join(name for name in SETS if name.startswith('emnist-'))}",
    "medmnist": "is many data sets: name one of those that `fetch --list` prints",
    "mnist": "comes with this software: there is nothing to fetch",
}
"""Names that people ask for, and why these are not fetched."""


def named(name: str) -> DataSet:
    """The data set of a name, in capitals or not. Raises EngineError saying why there is none."""
    small = name.strip().lower()
    if small in REFUSED:
        raise EngineError(f"{small} {REFUSED[small]}.")
    if small not in SETS:
        raise EngineError(f"There is no data set called {ascii(name)[:60]}; `fetch --list` names those that can be fetched.")
    return SETS[small]


def rows() -> list[tuple[str, ...]]:
    """All data sets as a table: name, title and contents, images, classes, megabytes unpacked, licence."""
    return [
        (one.name, f"{one.title}: {one.what}", f"{one.total:,}", f"{len(one.classes)}", f"{one.bytes / 1e6:,.0f} MB",
         one.origin.licence.partition(";")[0])
        for one in SETS.values()
    ]  # fmt: skip


HEADINGS = ("name", "what", "images", "classes", "unpacked", "licence")


def markdown() -> str:
    """The table of data sets for README."""
    lines = [HEADINGS, ("---",) * len(HEADINGS), *((f"`{row[0]}`", *row[1:]) for row in rows())]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def listed() -> str:
    """The table of data sets in lines of text."""
    lines = [HEADINGS, *rows()]
    widths = [max(len(line[place]) for line in lines) for place in range(len(HEADINGS))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines)
