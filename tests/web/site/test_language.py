"""The choice of a language, and the sentences that scripts show in it."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.web.conftest import JiraSite
from tests.web.support.signing import SettableClock
from tests.web.support.swap import swap
from tests.web.support.viewer import Form, Viewer, make_viewer
from timesheet.domain.language import LANGUAGES

TAG = re.compile(r'<html lang="([^"]*)" dir="([^"]*)" data-sentences="([^"]*)">')


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
def test_what_is_no_language_of_the_app_is_refused(viewer: Viewer, language: str) -> None:
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
    assert {"one", "other"} == set(sentences["{count} day is marked and not saved."])
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
