"""Render people, worklogs, and times as Jira's JSON for one caller."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from jira_emulator.issue.adf import plain_text
from jira_emulator.issue.estimate import format_duration
from jira_emulator.language.translate import language_of, name_in, translate
from jira_emulator.model import Caller, Json, Person, WorklogRow
from jira_emulator.site import Site

RICH = "3"
VERSIONS = ("2", "3", "latest")
FORMER_USER = Person("unknown", "Former user", "", active=False, account_type="unknown", email_hidden=True)


def format_time(ms: int, zone: ZoneInfo) -> str:
    """Return epoch milliseconds in Jira's form, e.g. ``2021-01-17T12:34:00.000+0000``."""
    seconds, fraction = divmod(ms, 1000)
    when = datetime.fromtimestamp(seconds, zone)
    return f"{when:%Y-%m-%dT%H:%M:%S}.{fraction:03d}{when:%z}"


class Renderer:
    """Writes JSON for one caller: times in that caller's zone, other people's hidden fields left out.

    Version 3 has rich text as Atlassian documents; version 2, which is also ``latest``, has it as plain text.
    """

    def __init__(self, site: Site, caller: Caller, version: str = RICH) -> None:
        self.api = f"{site.base_url}/rest/api/{version}"
        self.plain = version != RICH
        self.site = site
        self.caller = caller
        self.zone = site.zone_of(caller)
        self.language = language_of(site.locale_of(caller))
        self._people: dict[str, Json] = {}

    def time(self, ms: int) -> str:
        """Return an instant in the caller's zone."""
        return format_time(ms, self.zone)

    def text(self, document: Json) -> Json | str:
        """Return a rich text as this version writes it."""
        return plain_text(document) if self.plain else document

    def name(self, name: str) -> str:
        """Return the name of a type, status, priority, or field in the caller's language."""
        return name_in(name, self.language)

    def say(self, sentence: str) -> str:
        """Return one of Jira's sentences in the caller's language."""
        return translate(sentence, self.language)

    def person(self, account_id: str) -> Json:
        """Return a person as seen by the caller; unknown accounts are former users."""
        cached = self._people.get(account_id)
        if cached is None:
            cached = self._people[account_id] = self._person(account_id)
        return cached

    def _person(self, account_id: str) -> Json:
        person = self.site.people.get(account_id, FORMER_USER)
        own = account_id == self.caller.account_id
        rendered: Json = {
            "self": f"{self.api}/user?accountId={account_id}",
            "accountId": account_id,
            "accountType": person.account_type,
            "avatarUrls": self.avatars("user", account_id),
            "displayName": person.display_name,
            "active": person.active,
        }
        if person.email and (own or not person.email_hidden) and self._may_see_emails():
            rendered["emailAddress"] = person.email
        if person.account_type != "unknown" and (own or not person.zone_hidden):
            rendered["timeZone"] = person.time_zone
        return rendered

    def _may_see_emails(self) -> bool:
        """Return whether the caller may see email addresses; apps need a scope from Atlassian for that."""
        return self.caller.app_key is None or "ACCESS_EMAIL_ADDRESSES" in self.caller.scopes

    def avatars(self, kind: str, owner: object) -> Json:
        """Return avatar addresses by size."""
        address = f"{self.api}/universal_avatar/view/type/{kind}/owner/{owner}"
        return {f"{size}x{size}": f"{address}?size={size}" for size in (16, 24, 32, 48)}

    def worklog(self, row: WorklogRow, *, properties: bool = False) -> Json:
        """Return a worklog; ``comment`` and ``visibility`` only if there is one."""
        shown: Json = {
            "self": f"{self.api}/issue/{row.issue_id}/worklog/{row.id}",
            "author": self.person(row.author),
            "updateAuthor": self.person(row.update_author),
            "created": self.time(row.created),
            "updated": self.time(row.updated),
            "started": self.time(row.started),
            "timeSpent": format_duration(row.seconds, self.site.time_tracking),
            "timeSpentSeconds": row.seconds,
            "id": str(row.id),
            "issueId": str(row.issue_id),
        }
        if row.comment is not None:
            shown["comment"] = self.text(row.comment)
        if row.restriction is not None:
            limit = row.restriction
            shown["visibility"] = {"type": limit.type, "value": limit.value, "identifier": limit.identifier}
        if properties:
            shown["properties"] = [{"key": k, "value": v} for k, v in (row.properties or {}).items()]
        return shown
