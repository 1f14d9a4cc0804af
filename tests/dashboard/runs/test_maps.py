"""Maps of several runs tell the classes of any data set apart."""

from __future__ import annotations

import numpy as np

from dashboard.runs.maps import Map, maps

CLASSES = 100
SQUARE = (np.full(2, -1.0), np.full(2, 1.0))


def test_of_a_hundred_classes_no_two_have_one_mark_in_one_colour() -> None:
    codes, labels = np.zeros((CLASSES, 2)), np.arange(CLASSES)
    names = [f"class {label}" for label in labels]
    figure = maps([Map("one", codes, labels, {"test": CLASSES}, names, "prior sd", True, SQUARE)])
    looks = {(trace.marker.color, *trace.marker.symbol) for trace in figure.data}
    assert len(figure.data) == len(looks) == CLASSES


def test_a_legend_of_many_lines_leaves_the_maps_their_height() -> None:
    def height(names: list[str]) -> int:
        codes, labels = np.zeros((len(names), 2)), np.arange(len(names))
        shown = [Map(title, codes, labels, {"test": len(names)}, names, "prior sd", True, SQUARE) for title in ("one", "other")]
        return maps(shown).layout.height

    ten, sixty = height(list("0123456789")), height([chr(ord("0") + one) for one in range(62)])
    assert ten == 480
    assert sixty - ten == height([chr(ord("0") + one) for one in range(61)]) - ten > 0
    assert height([f"a class with a long name, {one}" for one in range(62)]) > sixty
