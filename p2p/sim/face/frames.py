"""Tables as DataFrames: columns, dtypes and units from the description that the files and docs/tables.md use."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from p2p.sim.tables.schema import TABLES_FORMAT, Column, Kind

if TYPE_CHECKING:
    import pandas as pd

DTYPES: dict[Kind, str] = {"count": "Int64", "number": "float64", "word": "string"}
"""The dtype of each kind of column in a DataFrame; a missing count or word is <NA>, a missing number NaN."""


def frame(rows: Iterable[dict[str, Any]], columns: Sequence[Column]) -> "pd.DataFrame":
    """Rows as a DataFrame with these columns; `df.attrs` has their `units` and `meaning`, and the `format` of tables.

    Raises ImportError where pandas is not installed.
    """
    import pandas as pd

    rows = list(rows)
    data = {
        column.name: pd.array([row.get(column.name) for row in rows], dtype=DTYPES[column.kind])  # type: ignore[call-overload]
        for column in columns
    }
    whole = pd.DataFrame(data)
    whole.attrs["format"] = TABLES_FORMAT
    whole.attrs["units"] = {column.name: column.unit for column in columns}
    whole.attrs["meaning"] = {column.name: column.text for column in columns}
    return whole
