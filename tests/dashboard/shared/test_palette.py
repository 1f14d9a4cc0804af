"""The ten class colours stay apart for everyone, and the charts use the same ones.

Distances are Euclidean in CAM02-UCS (Luo, Cui and Li 2006), where 1 is about the least difference seen side by side;
colour-vision deficiency is full-strength protanopia, deuteranopia and tritanopia by Machado, Oliveira and Fernandes 2009.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pytest
from support.builders import ROOT

from dashboard.shared.palette import CLASS_COLOURS, COLOURS

FLOORS = {"normal": 18.0, "deutan": 14.0, "protan": 14.0, "tritan": 14.0}
MACHADO = {
    "normal": np.eye(3),
    "protan": np.array([[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]),
    "deutan": np.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]),
    "tritan": np.array([[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]),
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
CAT02 = np.array([[0.7328, 0.4296, -0.1624], [-0.7036, 1.6975, 0.0061], [0.0030, 0.0136, 0.9834]])
HUNT = np.array([[0.38971, 0.68898, -0.07868], [-0.22981, 1.18340, 0.04641], [0.0, 0.0, 1.0]])
ADAPTING_LUMINANCE, BACKGROUND, SURROUND, IMPACT = 64 / np.pi / 5, 20.0, 0.69, 1.0


def linear(colour: str) -> np.ndarray:
    """Linear sRGB, 0 to 1."""
    encoded = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)


def cam02_ucs(rgb: np.ndarray) -> np.ndarray:
    """J', a', b' of linear sRGB under sRGB's own viewing conditions (CIECAM02, Moroney et al. 2002)."""
    k = 1 / (5 * ADAPTING_LUMINANCE + 1)
    fl = 0.2 * k**4 * 5 * ADAPTING_LUMINANCE + 0.1 * (1 - k**4) ** 2 * (5 * ADAPTING_LUMINANCE) ** (1 / 3)
    n = BACKGROUND / 100
    nbb = 0.725 * n**-0.2
    adapted = IMPACT * (1 - np.exp((-ADAPTING_LUMINANCE - 42) / 92) / 3.6)

    def response(xyz: np.ndarray) -> np.ndarray:
        cones = HUNT @ np.linalg.solve(CAT02, gain * (CAT02 @ xyz))
        powered = (fl * np.abs(cones) / 100) ** 0.42
        return np.sign(cones) * 400 * powered / (powered + 27.13) + 0.1

    white = TO_XYZ @ np.full(3, 100.0)
    gain = adapted * white[1] / (CAT02 @ white) + 1 - adapted
    achromatic = np.array([2, 1, 1 / 20])
    r, g, b = seen = response(TO_XYZ @ (100 * np.clip(rgb, 0, 1)))
    lightness = 100 * (((achromatic @ seen - 0.305) * nbb) / ((achromatic @ response(white) - 0.305) * nbb)) ** (
        SURROUND * (1.48 + np.sqrt(n))
    )
    red_green, yellow_blue = r - 12 * g / 11 + b / 11, (r + g - 2 * b) / 9
    hue = np.arctan2(yellow_blue, red_green)
    eccentricity = (np.cos(hue + 2) + 3.8) / 4
    t = 50000 / 13 * nbb * eccentricity * np.hypot(red_green, yellow_blue) / (r + g + 21 * b / 20)
    chroma = t**0.9 * np.sqrt(lightness / 100) * (1.64 - 0.29**n) ** 0.73
    colourfulness = np.log1p(0.0228 * chroma * fl**0.25) / 0.0228
    return np.array([1.7 * lightness / (1 + 0.007 * lightness), colourfulness * np.cos(hue), colourfulness * np.sin(hue)])


def apart(colours: Sequence[str], vision: str) -> float:
    """The least distance between any two colours, as someone with this vision sees them."""
    seen = [cam02_ucs(MACHADO[vision] @ linear(colour)) for colour in colours]
    return min(float(np.linalg.norm(a - b)) for a, b in combinations(seen, 2))


@pytest.mark.parametrize(
    ("colour", "place"),
    [("#3f90da", (59.376, -12.069, -26.100)), ("#bd1f01", (46.257, 31.567, 21.936)), ("#ffffff", (100.0, -1.912, -1.151))],
)
def test_places_of_colours_agree_with_another_implementation(colour: str, place: tuple[float, ...]) -> None:
    """The numbers are those of the package colorspacious 1.1.2."""
    assert cam02_ucs(linear(colour)) == pytest.approx(np.array(place), abs=0.02)


@pytest.mark.parametrize(("vision", "floor"), FLOORS.items())
def test_any_two_classes_are_told_apart(vision: str, floor: float) -> None:
    assert len(set(CLASS_COLOURS)) == 10
    assert apart(CLASS_COLOURS, vision) >= floor


@pytest.mark.parametrize("vision", FLOORS)
def test_digits_that_are_taken_for_one_another_are_farther_apart_than_most(vision: str) -> None:
    least = {pair: apart([CLASS_COLOURS[int(digit)] for digit in pair], vision) for pair in ("38", "49", "58", "79")}
    assert min(least.values()) >= 35, least
    less = {
        pair: apart([CLASS_COLOURS[int(digit)] for digit in pair], vision)
        for pair in ("35", "47", "27", "28", "17", "23", "56", "06")
    }
    assert min(less.values()) >= 30, less


def test_a_palette_in_common_use_would_not_do() -> None:
    usual = ["#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd", "#8c564b", "#e377c2", "#7f7f7f", "#bcbd22", "#17becf"]
    assert min(apart(usual, vision) for vision in FLOORS) < 2


def test_charts_use_the_colours_of_the_maps() -> None:
    settings = tomllib.loads((ROOT / ".streamlit/config.toml").read_text(encoding="utf-8"))
    assert settings["theme"]["chartCategoricalColors"] == list(COLOURS)
    marks = re.findall(r"#[0-9a-f]{6}", (ROOT / "dashboard/models/charts.py").read_text(encoding="utf-8"))
    assert set(marks) <= set(COLOURS) == set(CLASS_COLOURS)
