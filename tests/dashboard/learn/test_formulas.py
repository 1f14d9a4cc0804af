"""Formulas as MathML: as Temml sets them now, and every one that a step shows."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET

import pytest
from support.builders import ROOT

from dashboard.learn import formulas


def test_what_is_kept_is_what_typesetting_gives_now() -> None:
    if not (ROOT / "node_modules/temml").exists():
        pytest.skip("temml is not installed: run `npm ci`, or `make test`, which does")
    assert json.loads((ROOT / formulas.KEPT).read_text(encoding="utf-8")) == formulas.typeset(), "python -m dashboard.learn"


def test_a_formula_is_one_element_of_mathml_and_an_unknown_one_is_missed() -> None:
    for latex in json.loads((ROOT / formulas.KEPT).read_text(encoding="utf-8")):
        assert ET.fromstring(formulas.mathml(latex)).tag == "math"  # noqa: S314 (our own text)
    with pytest.raises(LookupError, match="python -m"):
        formulas.mathml("x^{1234}")
