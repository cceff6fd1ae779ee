"""The rule of the site's periods: previewed before it is saved, and never over a closed period."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask

from tests.services.support.team_scene import LEAD
from tests.web.conftest import JiraSite
from tests.web.support.configuring import Admin, fields_of, make_admin
from tests.web.support.signing import SettableClock
from timesheet.domain.period.period import PeriodLength, PeriodRule


@pytest.fixture
def admin(app: Flask, site: JiraSite, clock: SettableClock) -> Admin:
    return make_admin(app, site, clock)


def stored(admin: Admin) -> PeriodRule:
    return admin.arrange(lambda scene: scene.stores.periods.rule())[0]


def close_october(admin: Admin) -> None:
    """Close October 2026 of a team over HTTP, with monthly periods."""
    team = admin.arrange(lambda scene: scene.team("Payments", LEAD))
    answer = admin.site.as_(LEAD).post(f"/teams/{team.id}/periods/close", period="2026-10-01")
    assert answer.status_code == 200, answer.text


def test_a_rule_is_shown_saved_and_there_the_next_time(admin: Admin) -> None:
    form = admin.form("periods")
    assert (form["length"], form["start"]) == ("monthly", "2024-01-01")
    change = {"length": "two-weekly", "start": "2026-11-02"}
    preview = admin.post("periods/preview", form | change)
    assert preview.status_code == 200
    assert "16–29 Nov 2026" in preview.text
    assert preview.text.count("14 days") == 6
    assert stored(admin).length is PeriodLength.MONTHLY
    answer = admin.post("periods", form | change)
    assert answer.status_code == 200
    assert "The periods are saved" in answer.text
    assert stored(admin) == PeriodRule(PeriodLength.TWO_WEEKLY, date(2026, 11, 2))
    assert admin.form("periods")["length"] == "two-weekly"


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"length": "daily"}, "length", "Choose how long"),
        ({"length": ""}, "length", "Choose how long"),
        ({"start": ""}, "start", "Choose the first day"),
        ({"start": "soon"}, "start", "is not a date"),
        ({"start": "0001-01-01"}, "start", "between 1971 and 9998"),
        ({"start": "2026-02-30"}, "start", "is not a date"),
        ({"version": "-1"}, "form", "out of date"),
    ],
    ids=str,
)
def test_what_is_not_a_rule_stays_in_the_form(
    admin: Admin, change: dict[str, str], field: str, words: str
) -> None:
    before = stored(admin)
    answer = admin.post("periods", admin.form("periods") | change)
    assert answer.status_code == 422
    assert words in answer.text
    if field != "form":
        assert f'id="{field}-error"' in answer.text
        assert words in admin.post("periods/preview", admin.form("periods") | change).text
    assert stored(admin) == before


def test_periods_that_would_overlap_a_closed_one_are_refused_with_both(admin: Admin) -> None:
    close_october(admin)
    form = admin.form("periods", length="two-weekly", start="2026-10-26")
    before = stored(admin)
    seen = admin.post("periods/preview", form)
    answer = admin.post("periods", form)
    assert answer.status_code == 422
    assert 'id="start-error"' in answer.text
    sentence = answer.text.split('id="start-error">')[1].split("</p>")[0]
    assert "2026" in sentence
    assert sentence in seen.text
    assert stored(admin) == before
    assert fields_of(answer.text)["start"] == "2026-10-26"


def test_two_admins_at_once_see_both_rules_in_words(admin: Admin) -> None:
    mine = admin.form("periods", length="weekly", start="2026-11-02")
    theirs = admin.form("periods", length="quarterly", start="2026-01-01")
    assert admin.post("periods", theirs).status_code == 200
    answer = admin.post("periods", mine)
    assert answer.status_code == 409
    assert "Currently saved: <b>Three months</b>" in answer.text
    assert "Currently saved: <b>Thursday, 1 January 2026</b>" in answer.text
    assert admin.post("periods", fields_of(answer.text)).status_code == 200
    assert stored(admin) == PeriodRule(PeriodLength.WEEKLY, date(2026, 11, 2))


def test_one_sites_periods_are_not_another_ones(
    app: Flask, admin: Admin, new_site: Callable[[str], JiraSite], clock: SettableClock
) -> None:
    assert admin.post("periods", admin.form("periods", length="weekly")).status_code == 200
    other = new_site("elsewhere")
    assert other.install().status_code == 204
    assert make_admin(app, other, clock).form("periods")["length"] == "monthly"
