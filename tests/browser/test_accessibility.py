"""axe-core finds nothing serious on the explorer, in any mode, nor on any page of the dashboard, light or dark."""

from __future__ import annotations

from pathlib import Path

import pytest
from explorer_page import settle
from playwright.sync_api import Page

AXE = Path(__file__).resolve().parents[2] / "node_modules/axe-core/axe.min.js"
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}

pytestmark = pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed: run `npm ci`, or `make test`, which does")


def serious(page: Page) -> list[object]:
    """What axe finds that keeps someone out, with the first few places."""
    page.add_script_tag(path=AXE)
    found = page.evaluate("axe.run().then(r => r.violations.map(v => [v.impact, v.id, v.nodes.map(n => n.html).slice(0, 3)]))")
    return [one for one in found if one[0] in ("serious", "critical")]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("mode", ["move", "inspect", "draw", "walk", "sample"])
def test_no_serious_finding(open_static, mode, scheme):
    page = open_static(color_scheme=scheme, reduced_motion="reduce", bypass_csp=True)
    page.get_by_test_id("latent-map-vae").focus()
    page.keyboard.press("Enter")
    page.get_by_test_id(f"mode-{mode}").click()
    page.get_by_test_id("layers-menu").click()
    settle(page)
    assert serious(page) == []


def test_no_serious_finding_on_a_phone_with_the_share_menu_open(open_static):
    page = open_static(bypass_csp=True, **PHONE)
    page.get_by_test_id("share-menu").click()
    settle(page)
    assert serious(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("path", "ready"), [("/", "[data-testid=latent-map-vae]"), ("/models", ".js-plotly-plot .main-svg")])
def test_no_serious_finding_on_the_served_pages(open_dashboard, path, ready, scheme):
    page = open_dashboard(path, color_scheme=scheme, reduced_motion="reduce")
    page.locator(ready).first.wait_for(timeout=60_000)
    settle(page)
    assert serious(page) == []
