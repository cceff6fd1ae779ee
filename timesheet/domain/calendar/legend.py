"""Reasons for a non-working day: the built-in ones, which cannot be deleted, and those of a site."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType

from timesheet.domain.alphabet import alphabetical
from timesheet.domain.errors import InvalidInput
from timesheet.domain.message import in_context, message
from timesheet.domain.name import can_be_seen, check_unique, read_name


class SystemLegend(StrEnum):
    """The legends that are built in on every site; their value is their id."""

    UNCLASSIFIED = "unclassified"
    OUT_OF_TEAM = "out-of-team"
    VACATION = "vacation"
    EMERGENCY = "emergency"
    SICK_LEAVE = "sick-leave"
    PUBLIC_HOLIDAY = "public-holiday"


ACCENTS: Mapping[str, str] = MappingProxyType(
    {
        "blue": message("blue"),
        "teal": message("teal"),
        "green": message("green"),
        "lime": message("lime"),
        "yellow": message("yellow"),
        "orange": message("orange"),
        "red": message("red"),
        "magenta": message("magenta"),
        "purple": message("purple"),
        "gray": message("gray"),
    }
)
"""The colors to choose from: accents of the design tokens, and their names."""
LONGEST_TITLE = 60

_BUILT_IN = frozenset(SystemLegend)
_FIXED = frozenset({SystemLegend.UNCLASSIFIED, SystemLegend.OUT_OF_TEAM, SystemLegend.PUBLIC_HOLIDAY})
_NEVER_CHOSEN = frozenset({SystemLegend.UNCLASSIFIED, SystemLegend.OUT_OF_TEAM})


@dataclass(frozen=True, slots=True)
class Legend:
    """A reason for a day off. ``color`` names an accent of the design tokens; ``letter``, one or two, works
    without color.
    """

    id: str
    title: str
    color: str
    letter: str
    version: int = 0

    @property
    def changeable(self) -> bool:
        """Return True if title, color, and letter may change: a site's own legends, vacation, emergency, and
        sick leave.
        """
        return self.id not in _FIXED

    @property
    def deletable(self) -> bool:
        """Return True for a site's own legends; deleting one leaves its days unclassified."""
        return self.id not in _BUILT_IN

    @property
    def for_calendar(self) -> bool:
        """Return True if days of a global calendar may have it."""
        return self.id not in _NEVER_CHOSEN

    @property
    def for_leave(self) -> bool:
        """Return True if a leave may have it; public holidays come only from global calendars."""
        return self.id not in _FIXED


@dataclass(frozen=True, slots=True)
class LegendUse:
    """The number of days that have a legend: in global calendars, and in people's leaves."""

    calendar_days: int
    leave_days: int


# A letter has one or two characters in each language, and no two are the same.
SYSTEM_LEGENDS = (
    Legend(
        SystemLegend.UNCLASSIFIED, message("Unclassified"), "gray", in_context("letter of Unclassified", "U")
    ),
    Legend(
        SystemLegend.OUT_OF_TEAM, message("Out of team"), "gray", in_context("letter of Out of team", "O")
    ),
    Legend(SystemLegend.VACATION, message("Vacation"), "teal", in_context("letter of Vacation", "V")),
    Legend(SystemLegend.EMERGENCY, message("Emergency"), "orange", in_context("letter of Emergency", "E")),
    Legend(
        SystemLegend.SICK_LEAVE, message("Sick leave"), "magenta", in_context("letter of Sick leave", "S")
    ),
    Legend(
        SystemLegend.PUBLIC_HOLIDAY,
        message("Public holiday"),
        "purple",
        in_context("letter of Public holiday", "H"),
    ),
)


def legends_of(stored: Iterable[Legend]) -> tuple[Legend, ...]:
    """Return all legends of a site: the built-in ones with the site's changes, then the site's own by title."""
    by_id = {legend.id: _with_own_words(legend) for legend in stored}
    system = tuple(by_id.pop(legend.id, legend) for legend in SYSTEM_LEGENDS)
    return (*system, *sorted(by_id.values(), key=lambda legend: (alphabetical(legend.title), legend.id)))


def _with_own_words(stored: Legend) -> Legend:
    """Return a stored legend; a built-in one that was never renamed has its title in every language, and its letter
    unless that was changed.
    """
    built_in = next((legend for legend in SYSTEM_LEGENDS if legend.id == stored.id), stored)
    if stored.title != built_in.title:
        return stored
    letter = built_in.letter if stored.letter == built_in.letter else stored.letter
    return replace(stored, title=built_in.title, letter=letter)


def checked_legend(legend: Legend, others: Iterable[Legend], shown: Callable[[str], str] = str) -> Legend:
    """Return the legend with a clean title and letter. Raise InvalidInput for title, color, or letter.

    ``others`` are all legends of the site, and ``shown`` returns a letter in the language of who saves. Titles are
    unique, and so are the letters in that language, so no color is needed to distinguish them.
    """
    known = {other.id: other for other in others if other.id != legend.id}.values()
    if not legend.changeable:
        raise InvalidInput(
            message("“{title}” is built in and cannot change.", title=legend.title), field="title"
        )
    title = read_name(legend.title, "absence type", "title", LONGEST_TITLE)
    check_unique(title, (other.title for other in known), "absence type", "title")
    letter = unicodedata.normalize("NFC", legend.letter).strip()
    if not (1 <= len(letter) <= 2 and letter.isalnum() and can_be_seen(letter)):
        raise InvalidInput(message("Choose one or two letters or digits."), field="letter")
    if taken := [one.title for one in known if shown(one.letter).casefold() == letter.casefold()]:
        raise InvalidInput(
            message(
                "“{letter}” stands for “{taken}” already. Choose another letter.",
                letter=letter,
                taken=taken[0],
            ),
            field="letter",
        )
    check_color(legend.color)
    return replace(legend, title=title, letter=letter)


def unused_color(used: Collection[str]) -> str:
    """Return the first accent that is not used yet; the first of all if every one is."""
    return next((accent for accent in ACCENTS if accent not in used), next(iter(ACCENTS)))


def check_color(color: str) -> None:
    """Raise InvalidInput for a color that is not an accent."""
    if color not in ACCENTS:
        raise InvalidInput(message("Choose one of the colors."), field="color")


def check_deletable(legend: Legend) -> None:
    """Raise InvalidInput for a built-in legend."""
    if not legend.deletable:
        raise InvalidInput(
            message("“{title}” is built in and cannot be deleted.", title=legend.title), field="legend"
        )


def check_chosen(legend_id: str, choices: Mapping[str, Legend]) -> None:
    """Raise InvalidInput for a legend that does not exist or that nobody can choose here.

    ``choices`` are the legends that may be chosen, by id.
    """
    if legend_id not in choices:
        raise InvalidInput(
            message("This absence type cannot be chosen, or somebody deleted it. Choose another."),
            field="legend",
        )
