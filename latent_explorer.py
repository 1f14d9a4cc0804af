"""What a notebook imports, by the name under which the program is installed: `from latent_explorer import Explorer, watch`."""

from __future__ import annotations

from vae_engine.base import remedies

try:
    from dashboard.notebook.explorer import Explorer
    from dashboard.notebook.training import watch
except ModuleNotFoundError as error:
    if error.name not in ("anywidget", "traitlets"):
        raise
    raise ModuleNotFoundError(
        f"A widget needs the package anywidget: add it {remedies.optional('anywidget')}.", name=error.name
    ) from None

__all__ = ["Explorer", "watch"]
