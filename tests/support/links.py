"""Links to Explore as the browser reads them."""

from __future__ import annotations

import json
import shutil
import subprocess

from support.builders import ROOT


def read_by_the_browser(links: list[str]) -> list[dict]:
    """What browser/property_table.js makes of links, on a page with two models."""
    node = shutil.which("node")
    assert node, "These tests need Node 20 or newer (https://nodejs.org); a visitor of the product does not."
    program = """
      import {parseLink} from "./dashboard/browser/state/property_table.js";
      import {initialState} from "./dashboard/browser/state/state.js";
      const links = JSON.parse(process.argv[1]);
      console.log(JSON.stringify(links.map((link) => {
        const plain = initialState(2), {values, refused} = parseLink(link, plain);
        return {...plain, ...values, refused};
      })));
    """
    command = [node, "--input-type=module", "-e", program, json.dumps(links)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)
