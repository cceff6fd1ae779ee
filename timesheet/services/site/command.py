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
from timesheet.services.ports.settings import SiteSettings

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
    """The general settings of a site. ``let_go`` confirms a shorter time of audit events, by its number of days."""

    settings: SiteSettings
    let_go: int | None = None

    @classmethod
    def read(cls, fields: Fields) -> Self:
        settings = SiteSettings(
            fallback_zone=fields.text("fallback_zone"),
            week_start=fields.text("week_start"),
            audit_days=fields.number_or_none("audit_days", RETENTION),
            version=fields.version(),
            language=fields.text("language", ""),
            timer_rounding=fields.text("timer_rounding", ""),
            timer_projects=",".join(map(str, _projects(fields))),
        )
        return cls(settings, fields.number_or_none("let_go", UNCONFIRMED))


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
