"""Jira uses the caller's language: sentences and names are translated, ids and keys are not."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest

from jira_emulator.language.german import NAMES, SENTENCES
from jira_emulator.language.translate import language_of, translate
from jira_emulator.server import RunningSite
from tests.emulator.rest.test_openapi import BAD_CALLS
from tests.emulator.support.emulated_site import STARTED, EmulatedSite

SOURCES = sorted(Path("jira_emulator").glob("**/*.py"))
REFUSING = {"ApiError", "JqlError", "JqlWarning", "no_worklog_made"}


@pytest.fixture
def german(emulated: EmulatedSite) -> EmulatedSite:
    emulated.person(0).locale = "de_DE"
    return emulated.be(0)


def sentences_in(source: Path) -> set[str]:
    """Return the refusals in a file, with ``{}`` for their values."""
    found = set()
    for node in ast.walk(ast.parse(source.read_text())):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in REFUSING:
            for part in (*node.args, *(k.value for k in node.keywords)):
                for text in texts_of(part):
                    found.add(text)
    return {text for text in found if " " in text and text[0].isupper()}


def texts_of(node: ast.AST) -> list[str]:
    if isinstance(node, ast.JoinedStr):
        return ["".join(p.value if isinstance(p, ast.Constant) else "{}" for p in node.values)]  # type: ignore[misc]
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) else []
    return [text for child in ast.iter_child_nodes(node) for text in texts_of(child)]


def test_every_sentence_of_a_refusal_is_translated() -> None:
    said = {text for source in SOURCES for text in sentences_in(source)}
    assert len(said) > 60
    untranslated = {
        text for text in said if translate(text.replace("{}", "x"), "de") == text.replace("{}", "x")
    }
    assert untranslated == set()


def test_a_translation_has_every_gap_of_its_sentence() -> None:
    for english, german in SENTENCES.items():
        numbers = {int(number) for number in re.findall(r"\{(\d)\}", german)}
        assert numbers == set(range(english.count("{}"))), english


@pytest.mark.parametrize(("method", "path", "body", "status"), BAD_CALLS)
def test_bad_calls_are_refused_in_german(
    german: EmulatedSite, method: str, path: str, body: Any, status: int
) -> None:
    answer = german.call(method, path, json=body)
    assert answer.status_code == status
    content = answer.json or {}
    german.person(0).locale = "en_US"
    english = german.call(method, path, json=body).json or {}
    assert content["errors"].keys() == english["errors"].keys()
    for ours, theirs in zip(
        [*content["errorMessages"], *content["errors"].values()],
        [*english["errorMessages"], *english["errors"].values()],
        strict=True,
    ):
        assert ours != theirs


def test_names_are_translated_and_ids_are_not(german: EmulatedSite) -> None:
    def kinds() -> tuple[dict[str, Any], dict[str, Any]]:
        fields = (german.get("/issue/PAY-8", fields="status,issuetype").json or {})["fields"]
        return fields["status"], fields["issuetype"]

    status, kind = kinds()
    german.person(0).locale = "fr_FR"  # there is no catalog for it
    plain_status, plain_kind = kinds()
    assert status["name"] == NAMES[plain_status["name"]]
    assert kind["name"] == NAMES[plain_kind["name"]]
    assert (status["id"], kind["id"]) == (plain_status["id"], plain_kind["id"])
    assert status["statusCategory"]["key"] == plain_status["statusCategory"]["key"]
    assert status["statusCategory"]["name"] != plain_status["statusCategory"]["name"]


def test_queries_take_names_in_both_languages(german: EmulatedSite) -> None:
    for jql in ("issuetype = Aufgabe", 'status = "Zu erledigen"', "statusCategory = Fertig"):
        assert german.search(jql), jql
    assert german.search("type = Aufgabe") == german.search("type = Task")
    german.person(0).locale = "en_US"
    assert german.post("/search/jql", {"jql": "type = Aufgabe"}).status_code == 400


def test_an_app_is_spoken_to_in_the_sites_language(german: EmulatedSite) -> None:
    def refusal() -> str:
        return str((german.get("/issue/NO-1").json or {})["errorMessages"][0])

    german.be_app()
    english = refusal()
    german.site.locale = "de_DE"
    assert refusal() == SENTENCES[english]
    german.person(0).locale = ""
    german.be(0)
    assert refusal() == SENTENCES[english]
    german.person(0).locale = "en_US"
    assert refusal() == english


def test_a_closed_issue_refuses_in_german(german: EmulatedSite) -> None:
    issue = german.issue("worklogs-0")
    issue.status = next(s for s in german.site.statuses.values() if not s.editable)
    answer = german.post(f"/issue/{issue.key}/worklog", {"timeSpentSeconds": 60, "started": STARTED})
    assert answer.status_code == 400
    assert "Workflow" in (answer.json or {})["errorMessages"][0]


def test_queries_are_parsed_in_german(german: EmulatedSite) -> None:
    body = {"queries": ["project = NOPE", "foo = 1", "project ="]}
    wrong, warned, broken = (german.post("/jql/parse", body, validation="strict").json or {})["queries"]
    assert wrong["errors"] == ["Der Wert „NOPE“ ist für das Feld „project“ nicht vorhanden."]
    assert warned["warnings"][0].startswith("Das Feld „foo“ ist nicht vorhanden")
    assert broken["errors"][0].startswith("Fehler in der JQL-Abfrage")


def test_locales_have_languages() -> None:
    assert [language_of(locale) for locale in ("de_DE", "de", "en_US", "", "fr_FR")] == [
        "de", "de", "en", "en", "en",
    ]  # fmt: skip


def test_control_sets_the_languages(jira: RunningSite) -> None:
    person = jira.person(2)
    before = (person.locale, person.time_zone)
    changed = jira.control("POST", "people", {"accountId": person.account_id, "locale": "de_DE"})
    assert (changed["locale"], person.locale, person.time_zone) == ("de_DE", "de_DE", before[1])
    for wrong in ({"accountId": person.account_id, "timeZone": "Moon/Base"}, {"accountId": "nobody"}):
        with pytest.raises(Exception, match="Client Error"):
            jira.control("POST", "people", wrong)
    assert (person.locale, person.time_zone) == ("de_DE", before[1])
    jira.control("POST", "site", {"locale": "de_DE"})
    assert jira.site.locale == "de_DE"
    person.locale, jira.site.locale = before[0], "en_US"
