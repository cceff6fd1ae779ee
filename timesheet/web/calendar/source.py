"""Add days to a global calendar from public holidays, another year, or a file, after a preview."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, make_response, render_template, request
from werkzeug.datastructures import MultiDict

from timesheet.domain.errors import InvalidInput
from timesheet.domain.export_text import file_name
from timesheet.domain.identifier import read_id
from timesheet.domain.name import LONGEST_NAME
from timesheet.services.calendar.command import read_days
from timesheet.services.calendar.global_calendar import (
    DayOffer,
    offer_copy,
    offer_file,
    offer_holidays,
    take_offer,
)
from timesheet.services.ports.calendar import LARGEST_FILE
from timesheet.web.calendar.draft import CalendarDraft, read_dates, read_draft, read_year, write_days
from timesheet.web.calendar.global_calendar import draft_form, show_draft
from timesheet.web.calendar.global_calendar_year import YearView
from timesheet.web.http.access import takes
from timesheet.web.http.context import Context, current
from timesheet.web.http.csv_file import taken_as
from timesheet.web.http.dependencies import dependencies
from timesheet.web.http.fields import read_upload
from timesheet.web.http.form import sent_fields
from timesheet.web.http.language import _, localize, reader_locale
from timesheet.web.site.section import show_after

blueprint = Blueprint("calendar_source", __name__, url_prefix="/configure/calendars")

LONGEST_CODE = 20


@blueprint.post("/holidays")
@takes("session", "context", permission="jira-admin")
def holidays() -> Response:
    """Show a country, a region, and a year to choose, and what its public holidays would add."""
    context, draft = current(), read_draft()
    holidays, chosen = dependencies().files.holidays, _chosen(request.form, draft)
    locale = str(reader_locale(context.profile().locale))
    country = chosen["country"]
    languages = holidays.languages(country, locale)
    language = chosen["language"] if chosen["language"] in {place.code for place in languages} else ""
    language = language or (languages[0].code if languages else "")
    regions = holidays.regions(country)
    region = chosen["region"] if chosen["region"] in {place.code for place in regions} else ""
    countries = holidays.countries(locale)
    places = [
        *(one for one in regions if one.code == region),
        *(one for one in countries if one.code == country),
    ]
    offer, errors = None, dict[str, str]()
    if country:
        try:
            year = read_year(chosen["holiday_year"])
            offer = offer_holidays(holidays, draft.calendar.days, (country, region), year, language)
        except InvalidInput as error:
            errors[error.field] = localize(error.sentence)
    html = render_template(
        "calendar/global_calendar/_holidays.html",
        **_offer_values(context, draft, offer),
        chosen=chosen | {"region": region, "language": language},
        countries=countries,
        place=places[0].name if places else "",
        regions=regions,
        languages=languages,
        errors=errors,
    )
    return make_response(html, 422 if errors else 200)


@blueprint.post("/copy")
@takes("session", "context", permission="jira-admin")
def copy_year() -> str:
    """Offer the days of the year shown on the same dates of the next one."""
    context, draft = current(), read_draft()
    target = read_year(str(draft.year + 1))
    offer = offer_copy(draft.calendar.days, draft.year, target)
    return render_template(
        "calendar/global_calendar/_copy.html", **_offer_values(context, draft, offer), target=target
    )


@blueprint.post("/import")
@takes("session", "context", permission="jira-admin", costly=True)
def import_file() -> Response:
    """Show a file to choose, and what its days would add; an invalid file is refused whole, with the line."""
    context, draft = current(), read_draft()
    offer, error = None, ""
    if "file" in request.files:
        try:
            days = dependencies().files.calendar_files.read(read_upload(".ics", LARGEST_FILE), draft.year)
            offer = offer_file(context.stores, draft.calendar.days, days, _("Day off"))
        except InvalidInput as trouble:
            error = localize(trouble.sentence)
    html = render_template(
        "calendar/global_calendar/_import.html",
        **_offer_values(context, draft, offer),
        error=error,
        most=LARGEST_FILE // 1024,
    )
    return make_response(html, 422 if error else 200)


@blueprint.post("/take")
@takes("session", "context", permission="jira-admin")
def take() -> str:
    """Return the editor with the offered days; they are in the draft until Save stores them.

    A calendar without a name gets that of the place whose holidays they are.
    """
    context, draft = current(), read_draft()
    offered = read_days(sent_fields(), "offered")
    replacing = read_dates(request.form.getlist("replace"))
    days = take_offer(draft.calendar.days, offered, replacing)
    year = offered[0].date.year if offered else draft.year
    name = draft.calendar.name or request.form.get("place", "")[:LONGEST_NAME]
    taken = CalendarDraft(replace(draft.calendar, name=name, days=days), year)
    sentence = _("Changes are listed below the year, and stored when you save.")
    return show_after(show_draft(context, taken, draft_form(context, taken)), sentence, flagged=False)


@blueprint.get("/<calendar_id>/file")
@takes("session", "context", permission="jira-admin", costly=True)
def export(calendar_id: str) -> Response:
    """Return the stored calendar as an iCalendar file."""
    context = current()
    calendar = context.stores.calendars.get(read_id(calendar_id))
    legends = [replace(one, title=localize(one.title)) for one in context.stores.legends.all()]
    data = dependencies().files.calendar_files.write(calendar, legends, context.clock())
    answer = make_response(data)
    answer.headers["Content-Type"] = "text/calendar; charset=utf-8"
    return taken_as(answer, file_name(calendar.name, "ics"))


def _chosen(values: MultiDict[str, str], draft: CalendarDraft) -> dict[str, str]:
    names = ("country", "region", "language")
    chosen = {name: values.get(name, "")[:LONGEST_CODE] for name in names}
    return chosen | {"holiday_year": values.get("holiday_year", str(draft.year))[:4]}


def _offer_values(context: Context, draft: CalendarDraft, offer: DayOffer | None) -> dict[str, object]:
    """Return an offer in words: new days, existing days, and conflicts."""
    if offer is None:
        return {"offer": None, "draft": draft}
    view = YearView(context.stores.legends.all(), 0, reader_locale(context.profile().locale))
    return {
        "offer": offer,
        "draft": draft,
        "offered": write_days(offer.days),
        "added": view.lines(offer.preview.added),
        "same": view.lines(offer.preview.same),
        "conflicting": [
            (view.name(new.date), new.date, view.entry(current), view.entry(new))
            for current, new in offer.preview.conflicting
        ],
        "left_out": view.lines(offer.left_out),
    }
