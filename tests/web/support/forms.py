"""The forms of a response, with what a browser would send of them unedited."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

from werkzeug.datastructures import MultiDict


@dataclass
class SentForm:
    """A form of a page: its address and id, and its fields."""

    action: str
    id: str
    fields: MultiDict[str, str] = field(default_factory=MultiDict)


class Forms(HTMLParser):
    """Collects all forms of a response."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[SentForm] = []
        self._open: SentForm | None = None
        self._area: str | None = None
        self._text = self._select = ""
        self._first: tuple[str, str] | None = None
        self._one = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = SentForm(values.get("hx-post", ""), values.get("id", ""))
            self.found.append(self._open)
        if self._open is None:
            return
        name = values.get("name", "")
        off = values.get("type") in ("radio", "checkbox") and "checked" not in values
        if tag == "input" and name and not off:
            self._open.fields.add(name, values.get("value", ""))
        elif tag == "textarea":
            self._area, self._text = name, ""
        elif tag == "select":
            self._select, self._first = name, None
            self._one = "multiple" not in values
        elif tag == "option" and self._select:
            self._take(values.get("value", ""), selected="selected" in values)

    def _take(self, value: str, *, selected: bool) -> None:
        """Add a selected option; a list of one choice without one sends its first."""
        fields = self._open.fields if self._open else MultiDict[str, str]()
        if selected:
            fields.add(self._select, value)
            self._first, self._one = None, False
        elif self._one and self._first is None:
            self._first = self._select, value

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._area is not None:
            if self._open is not None:
                self._open.fields.add(self._area, self._text.removeprefix("\n").replace("\n", "\r\n"))
            self._area = None
        elif tag == "select":
            if self._first and self._open is not None:
                self._open.fields.add(*self._first)
            self._select, self._first = "", None
        elif tag == "form":
            self._open = None
