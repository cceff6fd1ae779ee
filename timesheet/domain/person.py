"""People and groups as Jira shows them. Names are read when needed and never stored."""

from __future__ import annotations

from dataclasses import dataclass
from unicodedata import east_asian_width

from timesheet.domain.alphabet import alphabetical
from timesheet.domain.audit.event import FORMER as STAND_IN
from timesheet.domain.message import message

FORMER = message("Former user")
HIDDEN = message("Name hidden in Jira")
DISTINGUISHING_CHARACTERS = 4
WIDE = ("W", "F")
"""The widths, as Unicode names them, of characters that take the room of two letters."""


@dataclass(frozen=True, slots=True)
class Person:
    """A person by account id.

    ``active`` is False if deactivated in Jira, ``known`` is False if the account is closed.
    """

    account_id: str
    name: str
    active: bool = True
    known: bool = True

    @property
    def initials(self) -> str:
        """Return one or two letters that represent the name in a small circle, or one wide character."""
        words = self.name.split()
        letters = "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper() or "?"
        return letters[0] if any(east_asian_width(letter) in WIDE for letter in letters) else letters


@dataclass(frozen=True, slots=True)
class JiraGroup:
    """A Jira group; its name may change, its id does not."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Project:
    """A Jira project that the viewer may browse."""

    id: int
    key: str
    name: str


def former(account_id: str) -> Person:
    """Return the entry for a person whose account is closed, about whom Jira reveals nothing.

    If their data is erased too, a few letters of the pseudonym distinguish them from other former users.
    """
    mark = account_id.removeprefix(STAND_IN)[:DISTINGUISHING_CHARACTERS]
    name = message("Former user {mark}", mark=mark) if erased(account_id) else FORMER
    return Person(account_id, name, active=False, known=False)


def erased(account_id: str) -> bool:
    """Return True for the pseudonym of an erased person, about whom Jira cannot be asked."""
    return account_id.startswith(STAND_IN)


def by_name(person: Person) -> tuple[bool, str, str]:
    """Return a sort key: by name ignoring case, closed accounts last."""
    return not person.known, alphabetical(person.name), person.account_id
