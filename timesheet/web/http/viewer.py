"""How the viewer wants to see things: profile, today, units and the way figures are printed."""

from __future__ import annotations

from datetime import date

from timesheet.domain.figures import Figures
from timesheet.domain.identity import Profile, TimeTracking
from timesheet.services.snapshot.own import (
    read_time_tracking,
)
from timesheet.web.http.context import Context
from timesheet.web.http.dates import (
    decimal_separator,
    locale_of,
)


def profile_of(context: Context) -> Profile:
    """The viewer's zone and locale."""
    return context.viewer_context.profile


def tracking_of(context: Context) -> TimeTracking:
    """What a day and a week mean on this site."""
    return read_time_tracking(context.jira, context.cache, context.identity)


def today_of(context: Context, profile: Profile) -> date:
    """The viewer's date, in his own zone."""
    return context.clock().astimezone(profile.zone).date()


def figures_of(context: Context, profile: Profile) -> Figures:
    """How this person wants time printed."""
    decimal = context.person_settings.duration_format == "decimal"
    return Figures(decimal, decimal_separator(locale_of(profile.locale)))
