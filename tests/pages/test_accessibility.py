"""axe-core finds nothing serious on the explorer, in any mode, nor on any page of the dashboard, light or dark."""

from __future__ import annotations

import pytest
from support.axe import AXE, serious
from support.explorer_page import at_rest, settle

SCHEMES = ["light", pytest.param("dark", marks=pytest.mark.long)]
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
AXIS_CONTRAST = """canvas => {
  // axe sees no text on a canvas, so its pixels are asked: the strip below the plot holds numbers on bare ground.
  const linear = (value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  const luminance = (rgb) => [0.2126, 0.7152, 0.0722].reduce((sum, weight, i) => sum + weight * linear(rgb[i] / 255), 0);
  const ground = luminance(getComputedStyle(canvas.closest(".lx")).backgroundColor.match(/[0-9.]+/g).map(Number));
  const strip = canvas.getContext("2d").getImageData(0, canvas.height - 24, canvas.width, 24).data;
  let strongest = 1;
  for (let i = 0; i < strip.length; i += 4) {
    if (strip[i + 3] < 250) continue;
    const text = luminance(strip.subarray(i, i + 3));
    strongest = Math.max(strongest, (Math.max(text, ground) + 0.05) / (Math.min(text, ground) + 0.05));
  }
  return strongest;
}"""

pytestmark = pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed: run `npm ci`, or `make test`, which does")


@pytest.mark.parametrize("scheme", SCHEMES)
def test_no_serious_finding(open_static, scheme):
    page = open_static(color_scheme=scheme, reduced_motion="reduce", bypass_csp=True)
    page.get_by_test_id("latent-map-vae").focus()
    page.keyboard.press("Enter")
    for mode in ("move", "inspect", "select", "draw", "walk", "sample", "network"):
        page.get_by_test_id(f"mode-{mode}").click()
        if mode == "network":
            page.get_by_test_id("stage-vae-d1").press("Enter")
        page.get_by_test_id("layers-menu").click()
        settle(page)
        assert serious(page) == [], mode
        page.get_by_test_id("layers-menu").click()


def test_no_serious_finding_on_a_phone_with_the_share_menu_open(open_static):
    page = open_static(bypass_csp=True, **PHONE)
    page.get_by_test_id("share-menu").click()
    settle(page)
    assert serious(page) == []


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(
    ("path", "ready"),
    [("/", "[data-testid=latent-map-vae]"), ("/models", ".js-plotly-plot .main-svg"), ("/train", "[data-testid=stCode]")],
)
def test_no_serious_finding_on_the_served_pages(open_dashboard, path, ready, scheme):
    page = open_dashboard(path, color_scheme=scheme, reduced_motion="reduce")
    page.locator(ready).first.wait_for(timeout=60_000)
    at_rest(page)
    assert serious(page) == []


@pytest.mark.parametrize("scheme", SCHEMES)
def test_numbers_on_the_axes_stand_out_from_the_paper(open_static, scheme):
    page = open_static(color_scheme=scheme)
    settle(page)
    assert page.locator(".lx-map-base").first.evaluate(AXIS_CONTRAST) >= 4.5
