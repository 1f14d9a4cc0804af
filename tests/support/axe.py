"""What axe-core finds on a page."""

from __future__ import annotations

from playwright.sync_api import Page
from support.builders import ROOT

AXE = ROOT / "node_modules/axe-core/axe.min.js"


def serious(page: Page) -> list[object]:
    """What axe finds that keeps someone out, with the first few places."""
    page.add_script_tag(path=AXE)
    found = page.evaluate("axe.run().then(r => r.violations.map(v => [v.impact, v.id, v.nodes.map(n => n.html).slice(0, 3)]))")
    return [one for one in found if one[0] in ("serious", "critical")]
