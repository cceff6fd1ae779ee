"""Every route, requested by an admin of one site for another site's objects: nothing is revealed or changed."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from tests.web.support.answer_text import text_of
from tests.web.support.every_route import Route, field_names, path_of, routes_of
from tests.web.support.two_sites import MARK, TwoSites, ids_of, meant_by
from tests.web.support.unlimited import lift_rate_limits
from tests.web.support.viewer import HTMX
from timesheet.web.http.access import PAGE, SESSION

# An object that does not exist gets the same answer as one of another site.
FOREIGN, OWN, NOBODYS = ids_of(MARK), ids_of("own"), ids_of("nobodys")
# Path arguments that name something of a site's own; the others are Jira's, or words.
STORED = {
    "team_id",
    "calendar_id",
    "scheme_id",
    "legend_id",
    "label_id",
    "attribute_id",
    "record_id",
    "role_id",
    "group_id",
}
# Following groups is off, and worklogs are those of a person that the query names.
ELSE = {"GET /teams/<team_id>/sync": 403, "GET /teams/<team_id>/worklogs": 422}
# What only work through the app brings about.
COME_LATER = ("audit", "worklog_intent")
# That somebody was refused is written down on the own site.
AUDIT = ("audit",)


# Every field that any view reads, with an id of the other site if the name can mean one.
BODY = MultiDict((name, meant_by(name, FOREIGN)) for name in sorted(field_names()))


@pytest.fixture(autouse=True)
def unlimited(monkeypatch: pytest.MonkeyPatch) -> None:
    """Turn off the rate limits: one admin requests every file several times, and a refusal would hide others."""
    lift_rate_limits(monkeypatch)


def ask(world: TwoSites, route: Route, path: str, filled: bool) -> Iterator[TestResponse]:
    """Request the route as a call of an open page, and as a page load if it is a page."""
    client, fields = world.second.client, BODY if filled else MultiDict()
    if route.method == "GET":
        if SESSION in route.declared.kinds:
            yield client.get(path, query_string=fields, headers=world.headers | HTMX)
        if PAGE in route.declared.kinds:
            yield world.second.load(path, dict(fields.items()))
    else:
        yield client.open(path, method=route.method, data=fields, headers=world.headers | HTMX)


def paths(app: Flask, route: Route) -> Iterator[tuple[str, str]]:
    """Return the route's paths with ids of another site, each with the same path of an id that exists nowhere."""
    unknown = set(route.arguments) - set(FOREIGN)
    assert not unknown, f"{route}: say in two_sites.ids_of what {unknown} of another site is"
    stored = sorted(set(route.arguments) & STORED)
    yield (
        path_of(app, route, FOREIGN),
        path_of(app, route, FOREIGN | {name: NOBODYS[name] for name in stored}),
    )
    if "team_id" in stored and len(stored) > 1:
        # The own team, with an id of the other site inside it.
        own = {"team_id": OWN["team_id"]}
        yield path_of(app, route, FOREIGN | own), path_of(app, route, NOBODYS | own)


def test_no_route_gives_or_changes_what_is_another_sites(app: Flask, two_sites: TwoSites) -> None:
    routes = [route for route in routes_of(app) if route.personal]
    assert len(routes) > 90
    theirs = two_sites.dump(two_sites.first)
    assert {name for name, rows in theirs.items() if not rows and not name.startswith(COME_LATER)} == set()
    two_sites.jira_clients.clear()
    wrong: list[str] = []
    for route in routes:
        ours = two_sites.dump(two_sites.second, AUDIT) if set(route.arguments) & STORED else {}
        for path, ghost in paths(app, route):
            for filled in (False, True):
                wrong += [f"{route} {path} {what}" for what in faults(two_sites, route, path, ghost, filled)]
        if ours and two_sites.dump(two_sites.second, AUDIT) != ours:
            wrong.append(f"{route} changed something")
        if two_sites.dump(two_sites.first) != theirs:
            wrong.append(f"{route} changed the other site")
            theirs = two_sites.dump(two_sites.first)
    assert not wrong, "\n".join(wrong)
    assert set(two_sites.jira_clients) == {two_sites.second.client_key}


def faults(world: TwoSites, route: Route, path: str, ghost: str, filled: bool) -> Iterator[str]:
    """Yield what was wrong with the responses: a revealing status, or data of the other site."""
    answers = list(ask(world, route, path, filled))
    ghosts = ask(world, route, ghost, filled) if path != ghost else [None] * len(answers)
    for answer, of_ghost in zip(answers, ghosts, strict=True):
        status = answer.status_code
        if status >= 500:
            yield f"broke with {status}"
        if of_ghost:
            if status not in (403, 404) and not (status == 422 == of_ghost.status_code):
                yield f"answered {status}"
            if shown(answer, path) != shown(of_ghost, ghost):
                yield "does not answer as if it were not there"
        if MARK in shown(answer, path).lower():
            yield f"names the other site: {text_of(answer)[:300]}"


def shown(answer: TestResponse, path: str) -> str:
    """Return what a response shows, without parts of the request and parts that are new each time."""
    said = text_of(answer).replace(path, "").replace(answer.headers["X-Request-Id"], "")
    for values in (FOREIGN, NOBODYS):
        for value in values.values():
            said = said.replace(str(value), "")
    return re.sub(r"eyJ[\w.-]+", "", said)


def test_the_same_admin_sees_what_is_their_own(app: Flask, two_sites: TwoSites) -> None:
    """So that the refusals above are not those of somebody who may do nothing."""
    routes = [route for route in routes_of(app) if route.method == "GET" and set(route.arguments) & STORED]
    answers = {
        str(route): two_sites.second.client.get(path_of(app, route, OWN), headers=two_sites.headers | HTMX)
        for route in routes
    }
    assert {
        route: answer.status_code for route, answer in answers.items() if answer.status_code != 200
    } == ELSE
    assert len(answers) > 20


def test_commands_for_all_sites_reach_them_all(app: Flask, two_sites: TwoSites) -> None:
    """This includes row-level security, under which nothing is visible without a site."""
    runner, keys = app.test_cli_runner(), {two_sites.first.client_key, two_sites.second.client_key}
    rotated = runner.invoke(args=["secrets", "rotate"])
    assert rotated.output.startswith("2 secrets"), rotated.output
    with app.app_context():
        deps = app.extensions["timesheet"]
        found = {
            site.key: [team.id for team in deps.stores.stores_of(site.key).teams.all()]
            for site in deps.sites.installed_sites()
        }
    assert found == dict(zip(sorted(keys), (["team-zephyr"], ["team-own"]), strict=True))
    assert two_sites.first.uninstall().status_code == 204
    two_sites.first.clock.move(31 * 86400)
    erased = runner.invoke(args=["sites", "erase-expired"])
    assert erased.output == "1 site erased.\n"
    left = [name for name, rows in two_sites.dump(two_sites.first).items() if rows]
    assert left == ["audit_register"], "which says that the site was erased"
    assert two_sites.dump(two_sites.second)["team"]
