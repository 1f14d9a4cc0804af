"""Who a visitor is to a server: known by a random secret in a cookie of their browser, which the server never shows.

What is kept with a run is the hash of the secret, so that who reads the folder of runs cannot pass for its owner. Whoever
opened the presenter's link has that link's secret in a second cookie and may change everything. No Streamlit.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

COOKIE, PRESENTERS_COOKIE = "latent_explorer_visitor", "latent_explorer_presenter"
SHARED, PRESENTER = "LATENT_EXPLORER_SHARED", "LATENT_EXPLORER_PRESENTER"
"""Variables of the environment: set where a server is for others, too; the secret of the presenter's link."""


def owner(cookies: Mapping[str, str]) -> str:
    """Under which name the runs of a browser are kept; nothing for one without the cookie."""
    secret = cookies.get(COOKIE, "")
    return hashlib.sha256(secret.encode()).hexdigest()[:32] if secret else ""


def is_presenters(secret: str, environment: Mapping[str, str]) -> bool:
    """Whether a secret is that of the presenter's link."""
    known = environment.get(PRESENTER, "")
    return bool(known) and hmac.compare_digest(secret.encode(), known.encode())


def may_change_all(cookies: Mapping[str, str], environment: Mapping[str, str]) -> bool:
    """Whether every run is a visitor's to change: on a server for this machine alone, and for the presenter."""
    return not environment.get(SHARED) or is_presenters(cookies.get(PRESENTERS_COOKIE, ""), environment)
