"""Which models the maps of Explore offer, and which may stand side by side: those that see the same images. Pure."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from vae_engine.base.errors import EngineError
from vae_engine.data import datasets
from vae_engine.data import own as own_data
from vae_engine.stored.config import SIDE

KINDS = {"vae": "VAE", "ae": "autoencoder"}
"""The kinds of model in the order of their maps, and what a visitor calls them."""
MAPS = ("vae", "ae", "vae-2")
"""What the browser calls the maps, in their order; the last stands in the autoencoder's place."""
_LONGEST_QUOTE = 60


@dataclass(frozen=True)
class Choice:
    """A model that a map can show."""

    name: str
    """By which it is asked for: a bundled name, or `run:` and the id of a run."""
    title: str
    """What a visitor reads."""
    group: str
    """The heading that it stands under."""
    kind: str
    data: str


@dataclass(frozen=True)
class Pair:
    """The models on the maps, and a sentence for the visitor where they are not the ones that were asked for."""

    shown: tuple[Choice, ...]
    notice: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """Of the models, one a map."""
        return tuple(choice.name for choice in self.shown)


def side_by_side(choices: Sequence[Choice], asked: Sequence[str] = (), lead: str = "") -> Pair:
    """Two VAEs where the first two names are of such, else one model of each kind: those asked for as far as that goes.

    All are of the same data as the one that leads. `asked` are names in any order, as an address gives them; of two VAEs
    in that of the maps. `lead` is the one among them that was chosen last; without it the first one leads. A kind of
    which there is no model of these data has no map.
    """
    if not choices:
        return Pair(())
    known = {choice.name: choice for choice in choices}
    two = [known[name] for name in asked if name in known][:2]
    found = [known[name] for name in ([lead] if lead else []) + list(asked) if name in known]
    leader = found[0] if found else choices[0]
    gone = " ".join(_gone(name) for name in asked if name and name not in known)
    if [(one.kind, one.data) for one in two] == [("vae", leader.data)] * 2:
        return Pair(tuple(two), gone)
    wanted = {choice.kind: choice for choice in reversed(found)}
    shown = {kind: _alike(choices, kind, leader, wanted.get(kind)) for kind in KINDS}
    beside = next(kind for kind in KINDS if kind != leader.kind)
    parted = [_parted(leader, one, beside, shown[beside]) for one in two if one.data != leader.data]
    return Pair(tuple(choice for choice in shown.values() if choice), " ".join([gone, *parted]).strip())


def _alike(choices: Sequence[Choice], kind: str, leader: Choice, wanted: Choice | None) -> Choice | None:
    """The wanted model of a kind if it has the leader's data, else the first that has."""
    alike = [choice for choice in choices if choice.kind == kind and choice.data == leader.data]
    return wanted if wanted in alike else next(iter(alike), None)


def _gone(name: str) -> str:
    return f"There is no model called “{name[:_LONGEST_QUOTE]}” here; it may have been deleted."


def _parted(leader: Choice, wanted: Choice, kind: str, instead: Choice | None) -> str:
    because = f"Maps side by side show the same test images, and “{wanted.title}” was trained on {data_name(wanted.data)}"
    if instead:
        return f"{because}: “{instead.title}” stands beside “{leader.title}” instead."
    return f"{because}. There is no {KINDS[kind]} of {data_name(leader.data)} here, so “{leader.title}” stands alone."


def data_name(data: str) -> str:
    """A data set as people call it; of images of one's own the last part of the path, and how large they are read."""
    if data in datasets.TITLES:
        return datasets.TITLES[data]
    side = SIDE
    with contextlib.suppress(EngineError):  # an address that makes no sense is complained of where it is read
        side = datasets.side(data)
    return own_data.path_of(data).name + (f" ({side} × {side})" if side != SIDE else "")


def offered(choices: Sequence[Choice], shown: Sequence[Choice]) -> tuple[tuple[Choice, ...], ...]:
    """For each map on show all that it could show instead: the second one autoencoders, and VAEs under headings of their own."""
    lists = {kind: tuple(choice for choice in choices if choice.kind == kind) for kind in KINDS}
    if len(shown) < 2:
        return tuple(lists[one.kind] for one in shown)
    return lists["vae"], (*lists["ae"], *(replace(one, group=f"{one.group}, VAE") for one in lists["vae"]))


def offered_beside(choices: Sequence[Choice], first: Choice) -> tuple[Choice, ...]:
    """What can stand beside a model: others of the same data, of which at least one of the two is a VAE."""
    return tuple(one for one in choices if one != first and one.data == first.data and "vae" in (one.kind, first.kind))


def titles(choices: Sequence[Choice]) -> Mapping[str, str]:
    """What visitors read, by name."""
    return {choice.name: choice.title for choice in choices}
