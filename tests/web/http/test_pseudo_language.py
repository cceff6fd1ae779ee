"""No page and no fragment has text that bypasses the catalogs: in the accented language everything else is marked."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.web.support.every_route import path_of, routes_of
from tests.web.support.two_sites import TwoSites, ids_of
from tests.web.support.unmarked import unmarked
from tests.web.support.viewer import HTMX
from timesheet.domain.language import ACCENTED
from timesheet.services.ports.settings import PersonSettings


def choose(app: Flask, world: TwoSites, language: str) -> None:
    deps, site = app.extensions["timesheet"], world.second
    with app.app_context(), deps.operation.transaction.within(site.client_key):
        deps.stores.settings_of(site.client_key).save_person(site.account, PersonSettings(language=language))
        deps.operation.transaction.commit()


def test_every_page_and_fragment_is_translated(app: Flask, two_sites: TwoSites) -> None:
    choose(app, two_sites, ACCENTED)
    client: FlaskClient = two_sites.second.client
    wrong, checked = list[str](), 0
    for route in routes_of(app):
        if route.method != "GET" or not route.personal:
            continue
        path = path_of(app, route, ids_of("own"))
        answers = [client.get(path, headers=two_sites.headers | HTMX)]
        if "page" in route.declared.kinds:
            answers.append(two_sites.second.load(path))
        for answer in answers:
            if answer.content_type.startswith("text/html"):
                checked += 1
                wrong += [f"{route} ({answer.status_code}): {text}" for text in unmarked(answer.text)]
    assert checked > 40
    assert sorted(set(wrong)) == []


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ("<p>Save all</p>", ["Save all"]),
        ("<p>[Šàvé àļļ···]</p>", []),
        ('<p title="Save">[Šàvé]</p>', ["Save"]),
        ("<p>[Çļöšéð [ýéšţéŕðàý··]]</p>", []),
        ("<p>[a] and [b]</p>", ["[a] and [b]"]),
        ("<kbd>Esc</kbd><script>Save</script>", []),
    ],
)
def test_what_is_not_marked_is_found(html: str, found: list[str]) -> None:
    assert list(unmarked(html)) == found
