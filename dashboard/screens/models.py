"""Models: every bundled model with its measured numbers and how it was made."""

from __future__ import annotations

import streamlit as st

from dashboard import catalogue, charts, wording
from vae_engine import registry, weights
from vae_engine.errors import EngineError


def show() -> None:
    """Lay the page out."""
    st.header(wording.MODELS)
    models = []
    for name in registry.names():
        try:
            models.append(catalogue.stored(name))
        except EngineError as error:
            st.error(str(error))
    if not models:
        st.info(wording.NO_MODELS)
        return
    rows = [
        {"model": m.name, "kind": m.model.kind, "parameters": weights.parameter_count(m.model)}
        | {key: m.metrics.get(key) for key in wording.METRIC_COLUMNS}
        for m in models
    ]
    columns = {key: st.column_config.NumberColumn(label, format="%.2f") for key, label in wording.METRIC_COLUMNS.items()}
    columns["parameters"] = st.column_config.NumberColumn(format="localized")
    st.dataframe(rows, hide_index=True, column_config=columns, placeholder="–")
    st.plotly_chart(charts.bounds({m.name: m.metrics for m in models}), key="bounds", alt=wording.BOUNDS_ALT)
    st.caption(wording.protocol_of([m.metrics for m in models]))
    for m in models:
        card = m.folder / "README.md"
        with st.expander(m.name):
            st.markdown(card.read_text(encoding="utf-8") if card.exists() else wording.NO_CARD)
