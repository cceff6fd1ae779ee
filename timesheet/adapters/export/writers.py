"""The writer of each kind of file."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from timesheet.adapters.export.csv_file import write_csv
from timesheet.adapters.export.json_file import write_json
from timesheet.adapters.export.xlsx_file import write_xlsx
from timesheet.domain.report.file import FileKind
from timesheet.services.ports.report_file import FileWriter

REPORT_WRITERS: Mapping[FileKind, FileWriter] = MappingProxyType(
    {FileKind.CSV: write_csv, FileKind.JSON: write_json, FileKind.XLSX: write_xlsx}
)
