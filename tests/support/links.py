"""Links to Explore as the browser reads them."""

from __future__ import annotations

import json
import shutil
import subprocess

from support.builders import ROOT


def in_node(program: str, *arguments: str) -> str:
    """What a module says that may import those of the browser."""
    node = shutil.which("node")
    assert node, "These tests need Node 20 or newer (https://nodejs.org); a visitor of the product does not."
    command = [node, "--input-type=module", "-e", program, *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def read_by_the_browser(links: list[str]) -> list[dict]:
    """What browser/property_table.js makes of links, on a page with two models."""
    program = """
      import {parseLink} from "./dashboard/browser/state/property_table.js";
      import {initialState} from "./dashboard/browser/state/state.js";
      const links = JSON.parse(process.argv[1]);
      console.log(JSON.stringify(links.map((link) => {
        const plain = initialState(2), {values, refused} = parseLink(link, plain);
        return {...plain, ...values, refused};
      })));
    """
    return json.loads(in_node(program, json.dumps(links)))
