"""The unfolded lines of an iCalendar file, each with the line number that a person sees."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from icalendar.parser import Contentline

from timesheet.domain.errors import InvalidInput
from timesheet.domain.message import message

LONGEST_QUOTED = 40


@dataclass(frozen=True, slots=True)
class Line:
    """A property: its name in capitals, its parameters, its value as written, and its line number (from 1)."""

    number: int
    name: str
    params: Mapping[str, str]
    value: str


def read_lines(data: bytes) -> Iterator[Line]:
    """Return the lines of a file in UTF-8. Raise InvalidInput with the number of the first invalid one."""
    for number, text in _unfolded(_decoded(data)):
        try:
            name, params, value = Contentline(text).parts()  # type: ignore[no-untyped-call]
        except ValueError:
            raise trouble(
                number, message("“{text}” is not a line of a calendar.", text=text[:LONGEST_QUOTED])
            ) from None
        yield Line(number, name.upper(), {key.upper(): str(param) for key, param in params.items()}, value)


def trouble(number: int, what: str) -> InvalidInput:
    """Return an error for a line that prevents the import."""
    return InvalidInput(
        message("Line {number}: {what} Nothing was imported.", number=number, what=what), field="file"
    )


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        number = data.count(b"\n", 0, error.start) + 1
        raise trouble(number, message("This is not UTF-8 text.")) from None


def _unfolded(text: str) -> Iterator[tuple[int, str]]:
    """Yield unfolded lines: a line that begins with a space continues the one before it (RFC 5545, 3.1)."""
    start, parts = 0, list[str]()
    for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), 1):
        if parts and line[:1] in (" ", "\t"):
            parts.append(line[1:])
            continue
        if parts:
            yield start, "".join(parts)
        start, parts = number, [line] if line.strip() else []
    if parts:
        yield start, "".join(parts)
