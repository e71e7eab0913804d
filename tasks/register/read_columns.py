"""Read the columns of a dataset for Great Expectations; a null changes neither the type nor the values of its column.

pandas reads whole numbers with a null as float64: values above 2**53 are rounded, and the small types are lost. Great
Expectations itself cannot add decimals with a null, nor compare times with a limit that is written as a date.
"""

from __future__ import annotations

import math
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pydantic import JsonValue

from data.submission.suite import Suite, WrittenExpectation

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

GREATER: Final = "expect_column_pair_values_a_to_be_greater_than_b"
"""The only expectation that cannot compare the null of pandas' own types."""
LIMITS: Final = ("min_value", "max_value")
TYPES: Final = "type_list"


def read_columns(path: Path) -> pd.DataFrame:
    """Return the rows of a Parquet file; whole numbers, true/false and decimals with nulls keep type and values."""
    import pandas as pd
    import pyarrow as pa
    import pyarrow.parquet as pq

    frame = pd.read_parquet(path)
    with pq.ParquetFile(path) as file:
        for field in file.schema_arrow:
            own = _own_type(field.type)
            is_changed = own is not None or pa.types.is_decimal(field.type)
            if not is_changed or field.name not in frame or not frame[field.name].hasnans:
                continue
            column = file.read([field.name]).column(0)
            if own is not None:
                frame[field.name] = column.to_pandas(types_mapper=lambda _, own=own: own).array
            else:
                frame[field.name] = [math.nan if value is None else value for value in column.to_pylist()]
    return frame


def with_plain_nulls(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with each column of pandas' own types as Python values, which compare as unequal with a null."""
    own = [str(name) for name in frame if _is_own(frame[name].dtype)]
    return frame.assign(**{name: frame[name].astype(object).where(frame[name].notna(), math.nan) for name in own})


def comparable_arguments(suite: Suite, expectation: WrittenExpectation, frame: pd.DataFrame) -> dict[str, JsonValue]:
    """Return the arguments of an expectation, its limits on times and its types in a form that can be compared."""
    kwargs, column = dict(expectation.kwargs), expectation.kwargs.get("column")
    if not isinstance(column, str) or column not in frame:
        return kwargs
    for name in LIMITS:
        written = suite.value(kwargs.get(name))
        if isinstance(written, str):
            kwargs[name] = _limit(written, frame[column]) or kwargs[name]
    types = kwargs.get(TYPES)
    kind: Any = frame[column].dtype
    if isinstance(types, list) and _is_own(kind) and kind.numpy_dtype.name in types:
        kwargs[TYPES] = [*types, type(kind).__name__]  # here Great Expectations compares the type of pandas itself
    return kwargs


def _is_own(kind: Any) -> bool:
    """Return True for a type of pandas, with a null, for whole numbers or true/false."""
    import pandas as pd

    of_numbers = pd.api.types.is_integer_dtype(kind) or pd.api.types.is_bool_dtype(kind)
    return bool(pd.api.types.is_extension_array_dtype(kind) and of_numbers)


def _own_type(type_: pa.DataType) -> Any:
    """Return pandas' own type, which has a null, of whole numbers and true/false; None for other types."""
    import pandas as pd
    import pyarrow as pa

    if pa.types.is_boolean(type_):
        return pd.BooleanDtype()
    if pa.types.is_integer(type_):
        return pd.api.types.pandas_dtype(str(type_).replace("u", "U").replace("i", "I"))  # uint8: UInt8
    return None


def _limit(written: str, column: pd.Series) -> str | None:
    """Return a limit as Great Expectations compares it with the times or days of a column; None for another column."""
    import pandas as pd

    is_time = pd.api.types.is_datetime64_any_dtype(column.dtype)
    if not is_time and not isinstance(next(iter(column.dropna()), None), date):
        return None
    try:
        limit = pd.Timestamp(written)
    except ValueError:
        return None
    if not is_time:
        return limit.date().isoformat()
    utc = limit.tz_localize("UTC") if limit.tz is None else limit.tz_convert("UTC")
    return (utc if column.dt.tz is not None else utc.tz_localize(None)).isoformat()
