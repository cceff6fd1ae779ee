"""Texts that bypass the catalogs: in the accented language everything else stands in brackets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

READ = {"title", "aria-label", "placeholder", "alt", "aria-description", "label"}
SILENT = {"script", "style", "code", "kbd", "svg"}
MARKED = re.compile(r"\[[^\[\]]*\]")
WORDS = re.compile(r"[A-Za-z]{3,}")
# Names, ids, and routes are data. CLDR has the words of dates and ages; the accented language has the English ones.
DATA = re.compile(
    r"(?i:\b(?:person|team|calendar|scheme|legend|label|attribute|role|group|record|holiday|view)[ -](?:own|other)\b)|"
    r"\b(?:Adi|Lea) Example\b|\b(?:admin|lead|viewer)-1\b|\b(?:Work on )?[A-Z]{2,}-\d+|\bTask\b|"
    r"https?://\S+|/[\w<>:/…]+|\bEurope/(?:Berlin|Lisbon)\b|\bUTC\b|\b\d{4}-\d\d-\d\d\s+whole\b|"
    r"\b\d+ (?:sec|min|hr|wk|mo|yr)\. ago\b|\bin \d+ (?:sec|min|hr)\.|"
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
