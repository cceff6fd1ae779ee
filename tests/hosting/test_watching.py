"""Alerts and the dashboard ask for metrics that the app has, with labels that they have."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import yaml

from tests.adapters.support.roles import migrate
from tests.hosting.test_image import HOSTING
from timesheet.adapters.prometheus.meter import PrometheusMeter
from timesheet.bootstrap.app import close_app, create_app
from timesheet.domain.errors import AppBusy, JiraBusy, JiraUnavailable
from timesheet.settings import ROOT, Settings

SETTINGS = {
    "BASE_URL": "https://timesheet.example.com",
    "ENCRYPTION_KEYS": "b25lLWtleS1mb3ItdGVzdHMtdGhpcnR5LXR3by1ieXQ=",
    "SIGNING_KEY": "a signing key that is long enough for tests",
    "METRICS_TOKEN": "a token that is long enough",
}
METRIC = re.compile(r"timesheet_\w+")
SELECTOR = re.compile(r"(timesheet_\w+)\{([^}]*)\}")
INCREASE = re.compile(r"increase\((timesheet_\w+)(?:\{\w+=~?\"([^\"]*)\"\})?")
GROUPED = re.compile(r"by \(([\w, ]+)\) \((.*)")
RULES: list[dict[str, Any]] = [
    rule
    for group in yaml.safe_load((HOSTING / "prometheus-rules.yaml").read_text())["groups"]
    for rule in group["rules"]
]
BOARD: dict[str, Any] = json.loads((HOSTING / "grafana.json").read_text())
ALERTS = {rule["alert"]: rule["expr"] for rule in RULES}
PANELS = {
    f"{panel['title']} {target['refId']}": target["expr"]
    for panel in BOARD["panels"]
    for target in panel["targets"]
}
ASKED = ALERTS | PANELS


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """Return every metric that ``/metrics`` shows, with its labels."""
    url = f"sqlite:///{tmp_path_factory.mktemp('watching') / 'timesheet.db'}"
    migrate(url, url)
    app = create_app(Settings.from_environ({**SETTINGS, "DATABASE_URL": url}))
    meter = app.extensions["timesheet"].operation.meter
    meter.answered("/healthz", "GET", 200, 0.1)
    meter.called_jira("GET myself", 200, 0.1)
    meter.spent("GET myself", 3, background=False)
    meter.turned_away("silent")
    meter.refused_token("qsh")
    meter.found()
    meter.audited("security.cross_site", "refused")
    answer = app.test_client().get(
        "/metrics", headers={"Authorization": f"Bearer {SETTINGS['METRICS_TOKEN']}"}
    )
    assert answer.status_code == 200
    close_app(app)
    found: dict[str, set[str]] = {}
    for line in answer.text.splitlines():
        if named := METRIC.match(line):
            found.setdefault(named[0], set()).update(re.findall(r"(\w+)=\"", line))
    return found


def faults_of(expression: str, shown: dict[str, set[str]]) -> list[str]:
    """Return the metrics and labels of a question that are not there, and brackets that do not match."""
    named = METRIC.findall(expression)
    faults = [metric for metric in named if metric not in shown] or ([] if named else ["asks for nothing"])
    used = [
        (metric, re.findall(r"(\w+)[=!]", selectors)) for metric, selectors in SELECTOR.findall(expression)
    ]
    used += [
        (METRIC.findall(rest)[0], labels.replace(" ", "").split(","))
        for labels, rest in GROUPED.findall(expression)
    ]
    faults += [
        f"{metric}: {label}"
        for metric, labels in used
        for label in labels
        if label not in shown.get(metric, set())
    ]
    return faults + [
        pair for pair in ("()", "{}", "[]") if expression.count(pair[0]) != expression.count(pair[1])
    ]


@pytest.mark.parametrize("expression", ASKED.values(), ids=ASKED)
def test_a_question_names_what_there_is(expression: str, shown: dict[str, set[str]]) -> None:
    assert faults_of(expression, shown) == []


@pytest.mark.parametrize(
    ("expression", "fault"),
    [
        ("sum(rate(timesheet_nothing_total[5m]))", "timesheet_nothing_total"),
        (
            'sum(rate(timesheet_request_seconds_count{site="acme"}[5m]))',
            "timesheet_request_seconds_count: site",
        ),
        ("sum by (person) (timesheet_jira_points_total)", "timesheet_jira_points_total: person"),
        ("min(timesheet_database_up", "()"),
        ("1 + 1", "asks for nothing"),
    ],
)
def test_what_is_not_there_is_noticed(expression: str, fault: str, shown: dict[str, set[str]]) -> None:
    assert faults_of(expression, shown) == [fault]


@pytest.mark.parametrize("expression", ALERTS.values(), ids=ALERTS)
def test_a_count_whose_growth_alarms_begins_at_zero(expression: str) -> None:
    """Prometheus does not see a count grow that is absent until its first event."""
    text = PrometheusMeter().counts()[0].decode()
    at_zero = [line for line in text.splitlines() if line.endswith(" 0.0")]
    for metric, values in INCREASE.findall(expression):
        for value in values.split("|"):
            assert [line for line in at_zero if line.startswith(f"{metric}{{") and value in line]


def test_the_alert_about_one_process_knows_a_worker_too() -> None:
    """A worker with ``--metrics`` shows fewer metrics than a web process, from its start."""
    text = PrometheusMeter().counts()[0].decode()
    [metric] = METRIC.findall(ALERTS["WebProcessDown"])
    assert f"\n{metric}{{" in text


def test_an_error_that_jira_causes_is_none_of_the_app() -> None:
    """Jira has alerts of its own."""
    counted = re.findall(r"status=\"(\d+)\"", ALERTS["ErrorsForPeople"])
    assert counted == ["500"]
    assert 500 not in (JiraUnavailable("").status, JiraBusy("").status, AppBusy("").status)


def test_every_alert_has_its_advice() -> None:
    advice = (ROOT / "docs" / "monitoring.md").read_text().partition("What to do about each:")[2]
    assert [alert for alert in ALERTS if f"`{alert}`" not in advice] == []
    assert all(set(rule) == {"alert", "expr", "for"} or set(rule) == {"alert", "expr"} for rule in RULES)


def test_the_dashboard_shows_people_jira_cache_and_database() -> None:
    named = {metric for expression in PANELS.values() for metric in METRIC.findall(expression)}
    assert {
        *(
            "timesheet_request_seconds_bucket",
            "timesheet_jira_call_seconds_bucket",
            "timesheet_jira_points_left",
        ),
        *("timesheet_turned_away_total", "timesheet_cache_up", "timesheet_database_up"),
    } <= named


def test_grafana_can_import_the_dashboard() -> None:
    ids = [panel["id"] for panel in BOARD["panels"]]
    assert len(set(ids)) == len(ids)
    [source] = BOARD["templating"]["list"]
    assert (source["type"], source["query"]) == ("datasource", "prometheus")
    for panel in BOARD["panels"]:
        assert panel["datasource"]["uid"] == f"${{{source['name']}}}"
        assert panel["type"] in ("timeseries", "stat")
        assert panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24
