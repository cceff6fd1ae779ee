"""The words for settings and their values in the audit log, which are those of the configuration screens."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from babel import Locale

from timesheet.domain.attribute.attribute import BUILT_IN, KIND_NAMES
from timesheet.domain.audit.action import ObjectKind
from timesheet.domain.audit.event import Origin
from timesheet.domain.calendar.legend import SYSTEM_LEGENDS
from timesheet.domain.calendar.workload_scheme import PRESETS
from timesheet.domain.message import message
from timesheet.domain.period.period import LENGTH_NAMES
from timesheet.domain.permission import MODULE_NAMES, SITE_PERMISSION_NAMES, TEAM_PERMISSION_NAMES
from timesheet.domain.team.group import trouble_sentence
from timesheet.domain.team.team import ROLE_NAMES
from timesheet.domain.timer import TIMER_ROUNDING_NAMES
from timesheet.services.privacy.privacy import ErasureReason
from timesheet.services.site.setting import SETTING_NAMES, WEEK_START_NAMES
from timesheet.web.audit.action_names import KINDS, action_words
from timesheet.web.audit.filter import OUTCOMES, TIMES
from timesheet.web.calendar.year import PART_NAMES
from timesheet.web.http.dates import short_date
from timesheet.web.http.errors import LAYERS
from timesheet.web.http.language import localize
from timesheet.web.site.section import SECTIONS

Words = Mapping[str, str]
ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
GRANT = frozenset({"whom", "groups", "people"})
ORIGINS: Mapping[Origin, str] = MappingProxyType(
    {
        Origin.PAGE: message("a page of the app"),
        Origin.WEBHOOK: message("a webhook of Jira"),
        Origin.LIFECYCLE: message("a lifecycle call of Jira"),
        Origin.COMMAND: message("the command line"),
        Origin.JOB: message("a job of the app"),
    }
)
STORED_IN_ENGLISH = frozenset({"permission"})
"""Events state the permission that was missing in English."""
_BUILT_IN_NAMES: Mapping[ObjectKind, frozenset[str]] = MappingProxyType(
    {
        ObjectKind.ROLE: frozenset(ROLE_NAMES.values()),
        ObjectKind.LEGEND: frozenset(legend.title for legend in SYSTEM_LEGENDS),
        ObjectKind.SCHEME: frozenset(name for name, _weekdays in PRESETS),
        ObjectKind.ATTRIBUTE: frozenset(attribute.name for attribute in BUILT_IN),
    }
)
_PARTS: Words = {str(part): words for part, words in PART_NAMES.items()}
_SETTINGS: Words = MappingProxyType(
    {
        **{str(name): words for name, words in (*MODULE_NAMES.items(), *SITE_PERMISSION_NAMES.items())},
        **SETTING_NAMES,
        "action": message("Action"),
        "added": message("Added"),
        "alone": message("Only as the actor"),
        "archived": message("Archived"),
        "as_closed": message("Figures as closed"),
        "attributes": message("Attributes"),
        "base_url": message("Address"),
        "by": message("Kind of export"),
        "calendar": message("Calendar"),
        "capacity": message("Capacity"),
        "changed": message("Changed"),
        "changed_by": message("Changed by"),
        "color": message("Color"),
        "colour": message("Color"),  # events of earlier versions
        "day": message("Work date"),
        "days": message("Days"),
        "default": message("Default"),
        "default_scheme": message("Default workload scheme"),
        "deleted": message("Deleted"),
        "description": message("Description"),
        "digest": message("SHA-256 of what was stored"),
        "erased": message("Erased"),
        "error": message("Error"),
        "events": message("Events"),
        "everywhere": message("For everybody"),
        "file_sha256": message("SHA-256 of the file"),
        "first": message("First day"),
        "first_event": message("First event"),
        "form": message("Format"),
        "format": message("Format"),
        "group": message("Group"),
        "groups": message("Groups"),
        "issue": message("Issue"),
        "jql": message("Filter (JQL)"),
        "joined": message("Joining date"),
        "kind": message("Kind"),
        "last": message("Last day"),
        "last_event": message("Last event"),
        "layer": message("Refusal"),
        "lead": message("Lead"),
        "leaves": message("Leaves"),
        "left": message("Leaving date"),
        "length": message("Length"),
        "letter": message("Letter"),
        "members": message("Members"),
        "method": message("Method"),
        "more_than": message("Limit"),
        "name": message("Name"),
        "narrowed_by_id": message("Narrowed by id"),
        "options": message("Options"),
        "outcome": message("Outcome"),
        "own": message("Only own time"),
        "people": message("People"),
        "permission": message("Permission"),
        "permissions": message("Permissions"),
        "person": message("Person"),
        "projects": message("Projects"),
        "reason": message("Reason"),
        "replace": message("Replace"),
        "replacement": message("Replacement"),
        "report": message("Report"),
        "required": message("Required"),
        "retired": message("Retired"),
        "roles": message("Roles"),
        "schemes": message("Workload schemes"),
        "seconds": message("Time"),
        "spent": message("Spent"),
        "start": message("Starts on"),
        "status": message("Status"),
        "subject": message("Subject"),
        "team": message("Team"),
        "teams": message("Teams"),
        "through": message("Through event"),
        "time": message("Time"),
        "title": message("Title"),
        "weekdays": message("Monday to Sunday"),
        "what": message("What"),
        "whom": message("For whom"),
        "whose": message("Whose time"),
        "within_seconds": message("Window in seconds"),
        "worked_from": message("Work date from"),
        "worked_to": message("Work date to"),
        "worklog": message("Worklog"),
        "worklogs": message("Worklogs"),
    }
)
READING_ORDER = (
    *("name", "title", "by", "format", "time", "first", "last", "first_event", "last_event"),
    *("joined", "left", "worked_from", "worked_to"),
)
"""The settings of an event that a reader expects first, with the ends of a range side by side."""
_MALFORMED = message("malformed token")
_REFUSALS: Words = MappingProxyType(
    {
        "audience": message("token for another app or site"),
        "bad-signature": message("wrong signature"),
        "life": message("token valid for too long"),
        "no-context-token": message("token that is not for calls of a page"),
        "not-yet": message("token that is not valid yet"),
        "other-client-key": message("call about another site"),
        "qsh": message("token for another request"),
        "short-secret": message("secret too short"),
        "type-of-aud": _MALFORMED,
        "type-of-exp": _MALFORMED,
        "type-of-iat": _MALFORMED,
        "type-of-iss": _MALFORMED,
        "type-of-nbf": _MALFORMED,
        "type-of-qsh": _MALFORMED,
        "type-of-sub": _MALFORMED,
        "wrong-algorithm": message("token signed in a way that is not allowed"),
    }
)
"""The reasons for which requests that named a known site were refused (``Unauthenticated.reason``)."""
_PAGES: Words = MappingProxyType(
    {
        "/audit": message("Audit log"),
        "/availability": message("Availability"),
        "/configure": message("Configuration"),
        "/history": message("My history"),
        "/reports": message("Reports"),
        "/suggestions": message("Suggestions"),
        "/teams": message("Teams"),
        "/teams/<team_id>/attributes": message("Attributes"),
        "/teams/<team_id>/general": message("General"),
        "/teams/<team_id>/groups": message("Groups"),
        "/teams/<team_id>/members": message("Members"),
        "/teams/<team_id>/periods": message("Periods"),
        "/teams/<team_id>/roles": message("Roles"),
        "/teams/<team_id>/schemes": message("Workload schemes"),
        "/teams/<team_id>/scope": message("Scope"),
        "/teams/<team_id>/settings": message("Settings"),
        "/teams/<team_id>/sync": message("Groups"),
        "/teams/<team_id>/worklogs": message("Worklogs"),
        "/templates": message("Templates"),
        "/timer": message("Timer"),
        "/timesheet": message("My Timesheet"),
        "/worklogs": message("Worklogs"),
        "/your-data": message("Your data"),
        **{f"/configure/{name}": title for name, title, _ in SECTIONS},
    }
)
"""The pages and their sections by the beginning of their address."""
_VALUES: Mapping[str, Words] = MappingProxyType(
    {
        "alone": {"1": message("Yes")},
        "permissions": {str(name): words for name, words in TEAM_PERMISSION_NAMES.items()},
        "week_start": WEEK_START_NAMES,
        "timer_rounding": TIMER_ROUNDING_NAMES,
        "layer": LAYERS,
        "days": _PARTS,
        "leaves": _PARTS,
        "by": {
            "days": message("By day"),
            "issues": message("By issue"),
            "report": message("Report"),
            "signing sheet": message("Timesheet to sign"),
            "worklogs": message("Worklogs"),
        },
        "format": {
            "csv": message("CSV"),
            "json": message("JSON"),
            "jsonl": message("JSON lines with proof"),
            "pdf": message("PDF"),
            "xlsx": message("Excel workbook"),
        },
        "kind": {str(kind): words for kind, words in (*KIND_NAMES.items(), *KINDS.items())},
        "length": {str(length): words for length, words in LENGTH_NAMES.items()},
        "outcome": OUTCOMES,
        "reason": {
            ErasureReason.ACCOUNT_CLOSED: message("account closed"),
            ErasureReason.ADMIN: message("erased by an admin"),
            ErasureReason.RESTORED: message("erased again after a restore"),
            **_REFUSALS,
        },
        "time": TIMES,
        "what": {"added": message("added"), "changed": message("changed"), "removed": message("removed")},
    }
)


def setting_words(key: str) -> str:
    """Return the name of a setting in words; one that this version does not know is its key."""
    if key in _SETTINGS:
        return localize(_SETTINGS[key])
    words = key.replace("_", " ")
    return words[:1].upper() + words[1:]


def reading_place(key: str) -> int:
    """Return the place of a setting in an event: those of READING_ORDER come first, the others keep their order."""
    return READING_ORDER.index(key) if key in READING_ORDER else len(READING_ORDER)


def name_words(kind: ObjectKind, name: str) -> str:
    """Return the name of an object; a built-in one, which events state in English, in the reader's language."""
    return localize(message(name)) if name in _BUILT_IN_NAMES.get(kind, ()) else name


def page_words(address: str) -> str | None:
    """Return the page or section that an address belongs to, in words; None for an address of no page."""
    parts = address.split("/")
    beginnings = ("/".join(parts[:length]) for length in range(len(parts), 1, -1))
    return next((localize(_PAGES[one]) for one in beginnings if one in _PAGES), None)


def value_words(key: str, value: str, locale: Locale) -> str | None:
    """Return a text value in words: an option, or a date in this locale; None if it is neither."""
    if key == "error":
        return localize(trouble_sentence(value))
    if key == "action":
        return action_words(value)
    if key in STORED_IN_ENGLISH:
        return localize(message(value))
    if found := _VALUES.get(key, {}).get(value):
        return localize(found)
    try:
        day = date.fromisoformat(value) if ISO_DATE.fullmatch(value) else None
    except ValueError:
        day = None
    return short_date(day, locale) if day else None
