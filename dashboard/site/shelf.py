"""The models of a site: which can stand side by side, and where their parts are; hosts/site/choice.js goes by it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from dashboard.jobs.run_view import read_about
from dashboard.shared.model_choice import Choice, offered, side_by_side
from dashboard.site import wording
from dashboard.site.files import Files
from dashboard.stock import own_runs
from dashboard.stock.library import BUNDLE, DECODER, ENCODER, IMAGES, contents_of, planes, tightly
from dashboard.stock.material import choices_of, ladder_of
from vae_engine.base.errors import EngineError
from vae_engine.exchange import dense
from vae_engine.exchange.imports import planes as planes_of
from vae_engine.stored import checkpoints, registry
from vae_engine.stored.checkpoints import Stored

_PART = ".bin"


@dataclass(frozen=True)
class Shelf:
    """The models that a site shows, and those of runs whose films it has, by the names in addresses."""

    models: tuple[Stored, ...]
    runs: tuple[Stored, ...] = ()

    @cached_property
    def choices(self) -> tuple[Choice, ...]:
        """What the maps can show, in the order of a list."""
        own = [Choice(one.name, read_about(one.folder).name, own_runs.GROUP, one.model.kind, one.train.data) for one in self.runs]
        return (*choices_of(self.models), *own)

    @property
    def ladder(self) -> list[str]:
        """The rungs of the ladder of β, ascending."""
        return [one.name for one in ladder_of(self.models)]

    @property
    def usual(self) -> tuple[str, ...]:
        """Those that Explore opens on."""
        return side_by_side(self.choices).names

    def told(self, files: Files) -> dict[str, Any]:
        """What the browser is told of them, whose parts are added to the files of the site."""
        pair = [next((one for one in self.choices if one.kind == kind), None) for kind in ("vae", "ae")]
        lists = offered(self.choices, [one or self.choices[0] for one in pair])
        stored = {one.name: one for one in (*self.models, *self.runs)}
        images: dict[str, str] = {}
        models: dict[str, Any] = {}
        for choice in self.choices:
            one = stored[choice.name]
            parts = [
                files.add(f"model/{part}", _PART, tightly(planes(content)))
                for part, content in zip((BUNDLE, ENCODER, DECODER), dense.parted(one), strict=True)
            ]
            if choice.data not in images:
                images[choice.data] = files.add("model/images", _PART, contents_of(one, (IMAGES,))[0])
            beside = side_by_side(self.choices, (choice.name,)).names
            models[choice.name] = {"kind": choice.kind, "data": choice.data, "beside": beside, "parts": parts}
        groups = [[{key: asdict(one)[key] for key in ("name", "title", "group")} for one in group] for group in lists]
        return {"models": models, "offered": groups, "ladder": self.ladder, "images": images}


def read(names: Sequence[str], runs: Sequence[Path]) -> Shelf:
    """The models of these names or folders, otherwise all bundled ones, and those of finished runs.

    Raises EngineError when one cannot be found or shown on a map, and when two have one name.
    """
    found = [planes_of.laid(registry.find(name)) for name in names or registry.names()]
    models = [replace(one, name=read_about(one.folder).name) for one in found]
    if flat := [one.name for one in models if not one.model.has_map]:
        if names:
            raise EngineError(f"{flat[0]} has one latent dimension; a map shows two.")
        models = [one for one in models if one.name not in flat]
    finished = [folder for folder in runs if (folder / checkpoints.METRICS).is_file()]
    own = [planes_of.laid(checkpoints.read(folder, own_runs.PREFIX + folder.name)) for folder in finished]
    shelf = Shelf(tuple(models), tuple(one for one in own if one.model.has_map))
    known = [one.name for one in (*shelf.models, *shelf.runs)]
    if not known:
        raise wording.no_models()
    if twice := [name for place, name in enumerate(known) if name in known[:place]]:
        raise wording.same_name(twice[0])
    return shelf
