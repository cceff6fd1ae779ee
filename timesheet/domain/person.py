"""People and groups as Jira shows them. Names are read when needed and never stored."""

from __future__ import annotations

from dataclasses import dataclass

FORMER = "Former user"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody by account id. Not ``active``: deactivated in Jira; not ``known``: the account is closed."""

    account_id: str
    name: str
    active: bool = True
    known: bool = True

    @property
    def initials(self) -> str:
        """One or two letters that stand for the name in a small circle."""
        words = self.name.split()
        return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper() or "?"


@dataclass(frozen=True, slots=True)
class Group:
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
    """Somebody whose account is closed: Jira tells nothing of him any more."""
    return Person(account_id, FORMER, active=False, known=False)


def by_name(person: Person) -> tuple[bool, str, str]:
    """Sort key: by name without regard to case, closed accounts last."""
    return not person.known, person.name.casefold(), person.account_id
