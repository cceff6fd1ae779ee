"""The columns of a grid, one for each day: their widths, their heads, and the strip of days for narrow screens."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from markupsafe import Markup

from timesheet.web.http.dates import ColumnHead
from timesheet.web.http.language import _

LOCK = Markup("<i class=locked></i><span class=sr-only> {}</span>")


@dataclass(frozen=True, slots=True)
class Columns:
    """HTML of the columns of days: ``<col>`` elements, ``<th>`` cells, and for narrow screens a button for each."""

    cols: Markup
    heads: Markup
    strip: Markup


def columns_of(heads: tuple[ColumnHead, ...]) -> Columns:
    """Return the columns with these heads, whose texts are in the reader's language."""
    return _columns(heads, _("closed"))


@lru_cache(maxsize=512)
def _columns(heads: tuple[ColumnHead, ...], closed_word: str) -> Columns:
    """Return the columns; cached, because people open the same days again and again."""
    cols = "".join(f'<col class="c-day {head.mark}">' for head in heads)
    strip = Markup(
        '<button type="button" data-col="{}" class="{}" aria-pressed="false">{}<b>{}{}</b></button>'
    )
    head_cell = Markup('<th scope="col" class="{}" title="{}"{}{}>{}<b>{}{}</b></th>')
    today, closed = Markup(' aria-current="date"'), Markup(' data-closed="{}"')
    return Columns(
        Markup(cols),  # noqa: S704 - our own class names only
        Markup().join(
            head_cell.format(
                head.mark,
                head.name,
                today if "now" in head.mark else "",
                closed.format(head.closed) if head.closed else "",
                head.weekday,
                head.number,
                _marks(head, closed_word),
            )
            for head in heads
        ),
        Markup().join(
            strip.format(n, head.mark, head.weekday, head.number, _marks(head, closed_word))
            for n, head in enumerate(heads)
        ),
    )


def _marks(head: ColumnHead, closed_word: str) -> Markup:
    """Return the letter of an absence, as a word of its own, and the lock of a closed day."""
    letter = Markup(" <i class=away>{}</i>").format(head.letter) if head.letter else Markup()
    return letter + (LOCK.format(closed_word) if head.closed else Markup())
