"""Sentences and numbers that the pages share."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np

from dashboard.shared.wording import as_given, share_text, trust_table

CAPTIONS = Path(__file__).resolve().parents[3] / "dashboard/browser/words/captions.js"


def test_a_share_is_told_as_explore_tells_it() -> None:
    node = shutil.which("node")
    assert node, "This test needs Node."
    shares = [0.0061, 0.0, 1.0, 0.0095, 0.0999, 0.9996, *np.geomspace(1e-7, 0.999, 200).tolist()]
    program = f"import {{shareText}} from {json.dumps(CAPTIONS.as_uri())}; console.log(JSON.stringify({shares}.map(shareText)))"
    told = subprocess.run([node, "--input-type=module", "-e", program], capture_output=True, text=True, check=True).stdout
    assert [share_text(share) for share in shares] == json.loads(told)
    assert share_text(0.0061) == "0.61 %"


def test_a_number_that_was_given_keeps_its_digits() -> None:
    told = {0.135: "0.135", 13.0: "13", -7.25: "−7.25", 1234.5: "1,234.5", 0.0: "0", 1e-7: "0.0000001"}
    assert {value: as_given(value) for value in told} == told


def test_the_table_of_trust_names_models_with_importance_weights_alone() -> None:
    assert trust_table({"ae": {"nll": 1.0}}) == ""
    told = trust_table({"ae": {"nll": 1.0}, "vae": {"log_px_is": -125.71, "log_px_exact": -122.35}})
    assert told.splitlines()[2:] == ["| vae | −3.36 from exact |"]
