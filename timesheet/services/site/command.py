"""Commands that change the configuration of a site, and the display settings of a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from timesheet.domain.audit.event import SHORTEST_RETENTION
from timesheet.domain.errors import InvalidInput
from timesheet.domain.language import LANGUAGES, TEST_LANGUAGES
from timesheet.domain.message import message
from timesheet.domain.permission import Grant, Module, SitePermission, Whom
from timesheet.services.command.fields import Fields

LONGEST_RETENTION = 36_500
RETENTION = message(
    "Type a whole number of days from {shortest_retention} to {longest_retention}, or leave it empty to keep "
    "them forever.",
    shortest_retention=SHORTEST_RETENTION,
    longest_retention=LONGEST_RETENTION,
)
UNCONFIRMED = message("Nothing is saved yet. Confirm that these events may be deleted.")
NO_REACH = message("Choose who it applies to.")
NO_START = message("Choose whether the data is kept.")
NO_FORMAT = message("Choose 1:30 or 1.50.")
MOST_PROJECTS = 200
TOO_MANY_PROJECTS = message("Choose at most {most} projects.", most=MOST_PROJECTS)
NO_LANGUAGE = message("Choose a language from the list.")


@dataclass(frozen=True, slots=True)
class SaveSettings:
    """The general settings of a site. ``audit_days``: how long audit events are kept, None forever.

    ``let_go`` confirms a shorter time: it must be the same number of days. ``language`` is that of people whose own
    the app does not have; empty is English. ``timer_projects`` are the ids of the projects with timers; none is all.
    """

    fallback_zone: str
    week_start: str
    audit_days: int | None
    version: int
    let_go: int | None = None
    language: str = ""
    timer_rounding: str = ""
    timer_projects: tuple[int, ...] = ()

    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(
            fields.text("fallback_zone"),
            fields.text("week_start"),
            fields.number_or_none("audit_days", RETENTION),
            fields.version(),
            fields.number_or_none("let_go", UNCONFIRMED),
            fields.text("language", ""),
            fields.text("timer_rounding", ""),
            _projects(fields),
        )


class InstallationStart(StrEnum):
    """The choice of how a new installation starts on a site that used the app before."""

    KEEP = "keep"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class MoveSite:
    """Move the data of an earlier installation to a new one, or start without data."""

    start: InstallationStart

    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(fields.choice("start", InstallationStart, NO_START))


@dataclass(frozen=True, slots=True)
class SavePermissions:
    """The people who may open each part of the app, and who have each site permission."""

    modules: Mapping[Module, Grant]
    permissions: Mapping[SitePermission, Grant]
    version: int

    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(
            {module: _grant(fields, module) for module in Module},
            {name: _grant(fields, name) for name in SitePermission},
            fields.version(),
        )


@dataclass(frozen=True, slots=True)
class SaveLabel:
    """A user label with all of its people."""

    id: str
    name: str
    color: str
    people: frozenset[str]
    version: int

    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(
            fields.id("id"),
            fields.text("name"),
            fields.text("color"),
            frozenset(fields.account_ids("people")),
            fields.version(),
        )


@dataclass(frozen=True, slots=True)
class DeleteLabel:
    """Delete a user label; its people lose it."""

    label_id: str

    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(fields.id("label_id"))


class DurationFormat(StrEnum):
    """The format in which a person sees durations: 1:30 or 1.50."""

    HM = "hm"
    DECIMAL = "decimal"


@dataclass(frozen=True, slots=True)
class ChooseFormat:
    """Show durations to this person in another format."""

    duration_format: DurationFormat

    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(fields.choice("duration_format", DurationFormat, NO_FORMAT, DurationFormat.HM))


@dataclass(frozen=True, slots=True)
class ChooseLastWeek:
    """Show or hide the rows of last week for this person."""

    shown: bool

    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(fields.flag("shown"))


@dataclass(frozen=True, slots=True)
class ChooseSuggestions:
    """Show or hide suggestions for this person."""

    shown: bool

    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(fields.flag("shown"))


@dataclass(frozen=True, slots=True)
class ChooseLanguage:
    """Show the app to this person in another language; empty means that of their Jira."""

    language: str

    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(_language(fields))


def _language(fields: Fields) -> str:
    """Return a language of the app, or an empty text."""
    code = fields.text("language", "")
    if code and code not in LANGUAGES and code not in TEST_LANGUAGES:
        raise InvalidInput(NO_LANGUAGE, field=fields.at("language"))
    return code


def _projects(fields: Fields) -> tuple[int, ...]:
    """Return the ids of the projects with timers, each once."""
    ids = tuple(sorted(set(fields.numbers("timer_project", "timer_projects"))))
    if len(ids) > MOST_PROJECTS:
        raise InvalidInput(TOO_MANY_PROJECTS, field=fields.at("timer_project", "timer_projects"))
    return ids


def _grant(fields: Fields, name: str) -> Grant:
    """Return a grant; if it is for *some*, its groups and people are in separate fields."""
    whom = fields.choice(name, Whom, NO_REACH)
    if whom is not Whom.SOME:
        return Grant(whom)
    groups = fields.group_ids(f"{name}-groups", name)
    people = fields.account_ids(f"{name}-people", name)
    return Grant(whom, frozenset(groups), frozenset(people))
