"""The viewer's way to read time: the first day of their week, and the format of figures."""

from __future__ import annotations

from timesheet.domain.figures import Figures
from timesheet.domain.identity import Profile
from timesheet.services.site.command import DurationFormat
from timesheet.web.http.context import Context
from timesheet.web.http.dates import decimal_separator, first_weekday, locale_of
from timesheet.web.http.language import reader_locale


def week_start_of(context: Context, profile: Profile) -> int:
    """Return the weekday on which a week of this person starts (0 = Monday)."""
    return first_weekday(context.site_settings.week_start, locale_of(profile.locale))


def figures_of(context: Context) -> Figures:
    """Return the viewer's format of time."""
    decimal = context.person_settings.duration_format == DurationFormat.DECIMAL
    return Figures(decimal, decimal_separator(reader_locale(context.profile().locale)))
