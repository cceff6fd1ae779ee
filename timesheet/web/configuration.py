"""The configuration of a site, for Jira admins: its general settings, and what is known of the site."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, request
from werkzeug.datastructures import MultiDict

from timesheet.services.ports import SiteSettings
from timesheet.services.site_setting import checked_settings, zone_names
from timesheet.version import VERSION
from timesheet.web.auth import takes
from timesheet.web.context import current
from timesheet.web.section import Form, answer_save, read_version, show_section

blueprint = Blueprint("configuration", __name__)

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
WEEK_STARTS = (
    ("locale", "Each person’s own locale"),
    *((str(number), name) for number, name in enumerate(WEEKDAYS)),
)
SAVED = "The settings are saved. Open timesheets follow within ten minutes."


@blueprint.get("/configure")
@takes("page", "session", "context", permission="jira-admin")
def show_configuration() -> str:
    """The page, or the general section of it for htmx."""
    return _show(_form_of(current().settings.read_site()))


@blueprint.post("/configure")
@takes("session", "context", permission="jira-admin")
def save_configuration() -> Response:
    """Save the general settings; where somebody else saved meanwhile, both values are shown."""
    context, form = current(), _read_form(request.form)
    return answer_save(
        form,
        lambda: _form_of(context.settings.save_site(_settings_of(request.form)), SAVED),
        lambda stored: _form_of(stored) if isinstance(stored, SiteSettings) else None,
        _show,
        lambda name, text: dict(WEEK_STARTS).get(text, text) if name == "week_start" else text,
    )


@blueprint.get("/configure/site")
@takes("page", "session", "context", permission="jira-admin")
def show_site() -> str:
    """What is known of the site, and what the app stores."""
    return show_section("site", "configuration/_site.html", site=current().site, version=VERSION)


def _show(form: Form) -> str:
    return show_section(
        "general", "configuration/_general.html", form=form, zones=zone_names(), week_starts=WEEK_STARTS
    )


def _read_form(values: MultiDict[str, str]) -> Form:
    zone, start = values.get("fallback_zone", "").strip(), values.get("week_start", "")
    return Form({"fallback_zone": zone, "week_start": start}, values.get("version", ""))


def _form_of(settings: SiteSettings, note: str = "") -> Form:
    values = {"fallback_zone": settings.fallback_zone, "week_start": settings.week_start}
    return Form(values, str(settings.version), values, note=note)


def _settings_of(values: MultiDict[str, str]) -> SiteSettings:
    """What the form sets; a zone counts in any case of letters. Raises InvalidInput naming the field."""
    zone, start = values.get("fallback_zone", ""), values.get("week_start", "")
    typed = replace(current().settings.read_site(), fallback_zone=zone, week_start=start)
    return replace(checked_settings(typed), version=read_version(values))
