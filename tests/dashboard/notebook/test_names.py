"""What a notebook imports where there is no widget to be had."""

from __future__ import annotations

import sys

import pytest

from vae_engine.base import places, remedies


def test_without_anywidget_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "anywidget", None)
    for name in ("latent_explorer", "dashboard.notebook.explorer"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    with pytest.raises(ModuleNotFoundError, match=r"needs the package anywidget: add it with `.*install.* anywidget`") as caught:
        import latent_explorer  # noqa: F401
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize("installed", [True, False])
def test_what_only_an_extra_brings_is_added_by_itself(installed: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "installed", lambda: installed)
    assert "requirements.txt" not in remedies.optional("onnx")  # which does not have it
    assert ("requirements.txt" in remedies.missing("numpy")) is not installed
