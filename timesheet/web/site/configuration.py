"""The configuration of a site, for Jira admins: its general settings, and what is stored about the site."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from babel.numbers import format_decimal
from flask import Blueprint, Response, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from timesheet.domain.audit.event import SHORTEST_RETENTION
from timesheet.domain.errors import InvalidInput, TimesheetError
from timesheet.domain.identifier import is_number
from timesheet.domain.language import ENGLISH, LANGUAGES
from timesheet.domain.message import message
from timesheet.domain.timer import TIMER_ROUNDING_NAMES
from timesheet.services.audit.upkeep import would_drop
from timesheet.services.ports.settings import SiteSettings
from timesheet.services.site.command import SaveSettings
from timesheet.services.site.setting import (
    SETTING_NAMES,
    WEEK_START_NAMES,
    read_retention,
    save_settings,
    shortens,
    zone_names,
)
from timesheet.version import VERSION
from timesheet.web.http.access import takes
from timesheet.web.http.context import current
from timesheet.web.http.dates import date_and_time
from timesheet.web.http.form import ConflictView, Form, answer_change, sent
from timesheet.web.http.htmx import wants_fragment
from timesheet.web.http.language import _, _n, list_values, localize, paint_first, reader_locale
from timesheet.web.site.section import SECTIONS, show_section

blueprint = Blueprint("configuration", __name__)

PROJECTS = "timer_projects"
SAVED = message("The settings are saved. Timesheets that are open show the change within ten minutes.")


@dataclass(frozen=True, slots=True)
class Retention:
    """The effect of a retention time in words: ``events`` (``count``) are deleted, up to ``through``, of ``at``."""

    days: int | None
    shortens: bool
    events: str = ""
    through: str = ""
    at: str = ""
    count: int = 0


@blueprint.get("/configure")
@takes("page", "session", "context", permission="jira-admin")
def show_configuration() -> str:
    """Show the page, or its general section for htmx; Jira's link to another section opens that one."""
    endpoint = {name: endpoint for name, _, endpoint in SECTIONS}.get(request.args.get("section", ""))
    if endpoint and not wants_fragment():
        paint_first()
        return render_template("site/configuration/page.html", opening=url_for(endpoint))
    return _show(_form_of(current().settings.read_site()))


@blueprint.post("/configure")
@takes("session", "context", permission="jira-admin")
def save_configuration() -> Response:
    """Save the general settings; after a conflict, show both values."""
    context = current()
    form = replace(_typed_settings(request.form), stored=_form_of(context.settings.read_site()).values)
    return answer_change(
        form,
        lambda: save_settings(context.settings, sent(SaveSettings)),
        lambda settings: _show(_form_of(settings, SAVED)),
        _show,
        ConflictView(SiteSettings, _form_of, _in_words),
    )


@blueprint.get("/configure/retention")
@takes("session", "context", permission="jira-admin")
def show_retention() -> str:
    """Show what the typed retention time would do to the audit events."""
    form = Form({"audit_days": request.args.get("audit_days", "")})
    return render_template("site/configuration/_retention.html", form=form, retention=_retention(form))


@blueprint.get("/configure/site")
@takes("page", "session", "context", permission="jira-admin")
def show_site() -> str:
    """Show what is known about the site, and what the app stores."""
    return show_section("site", "site/configuration/_site.html", site=current().site, version=VERSION)


def _with_unknown(names: Mapping[str, str], chosen: str) -> Mapping[str, str]:
    """Return the choices, with the chosen one if only a newer release knows it: saving must not change it."""
    return names if chosen in names else {**names, chosen: chosen}


def _show(form: Form) -> str:
    languages = {"" if code == ENGLISH else code: name for code, name in LANGUAGES.items()}
    return show_section(
        "general",
        "site/configuration/_general.html",
        form=form,
        zones=zone_names(),
        names=SETTING_NAMES,
        week_starts=WEEK_START_NAMES,
        languages=_with_unknown(languages, form.values["language"]),
        retention=_retention(form),
        shortest=SHORTEST_RETENTION,
        roundings=_with_unknown(TIMER_ROUNDING_NAMES, form.values["timer_rounding"]),
        projects=_projects(form.values[PROJECTS]),
    )


def _in_words(name: str, text: str) -> str:
    """Return the value of a field as people read it."""
    if name == "audit_days":
        return _n("{count} day", "{count} days", int(text)) if text else _("forever")
    if name == PROJECTS:
        return list_values(_projects(text).values()) or _("All projects")
    if name == "timer_rounding":
        return localize(TIMER_ROUNDING_NAMES.get(text, text))
    if name == "language":
        return LANGUAGES.get(text or ENGLISH, text)
    return localize(WEEK_START_NAMES.get(text, text)) if name == "week_start" else text


def _projects(text: str) -> dict[int, str]:
    """Return projects by id, each with its key and name as far as the admin may see it."""
    ids = [int(part) for part in text.split(",") if part]
    try:
        found = current().directory.read_projects(ids) if ids else {}
    except TimesheetError:
        found = {}
    hidden = {number: _("Project {id} (hidden from you, or gone)", id=number) for number in ids}
    return hidden | {number: f"{project.key} {project.name}" for number, project in found.items()}


def _typed_settings(values: MultiDict[str, str]) -> Form:
    typed = {name: values.get(name, "").strip() for name in SETTING_NAMES}
    typed[PROJECTS] = ",".join(sorted(filter(is_number, values.getlist("timer_project")), key=int))
    return Form(typed, values.get("version", ""))


def _form_of(settings: SiteSettings, note: str = "") -> Form:
    stored = {name: getattr(settings, name) for name in SETTING_NAMES}
    values = {name: "" if value is None else str(value) for name, value in stored.items()}
    return Form(values, str(settings.version), values, note=note)


def _retention(form: Form) -> Retention | None:
    """Return the effect of the form’s retention time; None for one that cannot be saved."""
    context = current()
    try:
        days = read_retention(form.values["audit_days"])
    except InvalidInput:
        return None
    stored_days = context.settings.read_site().audit_days
    loss = would_drop(context.audit, days, context.clock()) if days else None
    if loss is None:
        return Retention(days, shortens(stored_days, days))
    profile = context.profile()
    locale = reader_locale(profile.locale)
    return Retention(
        days,
        shortens(stored_days, days),
        str(format_decimal(loss.events, locale=locale)),
        str(format_decimal(loss.through, locale=locale)),
        date_and_time(loss.at, profile.zone, locale),
        loss.events,
    )
