"""The choice of a language, and the sentences that scripts show in it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.services.support.scene import MONDAY
from tests.web.conftest import JiraSite
from tests.web.support.signing import SettableClock, page_url
from tests.web.support.swap import swap
from tests.web.support.viewer import Form, Viewer, make_viewer
from timesheet.domain.errors import JiraUnavailable
from timesheet.domain.language import LANGUAGES
from timesheet.services.viewer.person import profile_key
from timesheet.web.http.language import PAGE_LANGUAGE

TAG = re.compile(r'<html lang="([^"]*)" dir="([^"]*)" data-sentences="([^"]*)"')


@pytest.fixture
def viewer(app: Flask, site: JiraSite, clock: SettableClock) -> Viewer:
    return make_viewer(app, site, clock)


def page(viewer: Viewer) -> tuple[str, str, str]:
    found = TAG.search(viewer.site.load("/timesheet").text)
    assert found
    return found[1], found[2], found[3]


def test_a_person_chooses_a_language_and_jiras_again(viewer: Viewer) -> None:
    assert page(viewer)[0] == "en"
    shown = viewer.get("/language").text
    assert "(English)" in shown
    for name in LANGUAGES.values():
        assert name in shown
    assert "data-follow" in viewer.post("/language", language="ja").text
    assert page(viewer)[:2] == ("ja", "ltr")
    assert '<option value="ja" lang="ja" selected>' in viewer.get("/language").text
    viewer.post("/language", language="")
    assert page(viewer)[0] == "en"


@pytest.mark.parametrize("language", ["xx", "de_AT", "../de", "en_XA\x00"])
def test_what_is_not_a_language_of_the_app_is_refused(viewer: Viewer, language: str) -> None:
    answer = viewer.post("/language", language=language)
    assert answer.status_code == 422
    assert page(viewer)[0] == "en"


def test_test_languages_are_accented_or_run_from_right_to_left(viewer: Viewer) -> None:
    viewer.post("/language", language="en_XA")
    assert page(viewer)[:2] == ("en-XA", "ltr")
    assert "[Ļöğ" in viewer.get("/timesheet").text or "[Ļ" in viewer.get("/timesheet").text
    viewer.post("/language", language="ar_XB")
    assert page(viewer)[:2] == ("ar-XB", "rtl")


@pytest.mark.parametrize("code", [*sorted(set(LANGUAGES) - {"en"}), "en_XA"])
def test_scripts_get_their_sentences_from_an_address_that_changes_with_them(
    viewer: Viewer, client: FlaskClient, code: str
) -> None:
    viewer.post("/language", language=code)
    address = page(viewer)[2]
    assert re.fullmatch(rf"/sentences/{code}/[0-9a-f]{{12}}\.json", address)
    answer = client.get(address)
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    sentences = json.loads(answer.data)
    assert "Unsaved changes" in sentences
    forms = {"other"} if code == "ja" else {"one", "other"}
    assert set(sentences["{count} day is marked and not saved."]) == forms
    other = client.get(f"/sentences/{code}/000000000000.json")
    assert other.data == answer.data
    assert other.headers["Cache-Control"] == "no-store"


def test_english_needs_no_file(viewer: Viewer) -> None:
    viewer.post("/language", language="en")
    assert page(viewer) == ("en", "ltr", "")


def test_there_are_no_sentences_of_an_unknown_language(client: FlaskClient) -> None:
    assert client.get("/sentences/xx/000000000000.json").status_code == 404


@pytest.mark.parametrize(
    ("stated", "site_language", "shown"),
    [("nl_NL", "", "en"), ("nl_NL", "fr", "fr"), ("de_AT", "fr", "de"), ("pt_PT", "fr", "pt-BR")],
)
def test_the_site_decides_for_people_whose_language_the_app_does_not_have(
    viewer: Viewer, app: Flask, stated: str, site_language: str, shown: str
) -> None:
    viewer.scene.jira.profile = replace(viewer.scene.jira.profile, locale=stated)
    swap(app, is_admin=lambda _site, _account: True)
    fields = Form(viewer.get("/configure").text).fields | {"language": site_language}
    assert viewer.post("/configure", **fields).status_code == 200
    assert page(viewer)[0] == shown


@pytest.mark.parametrize(
    ("stated", "name", "begin"),
    [
        ("no_NO", "Monday, 16 November 2026", "2026-11-16"),
        ("zh_TW", "Monday, 16 November 2026", "2026-11-15"),
        ("en_GB", "Monday, 16 November 2026", "2026-11-16"),
        ("en_US", "Monday, November 16, 2026", "2026-11-15"),
    ],
)
def test_dates_are_in_the_language_of_the_page_and_weeks_begin_as_the_person_is_used_to(
    viewer: Viewer, stated: str, name: str, begin: str
) -> None:
    viewer.scene.jira.profile = replace(viewer.scene.jira.profile, locale=stated)
    text = viewer.get("/timesheet", view="week", day=MONDAY, layout="list").text
    assert name in text
    assert re.findall(r'id="head-([-0-9]+)"', text)[0] == begin


def first(viewer: Viewer, path: str = "/timesheet", **query: str) -> TestResponse:
    """Load a page as a frame of Jira in a browser whose language is French."""
    address = page_url(path, viewer.site.signed("GET", path, query), query)
    return viewer.site.client.get(address, headers={"Accept-Language": "fr-CA,fr;q=0.8,en;q=0.5"})


def german(viewer: Viewer) -> None:
    viewer.scene.jira.profile = replace(viewer.scene.jira.profile, locale="de_DE")


def slow(viewer: Viewer, monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], object]]:
    """Let Jira answer nothing while a page waits, and return the calls to it beside that."""
    begun = list[Callable[[], object]]()
    monkeypatch.setattr(viewer.scene.jira, "begin", begun.append)
    return begun


FIRST_PAGES = [
    ("/timesheet", {}),
    ("/reports", {}),
    ("/teams", {"team": "x"}),
    ("/configure", {"section": "jobs"}),
]


@pytest.mark.parametrize(("path", "query"), FIRST_PAGES)
def test_a_first_page_waits_for_no_answer_of_jira(
    viewer: Viewer, app: Flask, monkeypatch: pytest.MonkeyPatch, path: str, query: dict[str, str]
) -> None:
    swap(app, is_admin=lambda _site, _account: True)
    german(viewer)
    begun = slow(viewer, monkeypatch)
    shown = first(viewer, path, **query)
    assert viewer.scene.calls() == []
    assert '<html lang="fr"' in shown.text
    assert """hx-headers='{"X-Page-Language":"fr"}'""" in unescape(shown.text)
    for read in begun:
        read()
    assert "read_profile" in viewer.scene.calls()


@pytest.mark.parametrize(("path", "query"), FIRST_PAGES)
def test_a_first_page_in_the_wrong_language_comes_again(
    viewer: Viewer, app: Flask, monkeypatch: pytest.MonkeyPatch, path: str, query: dict[str, str]
) -> None:
    swap(app, is_admin=lambda _site, _account: True)
    german(viewer)
    monkeypatch.setattr(viewer.scene.jira, "begin", lambda _read: None)
    next_one = re.search(r'hx-get="([^"]+)" hx-trigger="load"', first(viewer, path, **query).text)
    assert next_one
    headers = {**viewer.headers, PAGE_LANGUAGE: "fr"}
    found = viewer.site.client.get(unescape(next_one[1]), headers=headers)
    assert (found.headers["HX-Retarget"], found.headers["HX-Reswap"]) == ("body", "innerHTML")
    language = json.loads(found.headers["HX-Trigger"])["page-language"]
    assert (language["lang"], language["dir"]) == ("de", "ltr")
    assert language["sentences"].startswith("/sentences/de/")
    assert '<html lang="de"' in found.text
    assert PAGE_LANGUAGE not in found.text


def test_a_first_page_in_the_right_language_gets_the_part_it_requested(viewer: Viewer) -> None:
    german(viewer)
    found = viewer.site.client.get("/timesheet", headers={**viewer.headers, PAGE_LANGUAGE: "de"})
    assert "HX-Retarget" not in found.headers
    assert found.text.lstrip().startswith('<section id="sheet"')


def test_the_language_of_an_earlier_visit_is_remembered(
    viewer: Viewer, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    german(viewer)
    viewer.get("/timesheet")
    cache = app.extensions["timesheet"].operation.cache
    cache.delete(profile_key(viewer.site.client_key, viewer.site.account))
    slow(viewer, monkeypatch)
    assert '<html lang="de"' in first(viewer).text


def test_a_chosen_language_is_certain(viewer: Viewer, monkeypatch: pytest.MonkeyPatch) -> None:
    german(viewer)
    viewer.post("/language", language="ja")
    viewer.scene.calls()
    slow(viewer, monkeypatch)
    shown = first(viewer)
    assert '<html lang="ja"' in shown.text
    assert PAGE_LANGUAGE not in shown.text
    assert viewer.scene.calls() == []


def test_while_jira_does_not_answer_a_page_keeps_the_language_it_guessed(viewer: Viewer) -> None:
    viewer.scene.jira.failing["read_profile"] = [JiraUnavailable("Jira does not answer.") for _ in range(9)]
    headers = {**viewer.headers, PAGE_LANGUAGE: "fr", "Accept-Language": "de"}
    found = viewer.site.client.get("/timesheet", headers=headers)
    assert "HX-Retarget" not in found.headers
    assert "<html" not in found.text


def test_an_error_stays_a_part_of_the_page_in_the_right_language(viewer: Viewer) -> None:
    german(viewer)
    headers = {**viewer.headers, PAGE_LANGUAGE: "fr"}
    found = viewer.site.client.get("/teams/x/settings", headers=headers)
    assert (found.status_code, "HX-Retarget" in found.headers, "<html" in found.text) == (404, False, False)
    assert "nicht" in found.text
