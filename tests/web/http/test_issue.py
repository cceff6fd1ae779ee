"""Links that leave the frame: their addresses, and that no value breaks out of an attribute."""

from __future__ import annotations

from dataclasses import replace

from timesheet.domain.worklog.issue import issue_in
from timesheet.web.http.issue import issue_address, issue_key, issue_link
from timesheet.web.http.navigation import page_link

SITE = "https://acme.atlassian.net"


def test_a_page_of_jira_opens_in_the_whole_window() -> None:
    assert page_link(f"{SITE}/a?b=1&c=2") == f'href="{SITE}/a?b=1&amp;c=2" target="_top"'


def test_a_page_of_the_app_is_named_too() -> None:
    assert page_link(f"{SITE}/a", "teams") == f'href="{SITE}/a" target="_top" data-module="teams"'


def test_an_issue_opens_in_a_new_tab_that_cannot_reach_back() -> None:
    assert issue_address(SITE, "PAY-1") == f"{SITE}/browse/PAY-1"
    assert issue_link(SITE, "PAY-1") == f'href="{SITE}/browse/PAY-1" target="_blank" rel="noopener"'


def test_the_key_of_an_issue_is_its_link_once_it_is_known() -> None:
    issue = replace(issue_in({}, 12), key="PAY-12", loading=False)
    assert issue_key(SITE, issue) == f"<a {issue_link(SITE, 'PAY-12')}>PAY-12</a>"
    assert issue_key(SITE, issue_in({}, 12)) == "<b>12</b> "
    assert "<i>" not in issue_key(SITE, replace(issue, key="<i>"))


def test_no_value_breaks_out_of_its_attribute() -> None:
    broken = '"><i>'
    for attributes in (
        page_link(broken),
        page_link("/", broken),
        issue_link(broken, "A-1"),
        issue_link("", broken),
    ):
        assert "<" not in attributes
        assert attributes.count('"') % 2 == 0
        assert broken not in attributes
