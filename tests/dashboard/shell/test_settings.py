"""The settings that the server is started with: each under the name by which Streamlit asks for it."""

from __future__ import annotations

import json

from streamlit import config

from dashboard.shell import settings


def test_every_setting_is_handed_over_under_streamlits_own_name() -> None:
    given = settings.environment()
    options = {option.env_var: option for option in config.get_config_options(force_reparse=True).values()}
    assert len(given) > 8
    assert settings.unknown(options) == ""
    assert "has no STREAMLIT_RUNNER_POST_SCRIPT_GC:" in settings.unknown(options.keys() - {"STREAMLIT_RUNNER_POST_SCRIPT_GC"})
    for name, text in given.items():
        value = options[name].value  # as read from the file, which is found in the folder of the checkout
        assert text == (value if isinstance(value, str) else json.dumps(value)), name


def test_the_server_listens_on_this_machine_only_unless_told_otherwise() -> None:
    assert settings.environment()["STREAMLIT_SERVER_ADDRESS"] == "localhost"
