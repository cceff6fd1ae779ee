"""The forms in which a report is written."""

from __future__ import annotations

import pytest

from timesheet.services.ports.report_file import CsvFormat


@pytest.mark.parametrize(
    ("file_format", "begins"), [(CsvFormat(), b""), (CsvFormat(mark=True), b"\xef\xbb\xbf")]
)
def test_excel_detects_utf_8_by_the_three_bytes_of_a_byte_order_mark(
    file_format: CsvFormat, begins: bytes
) -> None:
    assert file_format.start.encode() == begins
