"""The names of the app's places in Jira, in each language."""

from __future__ import annotations

import json

import pytest
from flask.testing import FlaskClient

from tools import forge
from tools.translate import descriptor

TRANSLATED = {
    "de-DE": "Mein Stundenzettel",
    "es-ES": "Mi hoja de horas",
    "fr-FR": "Ma feuille de temps",
    "ja-JP": "マイ タイムシート",
    "pt-PT": "Minhas horas",
}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


def test_each_listed_language_has_every_name(client: FlaskClient) -> None:
    for locale, path in descriptor()["translations"]["paths"].items():
        names = client.get(path).get_json()
        assert path == f"/translations/{locale}.json"
        assert len(names) == 9
        assert names["my-timesheet.name"] == TRANSLATED[locale]


def test_a_language_that_is_not_listed_has_no_file(client: FlaskClient) -> None:
    for locale in ("it-IT", "pt-BR", "en-XA", "..%2Fde-DE"):
        assert client.get(f"/translations/{locale}.json").status_code == 404


def test_both_doors_show_the_same_names(client: FlaskClient) -> None:
    for locale in set(forge.LOCALES) & set(descriptor()["translations"]["paths"]):
        names = json.loads(forge.locale_file(locale).read_text(encoding="utf-8"))
        # The page of the Forge app says this itself.
        assert names.pop("unopened")
        assert names == client.get(f"/translations/{locale}.json").get_json()
