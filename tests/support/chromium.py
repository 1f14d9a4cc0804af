"""Finds a Chromium for the browser tests, or gets one; prints its path.

Order: an installed Chrome or Chromium, Playwright's own, Debian's package when run as root.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")


def find() -> str | None:
    """The path of an installed Chromium, or of the one Playwright has fetched; None when there is neither."""
    for name in _NAMES:
        if path := shutil.which(name):
            return path
    if _MAC.exists():
        return str(_MAC)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        own = Path(playwright.chromium.executable_path)
    return str(own) if own.exists() else None


def main() -> int:
    if not find():
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
    if not find() and shutil.which("apt-get") and os.geteuid() == 0:
        subprocess.run(["apt-get", "update", "-qq"], check=False)
        subprocess.run(["apt-get", "install", "-y", "-qq", "chromium"], check=False, stdout=subprocess.DEVNULL)
    path = find()
    print(path or "No Chromium could be found or installed; install Chrome or Chromium and try again.")
    return 0 if path else 1


if __name__ == "__main__":
    sys.exit(main())
