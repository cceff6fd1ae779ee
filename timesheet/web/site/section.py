"""The parts that all sections of the configuration share: the list of sections, and saving."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response, make_response, render_template, request

from timesheet.domain.errors import NotFound
from timesheet.domain.message import message
from timesheet.web.http.htmx import wants_fragment
from timesheet.web.http.language import localize

SECTIONS = (
    ("general", message("General"), "configuration.show_configuration"),
    ("periods", message("Periods"), "period_rule.show_rule"),
    ("permissions", message("Permissions"), "site_permission.show_permissions"),
    ("calendars", message("Global calendars"), "global_calendar.show_calendars"),
    ("schemes", message("Workload schemes"), "workload_scheme.show_schemes"),
    ("legends", message("Absence types"), "legend.show_legends"),
    ("attributes", message("Attributes"), "attribute.show_attributes"),
    ("labels", message("User labels"), "label.show_labels"),
    ("transfer", message("Export and import"), "transfer.show_transfer"),
    ("people", message("Personal data"), "privacy.show_people"),
    ("jobs", message("Jobs"), "job.show_jobs"),
    ("site", message("Site"), "configuration.show_site"),
)


def show_section(name: str, content: str, **values: object) -> str:
    """Show the page on a plain load, otherwise the list of sections with one of them. ``content`` is its template."""
    whole = request.method == "GET" and not wants_fragment()
    template = "site/configuration/page.html" if whole else "site/configuration/_configuration.html"
    return render_template(template, sections=SECTIONS, section=name, content=content, **values)


def show_after(section: str, sentence: str, *, flagged: bool = True, failed: bool = False) -> str:
    """Show a section after a dialog closes; ``flagged`` also shows the message as a flag, ``failed`` as an error."""
    done = render_template("site/configuration/_done_oob.html", said=sentence, flagged=flagged, failed=failed)
    return section + done


def show_or_list(show: Callable[[], str | Response], show_list: Callable[[], str]) -> Response:
    """Show something of a list, or the list without it if somebody has deleted it since the list was shown."""
    try:
        return make_response(show())
    except NotFound as gone:
        if request.method == "GET" and not wants_fragment():
            raise
        return make_response(show_after(show_list(), localize(gone.sentence), failed=True), 404)
