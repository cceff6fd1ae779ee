"""The parts that all sections of the configuration share: the list of sections, and saving."""

from __future__ import annotations

from flask import render_template, request

from timesheet.domain.message import message
from timesheet.web.http.htmx import wants_fragment

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


def show_after(section: str, sentence: str, *, flagged: bool = True) -> str:
    """Show a section after a dialog has saved and closes; ``flagged`` also shows the message as a flag."""
    return section + render_template("site/configuration/_done_oob.html", said=sentence, flagged=flagged)
