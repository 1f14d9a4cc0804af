"""The traits of the widget, without a notebook: what a kernel sets and hears."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from support.builders import ROOT

from vae_engine.data import mnist as data

pytest.importorskip("anywidget", reason="the package anywidget is not installed")
traitlets = pytest.importorskip("traitlets")

from dashboard.notebook.explorer import Explorer  # noqa: E402


@pytest.fixture
def widget(tiny_vae: Path, digits: data.Images) -> Explorer:
    return Explorer(tiny_vae, digits.images[:20], digits.labels[:20], trained_on=digits.images[:20])


@pytest.mark.parametrize("given", [(0.5, -1), [[0.5, -1.0]], np.array([0.5, -1], np.float32), torch.tensor([[0.5, -1]])])
def test_a_point_may_be_given_as_anything_of_its_shape(given: Any, widget: Explorer) -> None:
    widget.z = given
    assert widget.z == [[0.5, -1.0]]


@pytest.mark.parametrize(("name", "value"), [
    ("z", (1, 2, 3)), ("z", [(0, 0), (1, 1)]), ("z", (np.nan, 0)), ("z", (1e9, 0)), ("z", "here"), ("z", None), ("mode", "fly"),
    ("selection", 20), ("selection", -1), ("selection", 1.5), ("lasso", [[(0, 0), (1, 1)]]), ("lasso", [np.zeros((97, 2))]),
    ("lasso", [{"model": 1, "corners": [0, 0, 1, 0, 1, 1]}]), ("inside", [3]), ("lasso", 7),
])  # fmt: skip
def test_nonsense_is_refused_and_changes_nothing(name: str, value: Any, widget: Explorer) -> None:
    before = getattr(widget, name)
    with pytest.raises(traitlets.TraitError):
        setattr(widget, name, value)
    assert getattr(widget, name) == before


def test_indices_and_lassos_come_as_numpy_has_them(widget: Explorer) -> None:
    widget.selection = np.argmax([0, 0, 1])
    assert widget.selection == 2
    assert type(widget.selection) is int
    widget.selection = None
    widget.lasso = [np.array([[0, 0], [1, 0], [1, 1 / 3]])]
    assert widget.lasso == [{"model": 0, "take": False, "corners": [0, 0, 1, 0, 1, 0.333333]}]
    widget.lasso = widget.lasso
    assert len(widget.lasso) == 1


def test_what_a_browser_sends_is_heard(widget: Explorer) -> None:
    heard: list[Any] = []
    widget.observe(lambda change: heard.append((change["name"], change["new"])), ["z", "inside", "mode"])
    widget.set_state({"z": [[1, 2]], "inside": [3, 4], "mode": "select"})
    assert sorted(heard) == [("inside", [3, 4]), ("mode", "select"), ("z", [[1.0, 2.0]])]


def test_models_and_images_cross_as_binary(widget: Explorer) -> None:
    from ipywidgets.widgets.widget import _remove_buffers

    _, paths, buffers = _remove_buffers(widget.get_state())
    assert sorted(paths, key=str) == [["_bundles", 0], ["_encoders", 0], ["_images"], ["_probes", 0]]
    lengths = {str(path): len(buffer) for path, buffer in zip(paths, buffers, strict=True)}
    assert lengths.pop("['_probes', 0]") == 0  # a model of ours is not asked
    assert min(lengths.values()) > 1000
    assert "_bundles" not in widget.get_state(["z", "mode", "selection", "lasso", "inside"])


def test_modes_are_those_of_the_browser() -> None:
    source = (ROOT / "dashboard/browser/state/state.js").read_text(encoding="utf-8")
    modes = re.search(r"export const MODES = \[(.*?)\]", source)
    assert modes
    trait = Explorer.class_traits()["mode"]
    assert [f'"{mode}"' for mode in trait.values] == modes[1].split(", ")


def test_several_widgets_share_nothing(tiny_vae: Path, digits: data.Images) -> None:
    few = digits.images[:3]
    one, other = (Explorer(tiny_vae, few, trained_on=few) for _ in range(2))
    one.z = 1, 1
    one.lasso = [[(0, 0), (1, 0), (1, 1)]]
    assert other.z == [[0, 0]]
    assert other.lasso == []
