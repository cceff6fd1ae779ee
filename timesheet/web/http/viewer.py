"""The viewer's view of time: profile, today, units, and the format of figures."""

from __future__ import annotations

from datetime import date

from timesheet.domain.figures import Figures
from timesheet.domain.identity import Profile, TimeTracking
from timesheet.services.site.command import DurationFormat
from timesheet.web.http.context import Context
from timesheet.web.http.dates import decimal_separator, first_weekday, locale_of
from timesheet.web.http.language import reader_locale


def tracking_of(context: Context) -> TimeTracking:
    """Return the length of a day and a week on this site."""
    return context.viewer_context.tracking


def today_of(context: Context, profile: Profile) -> date:
    """Return the viewer's date, in their own zone."""
    return context.clock().astimezone(profile.zone).date()


def week_start_of(context: Context, profile: Profile) -> int:
    """Return the weekday on which a week of this person starts (0 = Monday)."""
    return first_weekday(context.site_settings.week_start, locale_of(profile.locale))


def figures_of(context: Context, profile: Profile) -> Figures:
    """Return the time format of this person."""
    decimal = context.person_settings.duration_format == DurationFormat.DECIMAL
    return Figures(decimal, decimal_separator(reader_locale(profile.locale)))
