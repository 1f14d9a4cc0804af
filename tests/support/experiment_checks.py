"""The tiny form of each experiment, done once for all tests, and what is asked of every result."""

from __future__ import annotations

import math
import re
from functools import cache
from pathlib import Path

from vae_engine import experiments
from vae_engine.experiments import result as experiment_result
from vae_engine.experiments.result import Chart, Result, Table


@cache
def tiny_result(name: str) -> Result:
    """An experiment in its tiny form, from seed 0."""
    told: list[float] = []
    result = experiments.run(name, "tiny", 0, lambda stage, share: told.append(share))
    assert told
    assert all(0 <= share <= 1 for share in told)
    return result


def check_sound(result: Result, folder: Path) -> None:
    """Labelled charts of finite numbers, sentences, a protocol; and read back as it was written."""
    findings = result.findings
    assert findings.says[0]
    assert all("nan" not in line and "inf " not in line for line in findings.says)
    assert findings.samples_seen > 0
    assert {"data", "±"} <= {name for name, _ in findings.protocol}
    assert not any(re.search(r"first [\d,]+ \w*( |-)?images", done) for _, done in findings.protocol)  # MNIST's are no sample
    for chart in findings.charts:
        assert all((chart.title, chart.x_label, chart.y_label, chart.curves))
        _check_curves(chart)
    for table in findings.tables:
        assert table.rows
        assert all(len(row) == len(table.columns) for row in table.rows)
        _check_errors(table)
    for moment in findings.moments:
        assert len(moment.classes) in (0, len(moment.points))
    experiment_result.write(result, folder)
    assert experiment_result.read(folder) == result
    lines = (folder / experiment_result.CURVES).read_text().splitlines()
    assert len(lines) == 1 + sum(len(curve.x) for chart in findings.charts for curve in chart.curves)


def _check_errors(table: Table) -> None:
    """Beside every mean over images stands its standard error, and nothing where nothing was measured."""
    places = [place for place, column in enumerate(table.columns) if column == "±"]
    terms = [
        place for place, column in enumerate(table.columns) if re.match(r"(test )?(ELBO|nll|KL|exact log p|log p|gap)", column)
    ]
    assert {place + 1 for place in terms} <= set(places) or "image" in table.columns[0]
    for row in table.rows:
        assert all((row[place] is None) == (row[place - 1] is None) for place in places)
        assert all(row[place] is None or row[place] >= 0 for place in places)


def _check_curves(chart: Chart) -> None:
    for curve in chart.curves:
        assert len(curve.x) == len(curve.y) > 0
        assert len(curve.low) == len(curve.high) in (0, len(curve.x))
        assert all(map(math.isfinite, (*curve.x, *curve.y, *curve.low, *curve.high)))
        assert all(low <= high for low, high in zip(curve.low, curve.high, strict=True))
        assert not chart.x_log or min(curve.x) > 0
        assert not chart.y_log or min(curve.y) > 0
