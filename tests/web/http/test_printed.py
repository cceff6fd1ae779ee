"""The memory of printed parts of pages."""

from __future__ import annotations

from timesheet.web.http.printed import PrintedParts


def test_nobody_gets_the_part_of_another_and_the_memory_is_bounded() -> None:
    memory = PrintedParts(most=2)
    memory.keep("ada", ("values", 1), b"hers")
    assert memory.find("ada", ("values", 1)) == b"hers"
    assert memory.find("ada", ("values", 2)) is None
    assert memory.find("bo", ("values", 1)) is None
    memory.keep("bo", ("values", 1), b"theirs")
    memory.keep("cy", ("values", 1), b"other")
    assert memory.find("ada", ("values", 1)) is None
