"""The unfolded lines of an iCalendar file, each with the line number that a person sees."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from timesheet.domain.errors import InvalidInput
from timesheet.domain.message import message

LONGEST_QUOTED = 40


@dataclass(frozen=True, slots=True)
class ContentLine:
    """A property: its name in capitals, its parameters, its value as written, and its line number (from 1)."""

    number: int
    name: str
    params: Mapping[str, str]
    value: str


def read_lines(data: bytes) -> Iterator[ContentLine]:
    """Return the lines of a file in UTF-8. Raise InvalidInput with the number of the first invalid one."""
    # Loaded with the first file, like in the modules beside: icalendar takes 3 MiB, and few processes ever read one.
    # Always as a whole: threads that begin with different modules of it could wait for each other.
    from icalendar import parser  # noqa: PLC0415

    for number, text in _unfolded(data):
        try:
            name, params, value = parser.Contentline(text).parts()  # type: ignore[no-untyped-call]
        except ValueError:
            raise trouble(
                number, message("“{text}” is not a line of a calendar.", text=text[:LONGEST_QUOTED])
            ) from None
        yield ContentLine(
            number, name.upper(), {key.upper(): str(param) for key, param in params.items()}, value
        )


def trouble(number: int, what: str) -> InvalidInput:
    """Return an error for a line that prevents the import."""
    return InvalidInput(
        message("Line {number}: {what} Nothing was imported.", number=number, what=what), field="file"
    )


def _unfolded(data: bytes) -> Iterator[tuple[int, str]]:
    """Yield unfolded lines: a line that begins with a space continues the one before it (RFC 5545, 3.1).

    They are decoded afterward, because a line may be folded within a character.
    """
    start, parts = 0, list[bytes]()
    for number, line in enumerate(data.removeprefix(BOM_UTF8).splitlines(), 1):
        if parts and line[:1] in (b" ", b"\t"):
            parts.append(line[1:])
            continue
        if parts:
            yield start, _decoded(start, parts)
        start, parts = number, [line] if line.strip() else []
    if parts:
        yield start, _decoded(start, parts)


def _decoded(start: int, parts: Sequence[bytes]) -> str:
    try:
        return b"".join(parts).decode()
    except UnicodeDecodeError as error:
        ends = accumulate(map(len, parts))
        number = start + sum(end <= error.start for end in ends)
        raise trouble(number, message("This is not UTF-8 text.")) from None
