"""axe-core finds nothing serious on the explorer, in any mode, light or dark."""

from __future__ import annotations

from pathlib import Path

import pytest
from explorer_page import settle

AXE = Path(__file__).resolve().parents[2] / "node_modules/axe-core/axe.min.js"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("mode", ["move", "inspect", "draw", "walk", "sample"])
def test_no_serious_finding(open_static, mode, scheme):
    if not AXE.exists():
        pytest.skip("axe-core is not installed: run `npm ci`, or `make test`, which does")
    page = open_static(color_scheme=scheme, reduced_motion="reduce", bypass_csp=True)
    page.get_by_test_id("latent-map-vae").focus()
    page.keyboard.press("Enter")
    page.get_by_test_id(f"mode-{mode}").click()
    page.get_by_test_id("layers-menu").click()
    settle(page)
    page.add_script_tag(path=AXE)
    found = page.evaluate("axe.run().then(r => r.violations.map(v => [v.impact, v.id, v.nodes.map(n => n.html).slice(0, 3)]))")
    assert [one for one in found if one[0] in ("serious", "critical")] == []
