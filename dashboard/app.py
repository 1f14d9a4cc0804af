"""Navigation between the pages, and nothing else."""

from pathlib import Path

import streamlit as st

from dashboard import learn_wording, wording, worksheet_wording
from dashboard.screens import explore, learn, models, worksheet

_ICON = Path(__file__).resolve().parents[1] / "assets" / "icon.png"

st.set_page_config(page_title=wording.TITLE, page_icon=str(_ICON), layout="wide")
st.navigation(
    [
        st.Page(explore.show, title=wording.EXPLORE, icon=":material/explore:", url_path="explore", default=True),
        st.Page(learn.show, title=learn_wording.LEARN, icon=":material/school:", url_path="learn"),
        st.Page(worksheet.show, title=worksheet_wording.WORKSHEET, icon=":material/assignment:", url_path="worksheet"),
        st.Page(models.show, title=wording.MODELS, icon=":material/table_chart:", url_path="models"),
    ],
    position="top",
).run()
