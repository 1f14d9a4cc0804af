"""Numbers in a table that can be sorted: shown with a true minus sign, sorted as the numbers that they are.

The formats of Streamlit's own columns write a hyphen. A column given here must have none of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from dashboard.shared.wording import number


def with_minus(rows: Sequence[Mapping[str, Any]], digits: Mapping[str, int]) -> Any:
    """The rows as a pandas Styler, which `st.dataframe` takes; of the columns named the numbers have so many decimals."""
    import pandas as pd  # type: ignore[import-untyped]  # with the first table: the first page has none

    table = pd.DataFrame(list(rows))
    formats: dict[Any, Any] = {name: partial(number, digits=places) for name, places in digits.items() if name in table}
    return table.style.format(formats, na_rep="–")
