"""The page Worksheet of the site: the tasks about the models that its Explore opens on, with the checks that are data."""

from __future__ import annotations

import gzip
import json
from typing import Any

from dashboard.site.files import Files
from dashboard.stock.material import Material
from dashboard.worksheet import TASKS, content


def told(measured: Material, files: Files, teaches: bool) -> dict[str, Any]:
    """What the browser is told of the page, whose sentences on the test images are added to the files of the site."""
    said = json.dumps(content.said_of_images(measured), ensure_ascii=False, separators=(",", ":")).encode()
    return {
        "titles": {"worksheet": {task.name: task.title for task in TASKS}},
        "sheet": content.told(measured, teaches),
        "names": [],  # models come once a place is to be judged
        "facts": files.add("worksheet/images", ".bin", gzip.compress(said, 9, mtime=0)),
    }
