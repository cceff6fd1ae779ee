"""The cloud id of a site: read if it is missing, and never replaced."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from timesheet.domain.site import DISABLED, INSTALLED, UNINSTALLED, Site
from timesheet.services.site.cloud_id import learn_cloud_id

ACME = Site("acme", "https://acme.atlassian.net", "https://acme.atlassian.net", INSTALLED, "secret", 1)


@dataclass
class Jira:
    """A site that says its cloud id; the store that keeps it."""

    answer: str | None = "cloud"
    taken: bool = False
    calls: list[str] = field(default_factory=list)
    kept: list[tuple[str, str]] = field(default_factory=list)

    def read(self, site: Site) -> str | None:
        self.calls.append(site.base_url)
        return self.answer

    def note_cloud_id(self, key: str, cloud_id: str) -> bool:
        self.kept.append((key, cloud_id))
        return not self.taken


def test_a_missing_cloud_id_is_read() -> None:
    jira = Jira()
    assert learn_cloud_id(jira, jira, ACME) == "cloud"
    assert jira.calls == ["https://acme.atlassian.net"]
    assert jira.kept == [("acme", "cloud")]


@pytest.mark.parametrize(
    "site",
    [replace(ACME, cloud_id="known"), replace(ACME, status=UNINSTALLED), replace(ACME, status=DISABLED)],
    ids=["known", "uninstalled", "disabled"],
)
def test_no_cloud_id_is_read_without_need(site: Site) -> None:
    jira = Jira()
    assert not site.lacks_cloud_id
    assert learn_cloud_id(jira, jira, site) is None
    assert jira.calls == []


def test_an_answer_that_says_nothing_is_not_kept() -> None:
    jira = Jira(answer=None)
    assert learn_cloud_id(jira, jira, ACME) is None
    assert jira.kept == []


def test_an_id_that_came_first_stays() -> None:
    jira = Jira(taken=True)
    assert learn_cloud_id(jira, jira, ACME) is None
