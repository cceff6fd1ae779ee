"""No page and no fragment has text that bypasses the catalogs: in the accented language everything else is marked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.web.support.every_route import path_of, routes_of
from tests.web.support.two_sites import TwoSites, ids_of
from tests.web.support.viewer import HTMX
from timesheet.domain.language import ACCENTED
from timesheet.services.ports.jira import PersonSettings

READ = {"title", "aria-label", "placeholder", "alt", "aria-description", "label"}
SILENT = {"script", "style", "code", "kbd", "svg"}
MARKED = re.compile(r"\[[^\[\]]*\]")
WORDS = re.compile(r"[A-Za-z]{3,}")
# Names, ids, and routes are data. CLDR has the words of dates and ages; the accented language has the English ones.
DATA = re.compile(
    r"(?i:\b(?:person|team|calendar|scheme|legend|label|attribute|role|group|record|holiday|view)[ -](?:own|other)\b)|"
    r"\b(?:Adi|Lea) Example\b|\b(?:admin|lead|viewer)-1\b|\b(?:Work on )?[A-Z]{2,}-\d+|\bTask\b|"
    r"https?://\S+|/[\w<>:/…]+|\bEurope/Berlin\b|\b\d{4}-\d\d-\d\d\s+whole\b|"
    r"\b\d+ (?:sec|min|hr)\. ago\b|\bin \d+ (?:sec|min|hr)\.|"
    r"\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b|\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b|"
    r"\b(?:January|February|March|April|May|June|July|August|September|October|November|December)\b|"
    r"\b(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\b"
)
# A list that is no sentence: the head of a report's rows. CLDR has the word between its two names.
LIST = "[Pŕöĵéçţ···] and [Îššûé··]"


class Texts(HTMLParser):
    """Collects the texts that a page shows: its own, and those of attributes that are read out."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._inside: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name in READ and value]
        if tag in SILENT or dict(attrs).get("lang"):
            self._inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._inside and self._inside[-1] == tag:
            self._inside.pop()

    def handle_data(self, data: str) -> None:
        if not [tag for tag in self._inside if tag != "html"]:
            self.found.append(data)


def unmarked(html: str) -> Iterator[str]:
    """Yield the texts in which words stand outside of all brackets."""
    for text in Texts(html).found:
        rest = text.replace(LIST, "")
        while MARKED.search(rest):
            rest = MARKED.sub("", rest)
        if WORDS.search(DATA.sub("", rest)):
            yield " ".join(text.split())[:80]


def choose(app: Flask, world: TwoSites, language: str) -> None:
    deps, site = app.extensions["timesheet"], world.second
    with app.app_context(), deps.operation.transaction.within(site.client_key):
        deps.stores.settings_of(site.client_key).save_person(site.account, PersonSettings(language=language))
        deps.operation.transaction.commit()


def test_every_page_and_fragment_is_translated(app: Flask, two_sites: TwoSites) -> None:
    choose(app, two_sites, ACCENTED)
    client: FlaskClient = two_sites.second.client
    wrong, asked = list[str](), 0
    for route in routes_of(app):
        if route.method != "GET" or not route.personal:
            continue
        path = path_of(app, route, ids_of("own"))
        answers = [client.get(path, headers=two_sites.headers | HTMX)]
        if "page" in route.declared.kinds:
            answers.append(two_sites.second.load(path))
        for answer in answers:
            if answer.content_type.startswith("text/html"):
                asked += 1
                wrong += [f"{route} ({answer.status_code}): {text}" for text in unmarked(answer.text)]
    assert asked > 40
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
