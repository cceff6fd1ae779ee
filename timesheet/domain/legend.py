"""Reasons for a non-working day: the system's own, which cannot go away, and a site's."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from timesheet.domain.errors import InvalidInput
from timesheet.domain.name import check_unique, read_name


class SystemLegend(StrEnum):
    """The legends that come with every site; their value is their id."""

    UNCLASSIFIED = "unclassified"
    OUT_OF_TEAM = "out-of-team"
    VACATION = "vacation"
    EMERGENCY = "emergency"
    SICK_LEAVE = "sick-leave"
    PUBLIC_HOLIDAY = "public-holiday"


ACCENTS = ("blue", "teal", "green", "lime", "yellow", "orange", "red", "magenta", "purple", "gray")
LONGEST_TITLE = 60

_FIXED = frozenset({SystemLegend.UNCLASSIFIED, SystemLegend.OUT_OF_TEAM, SystemLegend.PUBLIC_HOLIDAY})
_NEVER_CHOSEN = frozenset({SystemLegend.UNCLASSIFIED, SystemLegend.OUT_OF_TEAM})


@dataclass(frozen=True, slots=True)
class Legend:
    """``colour`` is the name of a design token accent; ``letter``, one or two, says the same without colour."""

    id: str
    title: str
    colour: str
    letter: str
    system: bool = False
    version: int = 0

    @property
    def changeable(self) -> bool:
        """True when title, colour and letter may change: own ones, vacation, emergency and sick leave."""
        return self.id not in _FIXED

    @property
    def deletable(self) -> bool:
        """True for a site's own legends; their days become unclassified."""
        return not self.system

    @property
    def for_calendar(self) -> bool:
        """True when days of a global calendar may carry it."""
        return self.id not in _NEVER_CHOSEN

    @property
    def for_leave(self) -> bool:
        """True when a leave may carry it: public holidays come from global calendars only."""
        return self.id not in _FIXED


SYSTEM_LEGENDS = (
    Legend(SystemLegend.UNCLASSIFIED, "Unclassified", "gray", "U", system=True),
    Legend(SystemLegend.OUT_OF_TEAM, "Out of team", "gray", "O", system=True),
    Legend(SystemLegend.VACATION, "Vacation", "teal", "V", system=True),
    Legend(SystemLegend.EMERGENCY, "Emergency", "orange", "E", system=True),
    Legend(SystemLegend.SICK_LEAVE, "Sick leave", "magenta", "S", system=True),
    Legend(SystemLegend.PUBLIC_HOLIDAY, "Public holiday", "purple", "H", system=True),
)


def legends_of(stored: Iterable[Legend]) -> tuple[Legend, ...]:
    """All legends of a site: the system's, as the site has changed them, then its own by title."""
    by_id = {legend.id: legend for legend in stored}
    system = tuple(by_id.pop(legend.id, legend) for legend in SYSTEM_LEGENDS)
    return (*system, *sorted(by_id.values(), key=lambda legend: (legend.title.casefold(), legend.id)))


def checked_legend(legend: Legend, others: Iterable[Legend]) -> Legend:
    """The legend with a clean title and letter; raises InvalidInput naming title, colour or letter.

    ``others`` are all legends of the site. Titles and letters differ, so that no colour is needed to tell them apart.
    """
    known = {other.id: other for other in others if other.id != legend.id}.values()
    if not legend.changeable:
        raise InvalidInput(f"“{legend.title}” belongs to the app and cannot change.", field="title")
    title = read_name(legend.title, "legend", "title", LONGEST_TITLE)
    check_unique(title, (other.title for other in known), "legend", "title")
    letter = unicodedata.normalize("NFC", legend.letter).strip()
    if not (1 <= len(letter) <= 2 and letter.isalnum()):
        raise InvalidInput("Choose one or two letters or digits.", field="letter")
    if taken := [other.title for other in known if other.letter.casefold() == letter.casefold()]:
        raise InvalidInput(
            f"“{letter}” stands for “{taken[0]}” already. Choose another letter.", field="letter"
        )
    check_colour(legend.colour)
    return replace(legend, title=title, letter=letter)


def check_colour(colour: str) -> None:
    """Raises InvalidInput for a colour that is no accent."""
    if colour not in ACCENTS:
        raise InvalidInput("Choose one of the colours.", field="colour")


def check_deletable(legend: Legend) -> None:
    """Raises InvalidInput for a legend that comes with every site."""
    if not legend.deletable:
        raise InvalidInput(f"“{legend.title}” comes with the app and cannot be deleted.", field="legend")


def check_chosen(legend_id: str, choices: Mapping[str, Legend]) -> None:
    """Raises InvalidInput for a legend that is gone or stands for something nobody can choose.

    ``choices`` are those that may be chosen, by id.
    """
    if legend_id not in choices:
        raise InvalidInput(
            "This reason cannot be chosen, or somebody deleted it. Choose another.", field="legend"
        )
