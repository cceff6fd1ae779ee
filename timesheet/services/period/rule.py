"""Preview and save the rule of a site's periods."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from timesheet.domain.errors import InvalidInput
from timesheet.domain.period.period import PeriodRule, check_rule, periods_in
from timesheet.domain.span import DateSpan
from timesheet.services.period.command import SaveRule
from timesheet.services.ports.stores import PeriodStore

AHEAD = timedelta(days=550)
PERIODS_SHOWN = 6


@dataclass(frozen=True, slots=True)
class RulePreview:
    """The next periods under a rule, and the reason why it cannot be saved, otherwise empty."""

    periods: tuple[DateSpan, ...]
    refusal: str = ""


def preview_rule(store: PeriodStore, rule: PeriodRule, today: date) -> RulePreview:
    """Return the current and the next periods under ``rule``; periods that a team closed stay as they are."""
    recorded = store.spans()
    periods = periods_in(rule, DateSpan(today, today + AHEAD), recorded)[:PERIODS_SHOWN]
    try:
        check_rule(rule, recorded)
    except InvalidInput as error:
        return RulePreview(periods, error.sentence)
    return RulePreview(periods)


def save_rule(store: PeriodStore, command: SaveRule) -> tuple[PeriodRule, int]:
    """Save the rule. Raise InvalidInput for the start if periods would overlap closed ones; Conflict with the
    stored rule.
    """
    check_rule(command.rule, store.spans())
    return store.save_rule(command.rule, command.version)
