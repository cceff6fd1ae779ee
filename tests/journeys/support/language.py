"""A person's chosen language in a journey: its sentences, and what has to hold for every screen in it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from playwright.sync_api import Frame, Locator, ViewportSize, expect

from jira_emulator.model import Person
from tests.journeys.support.axe import violations
from tests.journeys.support.journey import Journey
from tests.web.support.unmarked import unmarked
from timesheet.domain.language import ACCENTED, MIRRORED
from timesheet.web.http.catalog import open_language
from tools.stage import Stage

NARROW: ViewportSize = {"width": 375, "height": 740}
WIDE: ViewportSize = {"width": 1280, "height": 740}


def choose_language(stage: Stage, person: Person, code: str) -> None:
    """Let a person have chosen this language."""
    deps = stage.app.extensions["timesheet"]
    with stage.app.app_context():
        store, account = deps.stores.settings_of(stage.site_key), person.account_id
        store.save_person(account, replace(store.read_person(account), language=code))
        deps.operation.transaction.commit()


@dataclass(frozen=True)
class ScreenLanguage:
    """The language that the traveler of a journey reads."""

    code: str
    journey: Journey

    def say(self, english: str, **values: str) -> str:
        """Return a sentence as the app shows it."""
        return open_language(self.code).texts.gettext(english).format_map(values)

    def inspect(self, frame: Frame) -> None:
        """Fail unless the screen says its language, has no other words, is accessible, and fits a phone."""
        root, page = frame.locator("html"), self.journey.page
        expect(root).to_have_attribute("lang", self.code.replace("_", "-"))
        expect(root).to_have_attribute("dir", "rtl" if self.code == MIRRORED else "ltr")
        assert_accessible_words(frame)
        if self.code == ACCENTED:
            html = without(root.evaluate("root => root.outerHTML"), names(self.journey.stage))
            wrong = sorted(set(unmarked(html)))
            assert not wrong, wrong
        page.set_viewport_size(NARROW)
        wide = frame.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{wide} px too wide"
        page.set_viewport_size(WIDE)


def assert_accessible_words(frame: Frame) -> None:
    """Fail with axe's report if it finds anything but colors, which are the same in every language."""
    found = violations(frame, colors=False)
    assert not found, "\n".join(found)


def names(stage: Stage) -> Iterable[str]:
    """Return what people have named in the emulated Jira, the longest first."""
    site = stage.jira.site
    with site.lock:
        found = {person.display_name for person in site.people.values()}
        for kind in (site.projects, site.types, site.statuses):
            found |= {one.name for one in kind.values()}
        found |= {project.key for project in site.projects.values()}
        found |= {issue.summary for issue in site.issues.values()}
    return sorted(found, key=len, reverse=True)


def without(html: str, data: Iterable[str]) -> str:
    """Return a page without these names."""
    return re.sub("|".join(rf"\b{re.escape(name)}(?!\w)" for name in data), "", html)


def is_whole(field: Locator) -> bool:
    """Return True if the placeholder of a field is not cut: an ellipsis then changes nothing.

    What else changes, such as the place of the field while the page arranges itself, has come to rest at a later try.
    """
    return any(drawn(field, "clip") == drawn(field, "ellipsis") for _ in range(25))


def drawn(field: Locator, end: str) -> bytes:
    """Return a picture of a field, with this end of a text that it has no room for."""
    field.evaluate("(field, end) => { field.style.textOverflow = end; }", end)
    return field.screenshot()
