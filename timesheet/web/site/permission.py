"""Site permissions and module visibility: one form with the people each reaches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flask import Blueprint, Response, request
from werkzeug.datastructures import MultiDict

from timesheet.domain.alphabet import alphabetical
from timesheet.domain.errors import TimesheetError
from timesheet.domain.message import message
from timesheet.domain.permission import (
    MODULE_NAMES,
    SITE_PERMISSION_NAMES,
    WHOM_NAMES,
    Grant,
    Module,
    SitePermission,
    SitePermissions,
    Whom,
)
from timesheet.domain.person import by_name
from timesheet.services.site.command import SavePermissions
from timesheet.services.site.permission import save_permissions
from timesheet.services.viewer.person import name_groups
from timesheet.web.http.access import takes
from timesheet.web.http.context import Context, current
from timesheet.web.http.fields import read_valid_ids
from timesheet.web.http.form import ConflictView, Form, answer_change, sent
from timesheet.web.http.language import _, list_values, localize
from timesheet.web.site.section import show_section

blueprint = Blueprint("site_permission", __name__, url_prefix="/configure/permissions")

SAVED = message("The permissions are saved and take effect with the next request.")
HELP: Mapping[str, str] = {
    Module.TIMESHEET: message("The sheet in which people log their own time, and the panel on an issue."),
    Module.TEAMS: message("The list of teams, their overviews and settings, and members’ worklogs in them."),
    Module.REPORTS: message(
        "Time by any range and grouping: one’s own, and that of teams as far as their roles allow."
    ),
    Module.AUDIT: message("Who did what. Only auditors see it, even if it is open to more people here."),
    SitePermission.TEAM_MANAGERS: message("Create teams, and manage those that they lead."),
    SitePermission.TEAM_ADMINISTRATORS: message("Manage every team, with the rights of its lead."),
    SitePermission.AUDITORS: message("Read the audit log."),
    SitePermission.TIMERS: message("Measure time with a timer, in My Timesheet and on issues."),
    SitePermission.SUGGESTIONS: message(
        "See suggestions in My Timesheet, from what they did in Jira and from their own calendar files."
    ),
}


@dataclass(frozen=True, slots=True)
class Reach:
    """The people a module or permission reaches, with names to show."""

    name: str
    title: str
    help: str
    choices: tuple[tuple[str, str], ...]
    with_people: bool
    whom: str
    stored: str
    groups: tuple[tuple[str, str], ...]
    people: tuple[tuple[str, str], ...]


@blueprint.get("")
@takes("page", "session", "context", permission="jira-admin")
def show_permissions() -> str:
    """Show the current grants."""
    return _show(_form_of(current().stores.permissions.read()))


@blueprint.post("")
@takes("session", "context", permission="jira-admin")
def save() -> Response:
    """Save all grants; after a conflict, show both values."""
    context = current()
    return answer_change(
        _typed_permissions(request.form),
        lambda: save_permissions(context.stores.permissions, context.directory, sent(SavePermissions)),
        lambda permissions: _show(_form_of(permissions, SAVED)),
        _show,
        ConflictView(SitePermissions, _form_of, lambda _, text: _grant_text(context, text)),
    )


def _show(form: Form) -> str:
    context = current()
    grants = {name: _grant_of(text) for name, text in form.values.items()}
    names = _Names(context, grants.values())
    stored = {name: _grant_of(text).whom.value for name, text in form.stored.items()}
    modules = [_reach(names, module.value, MODULE_NAMES[module], grants, stored) for module in Module]
    permissions = [
        _reach(names, name.value, SITE_PERMISSION_NAMES[name], grants, stored, with_people=True)
        for name in SitePermission
    ]
    return show_section(
        "permissions",
        "site/permission/_permissions.html",
        form=form,
        modules=modules,
        permissions=permissions,
        unnamed=names.trouble,
    )


class _Names:
    """Names of the groups and people in grants; ids are shown for names that cannot be read at the moment."""

    def __init__(self, context: Context, grants: Iterable[Grant]) -> None:
        listed = list(grants)
        groups = sorted({group for grant in listed for group in grant.groups})
        people = sorted({person for grant in listed for person in grant.people})
        self._groups = name_groups(
            context.directory, context.cache, context.site.key, context.identity.account_id, groups
        )
        self.trouble, self._people = self._groups.trouble, dict[str, str]()
        try:
            found = sorted(context.team_context.people(people).values(), key=by_name)
            self._people = {person.account_id: localize(person.name) for person in found}
        except TimesheetError as error:
            self.trouble = error.sentence

    def groups(self, ids: Iterable[str]) -> tuple[tuple[str, str], ...]:
        """Return the id and the name of each group, sorted by name."""
        named = ((group, localize(self._groups.name(group))) for group in ids)
        return tuple(sorted(named, key=lambda pair: alphabetical(pair[1])))

    def people(self, ids: Iterable[str]) -> tuple[tuple[str, str], ...]:
        """Return account id and name, by name."""
        named = ((person, self._people.get(person, person)) for person in ids)
        return tuple(sorted(named, key=lambda pair: alphabetical(pair[1])))


def _reach(
    names: _Names,
    name: str,
    title: str,
    grants: Mapping[str, Grant],
    stored: Mapping[str, str],
    *,
    with_people: bool = False,
) -> Reach:
    grant, some = grants[name], _("Some groups or people") if with_people else _("Some groups")
    narrow = (Whom.NOBODY, Whom.ADMINS) if with_people else ()
    choices = tuple((whom.value, WHOM_NAMES[whom]) for whom in (*narrow, Whom.EVERYBODY))
    return Reach(
        name=name,
        title=title,
        help=HELP[name],
        choices=(*choices, (Whom.SOME.value, some)),
        with_people=with_people,
        whom=grant.whom.value,
        stored=stored[name],
        groups=names.groups(grant.groups),
        people=names.people(grant.people),
    )


def _grant_text(context: Context, text: str) -> str:
    """Return a grant in words."""
    grant = _grant_of(text)
    names = _Names(context, [grant])
    listed = [name for _, name in (*names.groups(grant.groups), *names.people(grant.people))]
    return list_values(listed) if grant.whom is Whom.SOME else localize(WHOM_NAMES[grant.whom])


def _form_of(permissions: SitePermissions, note: str = "") -> Form:
    values = {module.value: _text_of(permissions.module(module)) for module in Module}
    values |= {name.value: _text_of(permissions.permission(name)) for name in SitePermission}
    return Form(values, str(permissions.version), values, note=note)


def _typed_permissions(values: MultiDict[str, str]) -> Form:
    typed = {name: _text_of(_grant_as_typed(values, name)) for name in (*Module, *SitePermission)}
    stored = _form_of(current().stores.permissions.read()).values
    return Form(typed, values.get("version", ""), stored)


def _grant_as_typed(values: MultiDict[str, str], name: str) -> Grant:
    """Return the grant as the form shows it again; an invalid choice counts as the narrowest one."""
    whom = values.get(name, "")
    if whom != Whom.SOME:
        return Grant(Whom(whom) if whom in tuple(Whom) else Whom.SOME)
    return Grant(
        Whom.SOME, read_valid_ids(values, f"{name}-groups"), read_valid_ids(values, f"{name}-people")
    )


def _text_of(grant: Grant) -> str:
    """Return one line: whom, then groups, then people; ids contain neither spaces nor semicolons."""
    return ";".join((grant.whom.value, " ".join(sorted(grant.groups)), " ".join(sorted(grant.people))))


def _grant_of(text: str) -> Grant:
    whom, groups, people = text.split(";")
    return Grant(Whom(whom), frozenset(groups.split()), frozenset(people.split()))
