"""What an Explore page is given to show: the models asked for, and with a rung of the ladder of β all rungs."""

from __future__ import annotations

import pytest

from dashboard.stock.material import ladder_of, placed
from vae_engine.stored import registry

RUNGS = ("vae-beta-0", "vae-beta-1", "vae-beta-4")


@pytest.mark.parametrize("names", [("vae-mnist", "ae-mnist"), ("ae-mnist",), ("vae-mnist", "vae-beta-1"), ()])
def test_other_models_come_alone(names: tuple[str, ...]) -> None:
    placing = placed(names, RUNGS)
    assert (placing.names, placing.shown, placing.ladder) == (names, tuple(range(len(names))), ())


@pytest.mark.parametrize("names", [(rung, *beside) for rung in RUNGS for beside in ((), ("ae-mnist",), ("vae-beta-4",))])
def test_with_a_rung_on_the_first_map_come_all_and_the_maps_show_what_was_asked(names: tuple[str, ...]) -> None:
    placing = placed(names, RUNGS)
    assert tuple(placing.names[place] for place in placing.ladder) == RUNGS
    assert tuple(placing.names[place] for place in placing.shown) == names
    assert len(set(placing.shown)) == len(names), "a map glides without the other"


def test_the_flagship_models_are_no_rungs() -> None:
    rungs = [one.name for one in ladder_of([registry.find(name) for name in registry.names()])]
    assert len(rungs) >= 3
    assert not {"vae-mnist", "ae-mnist"} & set(rungs)
