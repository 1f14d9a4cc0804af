"""The HTML of a page of the site: its bar, its content, and what the browser is told of it."""

from __future__ import annotations

import base64
import hashlib
import html
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.shared import browser
from dashboard.shared import wording as shared
from dashboard.site import wording

POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval' blob:{loader}; worker-src 'self' blob:; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' blob: data:; connect-src 'self'; manifest-src 'self'; "
    "frame-src 'self'; base-uri 'self'"
)
MANIFEST = "manifest.webmanifest"


@dataclass(frozen=True)
class Link:
    """A page in the bar."""

    path: str
    """Its folder beside the root, with a slash; nothing for the root itself."""
    title: str
    below: str = ""
    """The path of the entry of the bar that it belongs to, where it has none itself."""


def page(
    link: Link,
    bar: Sequence[Link],
    *,
    style: str,
    program: str,
    icon: str,
    about: Mapping[str, Any],
    content: str = "",
    foot: bool = True,
) -> str:
    """A page of the site. `content` is HTML that stands there before, or instead of, what the program puts there.

    The lines that fetch the program stand before the style sheet, for which they would wait.
    """
    current = link.below or link.path
    entries = "".join(
        f'<a href="./{one.path}"{" aria-current=page" if one.path == current else ""}>{html.escape(one.title)}</a>' for one in bar
    )
    themes = "".join(f'<option value="{value}">{title}</option>' for value, title in wording.THEMES.items())
    waiting = content or f'<p class="lx-loading" role="status">{wording.WAITING}</p>'
    footer = f'<footer class="site-foot">{html.escape(wording.LACKS)}</footer>' if foot else ""
    told = json.dumps(about, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    loader = f"\n{browser.script('site/loader')}\nlatentExplorerLoader.begin(document);\n"
    return f"""{head(link, loader)}
<script type="application/json" id="about">{told}</script>
<script data-program="{program}">{loader}</script>
<link rel="stylesheet" href="{style}">
<link rel="manifest" href="{MANIFEST}">
<link rel="icon" href="{icon}">
</head>
<body>
<header class="site-bar"><a href="./" aria-label="{shared.TITLE}"><img src="{icon}" alt=""></a>
<nav aria-label="{wording.PAGES}">{entries}</nav>
<div class="site-end"><span id="collecting"></span>
<select id="theme" aria-label="{wording.THEME}">{themes}</select></div></header>
<main id="page">{waiting}<noscript>{wording.NO_SCRIPT}</noscript></main>
{footer}
</body>
</html>
"""


def head(link: Link, loader: str = "") -> str:
    """Its first lines, with the base beside which all addresses are. `loader` is the one script that may stand in the page."""
    allowed = base64.b64encode(hashlib.sha256(loader.encode()).digest()).decode()
    policy = POLICY.format(loader=f" 'sha256-{allowed}'" if loader else "")
    base = f'<base href="{"../" * link.path.count("/")}">\n' if link.path else ""
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{policy}">
{base}<title>{html.escape(link.title)} · {shared.TITLE}</title>"""


def bare(link: Link, *, style: str, script: str) -> str:
    """A page without bar and content, which its script fills."""
    return f"""{head(link)}
<link rel="icon" href="data:,">
<link rel="stylesheet" href="{style}">
<script src="{script}" defer></script>
</head>
<body></body>
</html>
"""


def manifest(icons: Sequence[tuple[str, int, bool]]) -> str:
    """What a device asks for that installs the site: `icons` are addresses, sizes, and whether each is maskable."""
    listed = [
        {"src": address, "sizes": f"{size}x{size}", "type": "image/png", "purpose": "maskable" if maskable else "any"}
        for address, size, maskable in icons
    ]
    about = {
        "name": shared.TITLE,
        "short_name": wording.SHORT,
        "id": "./",
        "start_url": "./",
        "scope": "./",
        "display": "standalone",
    }
    return json.dumps(about | {"background_color": "#14202e", "theme_color": "#14202e", "icons": listed})
