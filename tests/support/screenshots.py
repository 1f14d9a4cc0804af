"""Takes the pictures of README from the running dashboard: `make screenshots`."""

from __future__ import annotations

import tempfile
from pathlib import Path

from support.serving import ROOT, chromium, dashboard, offline_context


def main() -> None:
    """Write assets/explore.png."""
    with tempfile.TemporaryDirectory() as folder, dashboard(Path(folder) / "log.txt") as address, chromium() as browser:
        context, troubles = offline_context(browser, viewport={"width": 1366, "height": 768})
        page = context.new_page()
        page.goto(address)
        page.get_by_test_id("latent-map-vae").wait_for(timeout=60_000)
        page.get_by_test_id("mode-inspect").click()
        box = page.get_by_test_id("latent-map-vae").bounding_box()
        assert box
        page.mouse.click(box["x"] + 0.62 * box["width"], box["y"] + 0.42 * box["height"])
        page.wait_for_timeout(2500)
        page.screenshot(path=ROOT / "assets" / "explore.png")
        context.close()
        assert not troubles, troubles


if __name__ == "__main__":
    main()
