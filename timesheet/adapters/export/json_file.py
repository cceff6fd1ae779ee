"""Write a report as JSON: its query in stable names, what it covers in words, and every row with its figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import orjson

from timesheet.domain.report.file import FileColumn, FileRow, Value, ValueKind
from timesheet.domain.report.table import ReportTerms
from timesheet.services.ports.report_file import ReportFile

FORMAT = "timesheet-report-1"
ROWS_A_PART = 500
DIVISORS: Mapping[ValueKind, int] = {
    ValueKind.MINUTES: 60,
    ValueKind.SIGNED_MINUTES: 60,
    ValueKind.HUNDREDTHS: 100,
    ValueKind.PERCENTAGE: 10,
}


def write_json(file: ReportFile) -> Iterator[bytes]:
    """Yield one object, in parts. See FileWriter."""
    columns = file.table.columns
    yield _json(_head(file))[:-1] + b',"rows":['
    rows, first = file.table.rows(), True
    while part := [_json(_row(columns, row)) for row in islice(rows, ROWS_A_PART)]:
        yield (b"" if first else b",") + b",\n".join(part)
        first = False
    yield b'],"total":' + _json(_row(columns, file.table.total)["values"]) + b"}\n"


def _json(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_UTC_Z | orjson.OPT_OMIT_MICROSECONDS)


def _head(file: ReportFile) -> Mapping[str, Any]:
    return {
        "format": FORMAT,
        "language": file.language,
        "title": file.title,
        "asked": _query_by_name(file.table.terms),
        "terms": [{"name": name, "value": value} for name, value in file.terms],
        "problems": list(file.problems),
        "columns": [
            {"name": column.name, "head": head, "unit": _unit(column, days=file.days)}
            for column, head in zip(file.table.columns, file.heads, strict=True)
        ],
    }


def _query_by_name(terms: ReportTerms) -> Mapping[str, Any]:
    """Return the query in stable names, so that a program can compare two files."""
    previous = terms.previous
    return {
        "teams": list(terms.teams),
        "first": terms.span.first,
        "last": terms.span.last,
        "compared": {"first": previous.first, "last": previous.last} if previous else None,
        "zone": terms.zone,
        "rows": [one.value for one in terms.rows],
        "column_unit": terms.column_unit.value,
        "figures": [one.value for one in terms.figures],
        "filters": [{"name": name, "values": list(values)} for name, values in terms.filters],
        "rounding": {"rule": terms.rounding.rule.value, "seconds": terms.rounding.step_seconds},
        "asked_by": terms.requested_by,
        "asked_at": terms.requested_at,
        "read_at": terms.read_at,
        "complete": terms.complete,
        "as_closed": {"closed": terms.as_closed[0], "periods": terms.as_closed[1]}
        if terms.as_closed
        else None,
    }


def _unit(column: FileColumn, *, days: bool) -> str | None:
    if column.kind in (ValueKind.MINUTES, ValueKind.SIGNED_MINUTES, ValueKind.HUNDREDTHS):
        return "days" if days else "hours"
    return {ValueKind.SECONDS: "seconds", ValueKind.PERCENTAGE: "percent"}.get(column.kind)


def _row(columns: Sequence[FileColumn], row: FileRow) -> Mapping[str, Any]:
    values = {
        column.name: _value(column.kind, value) for column, value in zip(columns, row.values, strict=True)
    }
    return {"level": row.level, "values": values}


def _value(kind: ValueKind, value: Value) -> Value:
    divisor = DIVISORS.get(kind)
    return value / divisor if divisor and isinstance(value, int | float) else value
