"""Tables whose numbers have a minus sign and are sorted as numbers."""

from __future__ import annotations

import subprocess
import sys

from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df
from streamlit.testing.v1 import AppTest

from dashboard.shared.tables import with_minus

ROWS = [{"name": "a", "elbo": -128.674, "n": 1234567}, {"name": "b", "elbo": None, "n": 2}, {"name": "c-d", "elbo": -9.5, "n": 3}]


def test_numbers_have_a_minus_sign_and_stay_numbers() -> None:
    styled = with_minus(ROWS, {"elbo": 2, "n": 0, "absent": 1})
    html = styled.to_html()
    assert all(text in html for text in ("−128.67", "−9.50", "1,234,567", "–", "c-d"))
    assert "-128" not in html
    assert list(styled.data["elbo"].dropna()) == [-128.674, -9.5]
    assert styled.data["n"].dtype == int


def test_streamlit_sends_what_is_shown_beside_the_numbers() -> None:
    def page() -> None:
        import streamlit as st

        from dashboard.shared.tables import with_minus

        st.dataframe(with_minus([{"elbo": -1.5}], {"elbo": 2}))

    app = AppTest.from_function(page).run()
    assert not app.exception
    shown = convert_arrow_bytes_to_pandas_df(app.dataframe[0].proto.arrow_data.styler.display_values)
    assert shown["elbo"].tolist() == ["−1.50"]
    assert app.dataframe[0].value["elbo"].tolist() == [-1.5]


def test_what_makes_tables_is_cheap_until_the_first_one() -> None:
    program = "import sys, dashboard.shared.tables; print('pandas' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False"]
