"""The configuration of a site, for Jira admins: settings in sections, saved with one button."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from zoneinfo import available_timezones

from flask import Blueprint, Response, make_response, render_template, request
from werkzeug.datastructures import MultiDict

from timesheet.domain.errors import Conflict, InvalidInput, NotFound
from timesheet.services.ports import SiteSettings
from timesheet.version import VERSION
from timesheet.web.auth import takes
from timesheet.web.context import Context, current
from timesheet.web.htmx import wants_fragment

blueprint = Blueprint("configuration", __name__)

SECTIONS = (("general", "General"), ("site", "Site"))
FIELDS = (("fallback_zone", "Fallback time zone"), ("week_start", "Week starts on"))
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
WEEK_STARTS = (
    ("locale", "As usual where each person lives"),
    *((str(number), name) for number, name in enumerate(WEEKDAYS)),
)
SAVED = "The settings are saved. Open timesheets follow within ten minutes."
UNSPOKEN = ("posix/", "right/", "Etc/", "SystemV/", "US/")


@dataclass(frozen=True, slots=True)
class SettingsForm:
    """The fields as text. ``errors`` holds a sentence, ``theirs`` what somebody else saved, each by field."""

    fallback_zone: str
    week_start: str
    version: str
    errors: dict[str, str]
    theirs: dict[str, str]


@blueprint.get("/configure")
@takes("page", "session", "context", permission="jira-admin")
def show_configuration() -> str:
    """The page, or one section of it for htmx."""
    section = request.args.get("section", SECTIONS[0][0])
    if section not in dict(SECTIONS):
        raise NotFound("There is no such section.")
    context = current()
    return _render(context, section, _form_of(context.settings.read_site()))


@blueprint.post("/configure")
@takes("session", "context", permission="jira-admin")
def save_configuration() -> Response:
    """Save the general settings; where somebody else saved meanwhile, both values are shown."""
    context, form = current(), _read_form(request.form)
    try:
        stored = context.settings.save_site(_settings_of(form))
    except InvalidInput as error:
        return make_response(
            _render(context, "general", replace(form, errors={error.field: error.sentence})), 422
        )
    except Conflict as conflict:
        stored = (
            conflict.current if isinstance(conflict.current, SiteSettings) else context.settings.read_site()
        )
        return make_response(_render(context, "general", _beside(form, stored)), 409)
    return make_response(_render(context, "general", _form_of(stored), SAVED))


@lru_cache(maxsize=1)
def zone_names() -> tuple[str, ...]:
    """The zones to choose from: UTC and the named places, without aliases nobody chooses."""
    places = (name for name in available_timezones() if "/" in name and not name.startswith(UNSPOKEN))
    return ("UTC", *sorted(places))


def _render(context: Context, section: str, form: SettingsForm, saved: str = "") -> str:
    whole = request.method == "GET" and not wants_fragment()
    return render_template(
        "configuration/page.html" if whole else "configuration/_configuration.html",
        sections=SECTIONS,
        section=section,
        form=form,
        saved=saved,
        zones=zone_names(),
        week_starts=WEEK_STARTS,
        fields=FIELDS,
        site=context.site,
        version=VERSION,
    )


def _read_form(values: MultiDict[str, str]) -> SettingsForm:
    zone, start = values.get("fallback_zone", "").strip(), values.get("week_start", "")
    return SettingsForm(zone, start, values.get("version", ""), {}, {})


def _form_of(settings: SiteSettings) -> SettingsForm:
    return SettingsForm(settings.fallback_zone, settings.week_start, str(settings.version), {}, {})


def _settings_of(form: SettingsForm) -> SiteSettings:
    """What the form sets; a zone counts in any case of letters. Raises InvalidInput naming the field."""
    zone = next((name for name in zone_names() if name.casefold() == form.fallback_zone.casefold()), None)
    if zone is None:
        sentence = "There is no such time zone. Choose one from the list, like Europe/Berlin."
        raise InvalidInput(sentence, field="fallback_zone")
    if form.week_start not in dict(WEEK_STARTS):
        raise InvalidInput("Choose a weekday, or each person’s own habit.", field="week_start")
    if not (form.version.isascii() and form.version.isdigit() and len(form.version) < 10):
        raise InvalidInput("This page is out of date. Reload it.", field="form")
    return SiteSettings(zone, form.week_start, int(form.version))


def _beside(form: SettingsForm, stored: SiteSettings) -> SettingsForm:
    """What was typed, with what somebody else saved beside it; saving again puts it over theirs."""
    theirs = _form_of(stored)
    differing = {
        name: getattr(theirs, name) for name, _ in FIELDS if getattr(theirs, name) != getattr(form, name)
    }
    shown = {name: dict(WEEK_STARTS).get(text, text) for name, text in differing.items()}
    return replace(form, version=theirs.version, theirs=shown)
