"""Check templates for what the content security policy blocks, htmx 4 ignores, or a fragment must not contain."""

from __future__ import annotations

import re
import sys
from html.parser import HTMLParser
from pathlib import Path

from tools.project import ROOT

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
# An icon button is a macro whose body holds the attributes, so it is checked as the element that it becomes.
BUTTON = re.compile(r"\{%-? call icon_button\(.*?\) -?%\}(.*?)\{%-? endcall -?%\}", re.DOTALL)
MACRO = re.compile(r"\{%-?\s*macro\b.*?\{%-?\s*endmacro\s*-?%\}", re.DOTALL)
# A quoted text in the template itself may be marked safe; a value may not.
UNESCAPED = re.compile(
    r"""\{\{(?!\s*(?:'[^']*'|"[^"]*")\s*\|\s*safe\b)[^}]*\|\s*safe\b|\{%-?\s*autoescape\s+false"""
)
# Two sentences with a space between them, as Japanese has none; between them may be tags and other Jinja.
SENTENCES = re.compile(
    r"""[.!?]"(?:(?!\}\}|\{\{|%\}).)*\}\}(?:</b>)?(?:\{%(?:(?!%\}).)*%\})*[ \n]+"""
    r"""(?:\{%(?:(?!%\}).)*%\})*\{\{\s+_n?\("[A-Z]""",
    re.DOTALL,
)
# Sentences of a list with a space after each.
LISTED = re.compile(
    r"""\{\{-? localize\([\w.]+\) -?\}\}(?: |\{\{ " ")[^\n]*\{%-? endfor|map\("localize"\)\|join\(" "\)"""
)
# White space that Jinja takes away; what is left of it here are its lines, within the Jinja.
TAKEN_BEFORE, TAKEN_AFTER = re.compile(r"\s*(\{[{%])-\s*"), re.compile(r"\s*-([%}]\})\s*")
REQUESTS = {"hx-get", "hx-post", "hx-put", "hx-patch", "hx-delete"}
# What htmx 2 understood and htmx 4 silently ignores: attributes, attributes of a parent, and names of events.
HTMX_2 = {
    *"hx-disabled-elt hx-disinherit hx-ext hx-history hx-inherit hx-params hx-prompt hx-request hx-vars".split()
}
INHERITED = ("hx-target", "hx-swap", "hx-sync", "hx-vals", "hx-select", "hx-confirm")
HTMX_2_EVENT = re.compile(r"htmx:(?:[a-z]+[A-Z]\w*|load\b|timeout\b|validation:|xhr:)")
# An error is no form: it would replace the page behind the dialog, or the dialog with what was typed.
TAG = re.compile(r"<\w+\b(?:\{\{.*?\}\}|\{%.*?%\}|[^>{])*>", re.DOTALL)
REPLACES_DIALOG = re.compile(
    r'<form\b.*hx-post=|hx-(?:get|post)=.*hx-target="#(?:dialog|chosen-form|\{\{ (?:\w+\.)?place \}\})"',
    re.DOTALL,
)
FOREIGN = re.compile(r"\s*(?:https?:)?//", re.IGNORECASE)
EVALUATED = re.compile(r"\s*(?:js|javascript):", re.IGNORECASE)
LOADED_FROM = {
    ("script", "src"),
    ("link", "href"),
    ("img", "src"),
    ("iframe", "src"),
    ("source", "src"),
    ("use", "href"),
}


class Page(HTMLParser):
    """Parses a template without its Jinja; collects problems with lines, and the root elements."""

    def __init__(self) -> None:
        super().__init__()
        self.problems: list[tuple[int, str]] = []
        self.roots: list[dict[str, str]] = []
        self.open: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Handle an opening tag."""
        self.handle_startendtag(tag, attrs)
        if tag not in VOID:
            self.open.append((tag, {name: value or "" for name, value in attrs}))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Handle an element without content, or an opening tag."""
        values = {name: value or "" for name, value in attrs}
        if not self.open:
            self.roots.append({**values, "": tag})
        if tag == "style":
            self.report("<style>: put it into a file under static/css")
        if tag == "script" and "src" not in values:
            self.report("<script> without src: put it into a module under static/js")
        for name, value in values.items():
            self.check_attribute(tag, name, value)
        if REQUESTS & values.keys():
            self.check_inheritance(values)

    def handle_endtag(self, tag: str) -> None:
        """Handle a closing tag, and close what was left open inside."""
        if any(tag == name for name, _ in self.open):
            while self.open.pop()[0] != tag:
                pass

    def check_attribute(self, tag: str, name: str, value: str) -> None:
        """Report a forbidden attribute or value."""
        if name == "style":
            self.report("style=: use a class")
        if name.startswith("on"):
            self.report(f"{name}=: listen in a module under static/js")
        if name.startswith("hx-on"):
            self.report(f"{name}: needs eval; listen in a module under static/js")
        if name in HTMX_2:
            self.report(f"{name}: htmx 4 ignores it")
        if name.startswith("hx-trigger") and "[" in value:
            self.report(f"{name} with a filter: needs eval")
        if EVALUATED.match(value):
            self.report(f"{name} holds script: needs eval")
        if (tag, name) in LOADED_FROM and FOREIGN.match(value):
            self.report(f"{name} loads from another host: vendor the file")

    def check_inheritance(self, values: dict[str, str]) -> None:
        """Report a request that relies on an attribute of a parent, which htmx 4 does not inherit unless marked."""
        parents = [attrs for tag, attrs in reversed(self.open) if tag != "hx-partial"]
        for name in INHERITED:
            handed_down = f"{name}:inherited"
            near = next((attrs for attrs in (values, *parents) if {name, handed_down} & attrs.keys()), values)
            if near is not values and handed_down not in near:
                self.report(f"{name} of a parent is not inherited: repeat it, or write {handed_down} there")

    def report(self, message: str) -> None:
        """Record a problem at the current line."""
        self.problems.append((self.getpos()[0], message))


def lint(name: str, text: str) -> list[tuple[int, str]]:
    """Return line and message of every problem of one template; ``name`` decides if it is a fragment."""
    page = read(text)
    unescaped = [
        (line_of(text, found), "unescaped output: build Markup in Python, where it is reviewed")
        for found in UNESCAPED.finditer(text)
    ]
    elements = BUTTON.sub(r"<button \1>x</button>", text)
    without_place = [
        (line_of(elements, found), "what asks in a dialog says where 4xx and 5xx are shown")
        for found in TAG.finditer(elements)
        if 'id="dialog-title"' in text and REPLACES_DIALOG.search(found[0]) and '"4xx 5xx"' not in found[0]
    ]
    spaced = without_taken_space(text)
    apart = [
        (line_of(spaced, found), "sentences(…) joins sentences, because Japanese has no space between them")
        for found in (*SENTENCES.finditer(spaced), *LISTED.finditer(spaced))
    ]
    return sorted([*page.problems, *unescaped, *without_place, *apart, *shape_problems(name, text)])


def line_of(text: str, found: re.Match[str]) -> int:
    """Return the line in which a match begins, counted from 1."""
    return text.count("\n", 0, found.start()) + 1


def without_taken_space(text: str) -> str:
    """Return a template without the white space that its own ``{{-`` and ``-}}`` take away; lines are kept."""
    before = TAKEN_BEFORE.sub(lambda found: found[1] + lines_of(found[0]), text)
    return TAKEN_AFTER.sub(lambda found: lines_of(found[0]) + found[1], before)


def lines_of(space: str) -> str:
    """Return the line breaks of white space, or one space if it has none."""
    return "\n" * space.count("\n") or " "


def read(text: str) -> Page:
    """Return the elements of a template, with each Jinja expression replaced by one letter so that lines stay."""
    page = Page()
    page.feed(JINJA.sub(stand_in, BUTTON.sub(r"<button \1>x</button>", text)))
    page.close()
    return page


def stand_in(found: re.Match[str]) -> str:
    """Return the replacement of a piece of Jinja: a letter for a value, nothing for the rest; lines are kept."""
    return ("x" if found.group().startswith("{{") else "") + "\n" * found.group().count("\n")


def shape_problems(name: str, text: str) -> list[tuple[int, str]]:
    """Check the form of a fragment: one element with an id, so that it can replace itself; an out-of-band
    file has many.
    """
    if not name.startswith("_"):
        return []
    roots = read(MACRO.sub("", text)).roots
    if not roots:
        return [] if MACRO.search(text) else [(1, "a fragment needs a root element")]
    if name.endswith("_oob.html"):
        return [
            (1, f"<{root['']}> is neither hx-partial nor marked hx-swap-oob")
            for root in roots
            if root[""] != "hx-partial" and not ("hx-swap-oob" in root and "id" in root)
        ]
    if len(roots) > 1:
        return [(1, f"a fragment has one root element, this has {len(roots)}")]
    return [] if "id" in roots[0] else [(1, "the root element of a fragment has an id")]


def main(folders: list[str]) -> int:
    """Check every template in the folders, and all scripts for events of htmx 2; return 1 if there are problems."""
    files = sorted(file for folder in folders for file in Path(folder).rglob("*.html"))
    found = [
        f"{file}:{line}: {message}" for file in files for line, message in lint(file.name, file.read_text())
    ]
    old = [
        f"{file}: {event}: htmx 4 has no such event"
        for file in sorted((ROOT / "static" / "js").rglob("*.js"))
        for event in HTMX_2_EVENT.findall(file.read_text())
    ]
    print("\n".join([*found, *old]), end="\n" if found or old else "", flush=True)
    return int(bool(found or old))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
