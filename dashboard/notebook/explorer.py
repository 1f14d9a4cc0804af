"""The explorer as a widget (anywidget): models and images go to the browser once, as binary; where one is comes back at rest."""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from typing import Any

import anywidget
import numpy as np
import traitlets

from dashboard.explore.engine_lines import engine_lines
from dashboard.notebook.showing import showing
from dashboard.shared import browser
from dashboard.shared.links import MODES

_HEIGHTS = (620, 700)
"""Pixels that one model takes, and two, in a cell of usual width."""
_FARTHEST = 1000.0
_MOST_CORNERS = 96
_DECIMALS = 6
"""As browser/state/region_text.js and property_table.js have them: a link has to hold a state."""


class Explorer(anywidget.AnyWidget):
    """The Explore page on a model in a notebook's cell; the kernel hears where one is, and says where to go.

        explorer = Explorer(model)      # the name of a bundled model, a folder, or a model from adopt, load_model, train
        explorer.z                      # [[z1, z2]]: as a tensor what model.decode takes
        explorer.z = 0.5, -1
        explorer.selection = 17         # inspects image 17

    `images` [n, side, side] or [n, side²] (uint8, or numbers in [0, 1]; the first 10,000) with one label each are shown instead
    of the test images of the data that the model says it was trained on; what is said of training images is of those data, or of
    `trained_on`. `beside` is a second model for the same images. Of a model with more than two latent dimensions a plane is
    shown: `plane` "pca", "axes:0,3" or "images:5,17,99", else the one that it was adopted or imported with, or pca; `z` is then
    a point of the plane. Raises EngineError for what cannot be shown.
    """

    _esm = browser.script("notebook/explore")
    _styles = traitlets.Unicode(browser.styles(*browser.EXPLORE, "hosts/notebook/notebook")).tag(sync=True)
    _engine = traitlets.Dict().tag(sync=True)
    _bundles = traitlets.List(traitlets.Bytes()).tag(sync=True)
    _encoders = traitlets.List(traitlets.Bytes()).tag(sync=True)
    _probes = traitlets.List(traitlets.Bytes()).tag(sync=True)
    _images = traitlets.Bytes().tag(sync=True)
    height = traitlets.Int(min=400).tag(sync=True)

    z: traitlets.TraitType[Any, Any] = traitlets.TraitType([], help="a point (z1, z2) for each model: [models, 2]").tag(sync=True)
    mode = traitlets.Enum(MODES, MODES[0]).tag(sync=True)
    selection = traitlets.Any(None, help="the index of the image that is looked at").tag(sync=True)
    lasso: traitlets.TraitType[Any, Any] = traitlets.TraitType(
        [], help="shapes drawn in Select: {model, take, corners}; set as lists of points"
    ).tag(sync=True)
    inside = traitlets.List(traitlets.Int(), read_only=True, help="the images that are selected, by index").tag(sync=True)

    def __init__(
        self,
        model: Any,
        images: Any = None,
        labels: Any = None,
        *,
        beside: Any = None,
        trained_on: Any = None,
        plane: str = "",
        names: Sequence[str] = ("model", "beside"),
        height: int | None = None,
    ) -> None:
        models = [model] if beside is None else [model, beside]
        found = showing(models, names, images, labels, trained_on, plane)
        self._count = found.count
        super().__init__(
            _bundles=found.bundles, _encoders=found.encoders, _probes=found.probes, _images=found.images, _engine=engine_lines(),
            z=[[0.0, 0.0] for _ in models], lasso=[], height=height or _HEIGHTS[len(models) - 1],
        )  # fmt: skip

    @traitlets.validate("z")
    def _places(self, proposal: Mapping[str, Any]) -> list[list[float]]:
        given, models = _numbers(proposal["value"]), len(self._bundles)
        z = given[None] if given.shape == (2,) and models == 1 else given
        if z.shape != (models, 2) or not (np.abs(z) <= _FARTHEST).all():
            raise traitlets.TraitError(f"z is a point (z1, z2) for each of {models} models, not {proposal['value']!r}.")
        return z.tolist()

    @traitlets.validate("selection")
    def _index(self, proposal: Mapping[str, Any]) -> int | None:
        given = proposal["value"]
        try:
            index = None if given is None else operator.index(given)
        except TypeError:
            index = -1
        if index is not None and not 0 <= index < self._count:
            raise traitlets.TraitError(f"selection is one of {self._count:,} images by its index from 0, or None, not {given!r}.")
        return index

    @traitlets.validate("lasso")
    def _shapes(self, proposal: Mapping[str, Any]) -> list[dict[str, Any]]:
        given = proposal["value"]
        if not isinstance(given, (list, tuple)):
            raise traitlets.TraitError(f"lasso is a list of shapes, not {given!r}.")
        shapes = [self._shape(one) for one in given]
        if sum(len(one["corners"]) for one in shapes) > 2 * _MOST_CORNERS:
            raise traitlets.TraitError(f"A lasso has at most {_MOST_CORNERS} corners.")
        return shapes

    def _shape(self, given: Any) -> dict[str, Any]:
        said = given if isinstance(given, Mapping) else {"corners": given}
        corners, model = _numbers(said.get("corners")).ravel().round(_DECIMALS), said.get("model", 0)
        sound = corners.size >= 6 and corners.size % 2 == 0 and (np.abs(corners) <= _FARTHEST).all()
        if not sound or model not in range(len(self._bundles)):
            raise traitlets.TraitError(f"lasso holds shapes of three points or more, [(z1, z2), …], not {given!r}.")
        return {"model": model, "take": bool(said.get("take", False)), "corners": corners.tolist()}


def _numbers(given: Any) -> np.ndarray:
    """What is given as numbers; none of what is none."""
    try:
        return np.asarray(given.detach().cpu() if hasattr(given, "detach") else given, float)
    except (TypeError, ValueError):
        return np.full(1, np.nan)
