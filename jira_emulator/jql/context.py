"""The caller's context of a query, and the meaning of names in it."""

from __future__ import annotations

from dataclasses import dataclass, field

from jira_emulator.issue.index import IndexView
from jira_emulator.jql.ast import Function, JqlError, JqlWarning, Value
from jira_emulator.jql.dates import Calendar
from jira_emulator.language.translate import language_of, name_in
from jira_emulator.model import Issue
from jira_emulator.permission import Permissions
from jira_emulator.site import Site

_NO_ISSUE_ID = "An issue with ID '{}' does not exist for field '{}'."
_NO_ISSUE_KEY = "An issue with key '{}' does not exist for field '{}'."
_NO_VALUE = "The value '{}' does not exist for the field '{}'."


@dataclass(frozen=True, slots=True)
class Context:
    """One caller's view of the site. The readers raise JqlError with Jira's sentence for what does not exist.

    ``warnings`` collects names that Jira ignores.
    """

    site: Site
    permissions: Permissions
    calendar: Calendar
    view: IndexView
    warnings: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, site: Site, permissions: Permissions, view: IndexView | None = None) -> Context:
        """Return the context of one request, with the site's clock read once; without a view, the current
        state is used.
        """
        calendar = Calendar(site.zone_of(permissions.caller), site.clock(), site.week_starts_on)
        return cls(site, permissions, calendar, view or site.index.present())

    def projects(self, value: Value, field: str) -> frozenset[object]:
        """Return the id of the browsable project with this key, name, or id."""
        wanted = value.text.lower()
        found = [
            p.id for p in self.permissions.projects() if wanted in (p.key.lower(), p.name.lower(), str(p.id))
        ]
        return _found(found, value, field)

    def types(self, value: Value, field: str) -> frozenset[object]:
        """Return the ids of the issue types with this name or id."""
        wanted = value.text.lower()
        found = [t.id for t in self.site.types.values() if wanted in (*self._names(t.name), str(t.id))]
        return _found(found, value, field)

    def statuses(self, value: Value, field: str) -> frozenset[object]:
        """Return the ids of the statuses with this name or id."""
        wanted = value.text.lower()
        found = [s.id for s in self.site.statuses.values() if wanted in (*self._names(s.name), str(s.id))]
        return _found(found, value, field)

    def categories(self, value: Value, field: str) -> frozenset[object]:
        """Return the ids of the status categories with this name, key, or id."""
        wanted = value.text.lower()
        known = (s.category for s in self.site.statuses.values())
        found = [c.id for c in known if wanted in (*self._names(c.name), c.key.lower(), str(c.id))]
        return _found(found, value, field)

    def _names(self, name: str) -> tuple[str, str]:
        """Return a name as it was given and in the caller's language, in lower case."""
        language = language_of(self.site.locale_of(self.permissions.caller))
        return name.lower(), name_in(name, language).lower()

    def people(self, value: Value, field: str) -> frozenset[object]:
        """Return account ids for an account id, a name, or an email address that is not hidden. Raise JqlWarning."""
        wanted = value.text
        if wanted in self.site.people:
            return frozenset((wanted,))
        low = wanted.lower()
        found = [
            p.account_id
            for p in self.site.people.values()
            if low == p.display_name.lower() or (low == p.email.lower() and not p.email_hidden)
        ]
        if not found:
            raise JqlWarning(_NO_VALUE.format(value.text, field))
        return frozenset(found)

    def keys(self, value: Value, field: str) -> frozenset[object]:
        """Return the id of the visible issue with this key or id."""
        return frozenset((self.issue(value, field).id,))

    def issue(self, value: Value, field: str) -> Issue:
        """Return the visible issue with this key or id."""
        issue = self.site.find_issue(value.text)
        if issue is None or not self.permissions.can_see(issue):
            sentence = _NO_ISSUE_ID if value.text.isdigit() else _NO_ISSUE_KEY
            raise JqlError(sentence.format(value.text, field))
        return issue

    def labels(self, value: Value, _field: str) -> frozenset[object]:
        """Return a label; Jira accepts any."""
        return frozenset((value.text.lower(),))

    def call_people(self, function: Function) -> frozenset[object]:
        """Return the account ids of ``currentUser()`` or ``membersOf(group)``."""
        name = function.name.lower()
        if name == "currentuser":
            return frozenset(filter(None, (self.permissions.caller.account_id,)))
        if name != "membersof":
            raise unknown_function(function)
        if len(function.arguments) != 1:
            count = len(function.arguments)
            raise JqlError(f"Function 'membersOf' expected '1' arguments but received '{count}'.")
        wanted = function.arguments[0]
        group = self.site.groups.get(wanted) or self.site.group_named(wanted)
        if group is None:
            raise JqlError(
                f"Function 'membersOf' can not generate a list of usernames for group '{wanted}'; the group does not "
                "exist."
            )
        return frozenset(group.members)

    def sprints(self, value: Value, field: str) -> frozenset[object]:
        """Return the sprints with an id or a name."""
        self.require_software(field)
        wanted = value.text.casefold()
        found = [s.id for s in self.site.sprints.values() if wanted in (str(s.id), s.name.casefold())]
        if not found:
            raise JqlError(
                f"Sprint with name '{value.text}' does not exist or you do not have permission to view it."
            )
        return frozenset(found)

    def call_sprints(self, function: Function) -> frozenset[object]:
        """Return the ids of ``openSprints()``, ``closedSprints()``, or ``futureSprints()``."""
        state = SPRINT_STATES.get(function.name.lower())
        if state is None:
            raise unknown_function(function)
        return frozenset(s.id for s in self.site.sprints.values() if s.state == state)

    def require_software(self, field: str) -> None:
        """Raise JqlError for a field of Jira Software on a site that does not have it."""
        if not self.site.jira_software:
            raise JqlError(f"Field '{field}' does not exist or you do not have permission to view it.")

    def call_types(self, function: Function) -> frozenset[object]:
        """Return the ids of ``standardIssueTypes()`` or ``subTaskIssueTypes()``."""
        name = function.name.lower()
        if name not in ("standardissuetypes", "subtaskissuetypes"):
            raise unknown_function(function)
        wanted = name == "subtaskissuetypes"
        return frozenset(t.id for t in self.site.types.values() if (t.level < 0) == wanted)


SPRINT_STATES = {"opensprints": "active", "closedsprints": "closed", "futuresprints": "future"}


def unknown_function(function: Function) -> JqlError:
    """Return Jira's sentence for a function that does not exist here."""
    return JqlError(f"Unable to find JQL function '{function.encoded}'.")


def _found(found: list[int] | list[str], value: Value, field: str) -> frozenset[object]:
    if not found:
        raise JqlError(_NO_VALUE.format(value.text, field))
    return frozenset(found)
