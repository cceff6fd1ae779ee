"""The chart of the audit log: events a day, counted in steps."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from html import unescape

import pytest

from tests.services.support.team_scene import ADMIN
from tests.web.support.audit_site import AuditSite, draft, listed
from timesheet.adapters.db.audit import find as audit_find
from timesheet.adapters.db.audit import page as audit_page
from timesheet.domain.audit.action import Action


def test_activity_is_drawn_on_its_axis_with_days_under_it(audit: AuditSite) -> None:
    audit.record_day()
    html = (
        audit.as_(ADMIN)
        .get("/audit", view="activity", time="range", first="2026-11-20", last="2026-11-24")
        .text
    )
    assert 'preserveAspectRatio="none"' in html
    assert "<span>Fri 20 Nov</span><span>Tue 24 Nov</span>" in html
    assert re.search(r": (\d+) events, at most \1 a day", html)


def test_activity_is_counted_a_look_at_a_time_and_goes_on_by_itself(
    audit: AuditSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    audit.record(*(draft(Action.SETTING_CHANGED, minutes=number) for number in range(30)))
    chosen = {"view": "activity", "action": "setting", "time": "30d"}
    viewer = audit.as_(ADMIN)
    whole = viewer.get("/audit", **chosen).text
    assert "activity-on" not in whole
    monkeypatch.setattr(audit_find, "COUNTED", 7)
    monkeypatch.setattr(audit_page, "DAYS_AT_ONCE", 20)
    html = viewer.get("/audit", **chosen).text
    assert ": 7 events, at most 7 a day, counted so far …" in html
    on, looks = sent_on(html), 1
    assert on is not None
    sent = json.loads(on["values"])
    while on is not None:
        html = viewer.site.client.post(
            on["address"], data=json.loads(on["values"]), headers=viewer.headers
        ).text
        on, looks = sent_on(html), looks + 1
    assert looks == 6
    assert html.strip() == figures(whole)
    address = "/audit/activity?time=30d&action=setting"
    for wrong in ({"whole": "x"}, {"whole": "31"}, {"counts": "1,2,3"}, {"before": "-"}, {"counts": ""}):
        assert viewer.post(address, **{**sent, **wrong}).status_code == 422


def sent_on(html: str) -> Mapping[str, str] | None:
    """Return the request that continues an unfinished chart."""
    found = re.search(r'id="activity-on" hx-post="([^"]+)" hx-vals=\'([^\']+)\'', html)
    return {"address": unescape(found[1]), "values": found[2]} if found else None


def figures(html: str) -> str:
    """Return the chart and its table."""
    return html[html.index('<div class="scroll summary"') : html.index("<footer")].strip()


def test_the_activity_of_each_day_is_drawn_and_listed(audit: AuditSite) -> None:
    numbers = audit.record_day()
    html = audit.as_(ADMIN).get("/audit", view="activity", action="access.refused").text
    assert "<svg" in html
    assert ">1</td>" in html
    assert "1 event" in html
    assert "time=range&amp;first=2026-11-24&amp;last=2026-11-24" in html
    assert listed(html) == []
    long = audit.as_(ADMIN).get(
        "/audit", view="activity", time="range", first="2020-01-01", last="2026-11-24"
    )
    assert long.text.count('<th scope="row">') == 366 + 1
    assert numbers
