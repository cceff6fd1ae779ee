"""Pages of A4 with a header, a footer with page numbers, and text in lines and columns."""

from __future__ import annotations

import re
from typing import NamedTuple

from timesheet.adapters.export.pdf_document import PdfDocument, font_key
from timesheet.adapters.export.pdf_font import EM, Typesetter
from timesheet.services.ports.printed_file import Wording

SHORT, LONG = 595.0, 842.0
MARGIN, FOOT = 40.0, 46.0
SIZE, LEADING = 8.0, 11.5
HEADING = 12.0
UNBROKEN = re.compile(r"\d[\d年月日時分件人%]|.[、。，．）」』]")
"""Two characters of a word between which no line ends, unless the line is too narrow."""
KNOWN = 10_000
"""Set texts that are remembered; a report repeats its numbers and names many times."""


class SetText(NamedTuple):
    """A text that is ready to be put somewhere, and its width in points."""

    operators: str
    width: float


class Paper:
    """Fills pages from the top. ``y`` is the base line of the next line."""

    def __init__(self, wording: Wording, *, landscape: bool = False) -> None:
        self._wording = wording
        self.width, self.height = (LONG, SHORT) if landscape else (SHORT, LONG)
        self.typesetter = Typesetter(wording.script)
        self.document = PdfDocument(wording.title, wording.language, wording.made_at, self.typesetter)
        self._operators: list[str] = []
        self._cached: dict[tuple[str, float, bool], SetText] = {}
        self.y = self.height - MARGIN

    @property
    def inner(self) -> float:
        """Return the width between the margins."""
        return self.width - 2 * MARGIN

    def room(self, lines: float) -> bool:
        """Return True if as many lines fit on this page."""
        return self.y - (lines - 1) * LEADING >= FOOT

    def put(self, x: float, text: str, *, size: float = SIZE, bold: bool = False) -> None:
        """Put a text on the current line, from ``x`` on to the right."""
        if text:
            self._put(x, self._set(text, size, bold=bold).operators)

    def put_right(self, x: float, text: str, *, bold: bool = False) -> None:
        """Put a text on the current line so that it ends at ``x``."""
        if text:
            ready = self._set(text, SIZE, bold=bold)
            self._put(x - ready.width, ready.operators)

    def _put(self, x: float, operators: str) -> None:
        self._operators.append(f"BT 1 0 0 1 {x:.1f} {self.y:.1f} Tm {operators}ET")

    def rule(self, lift: float = 0.0, gray: float = 0.7, first: float = MARGIN, last: float = 0.0) -> None:
        """Draw a line across the page, ``lift`` points above the current one."""
        y, last = self.y + lift, last or self.width - MARGIN
        self._operators.append(f"{gray:g} G 0.5 w {first:.1f} {y:.1f} m {last:.1f} {y:.1f} l S")

    def down(self, lines: float = 1.0) -> None:
        """Move the current line down by ``lines`` lines."""
        self.y -= lines * LEADING

    def width_of(self, text: str, *, bold: bool = False) -> float:
        """Return how wide a text is in points."""
        return self.typesetter.width(text, bold=bold) * SIZE / EM

    def wrapped(self, text: str, width: float, *, bold: bool = False, size: float = SIZE) -> list[str]:
        """Return the lines of a text that is broken between words, or within one that is too long.

        Japanese has no spaces. A number stays with its unit, as in *10月*, and no line begins with a full stop.
        """
        limit = width * EM / size
        measure = self.typesetter.width
        if measure(text, bold=bold) <= limit:
            return [text]
        lines, line = list[str](), ""
        for word in text.split():
            longer = f"{line} {word}" if line else word
            if measure(longer, bold=bold) <= limit:
                line = longer
                continue
            if line:
                lines.append(line)
            line = word
            while measure(line, bold=bold) > limit and len(line) > 1:
                fitting = next(
                    (
                        size_
                        for size_ in range(len(line) - 1, 1, -1)
                        if measure(line[:size_], bold=bold) <= limit
                    ),
                    1,
                )
                fitting = next(
                    (size_ for size_ in range(fitting, 0, -1) if not UNBROKEN.match(line, size_ - 1)), fitting
                )
                lines.append(line[:fitting])
                line = line[fitting:]
        return [*lines, line] if line else lines

    def end_page(self) -> None:
        """End this page with its footer; the next one begins at the top."""
        number = self.document.pages + 1
        self.y = FOOT - 2 * LEADING
        self.rule(LEADING)
        self.put(MARGIN, self.wrapped(self._wording.title, self.inner - 80)[0])
        x = self.width - MARGIN - 30
        self.put_right(x, f"{number} /")
        self._operators.append(f"q 1 0 0 1 {x + 3:.1f} {self.y:.1f} cm /Count Do Q")
        self.document.page("\n".join(self._operators), self.width, self.height)
        self._operators.clear()
        self.y = self.height - MARGIN

    def close(self) -> None:
        """End the file; the number of its pages is known now."""
        count = self._set(str(self.document.pages), SIZE, bold=False)
        self.document.close(f"BT {count.operators}ET")

    def _set(self, text: str, size: float, *, bold: bool) -> SetText:
        key = text, size, bold
        cached = self._cached.get(key)
        if cached is None:
            runs = self.typesetter.runs(text, bold=bold)
            operators = "".join(f"/{font_key(run.font)} {size:g} Tf <{run.codes}> Tj " for run in runs)
            cached = SetText(operators, sum(run.width for run in runs) * size / EM)
            if len(self._cached) >= KNOWN:
                self._cached.clear()
            self._cached[key] = cached
        return cached
