"""The words around the pages of the site, and what is said when it cannot be written."""

from __future__ import annotations

from pathlib import Path

from vae_engine.base.errors import EngineError
from vae_engine.data.sets.catalogue import DataSet

EXPLORE, LEARN, WORKSHEET, LECTURE = "Explore", "Learn", "Worksheet", "Lecture"
LAB, TRAIN, FILMS, MODELS = "Lab", "Train", "Films", "Models"
TOY = "A first minute with a VAE"
SHORT = "Explorer"
PAGES, THEME = "Pages", "Theme"
THEMES = {"": "Auto", "light": "Light", "dark": "Dark"}
WAITING = "This page is being opened …"
NO_SCRIPT = "This page needs JavaScript."
MOVED = "This page is at"
IN_EXPLORE = "Open in Explore"
LACKS = "Runs and models of one's own are not on this site: they come with the program."
MODEL, WEIGHTS = "Model", "Weights"
NO_NUMBER = "–"


def absent(one: DataSet) -> dict[str, str]:
    """How a visitor comes by a data set that a site does not hold: its title, and what to do."""
    images, labels = (file.name for file in one.files[:2])
    where = one.origin.mirrors[-1].removeprefix("https://").split("/raw/")[0]
    return {
        "title": one.title,
        "text": f"is not on this site. Get {images} and {labels} from {where}, and drop both here together.",
    }


def thumbnail(name: str) -> str:
    """The small picture of a model for those who do not see it."""
    return f"What the decoder of {name} makes of z, over the latent plane"


def held(kept: int, of: int) -> str:
    """Of a film from which instants were left out."""
    return f"This film has {kept:,} of the {of:,} instants of its run." if kept < of else ""


def written(folder: Path, files: int, size: int) -> str:
    """What the command says when it is done."""
    return (
        f"{folder}: {files:,} files, {size / 1e6:.1f} MB. Try it: python -m http.server --directory {folder}\n"
        "Then copy the folder to any web host."
    )


def occupied(folder: Path) -> EngineError:
    """A folder with other content, which stays."""
    return EngineError(f"{folder} holds other things than a site of this program: choose an empty or a new folder.")


def same_name(name: str) -> EngineError:
    """Two models that an address could not tell apart."""
    return EngineError(f"Two of these models are called {name}: give each once, and runs different names.")


def no_models() -> EngineError:
    """Nothing to show."""
    return EngineError("There is no model to show: name some with --models.")
