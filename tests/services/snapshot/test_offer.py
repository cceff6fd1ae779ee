"""Offered issues: what is known without a call, what one call adds, and how long it stays known."""

from __future__ import annotations

from datetime import timedelta

from tests.services.support.scene import BARE, MONDAY, OPS, PAY, Scene
from timesheet.domain.worklog.offer import OfferSource, OwnIssues
from timesheet.services.snapshot.offer import Offer, offer_issues

HOUR = 3600
TUESDAY = MONDAY + timedelta(days=1)


def ids(offer: Offer) -> dict[OfferSource, list[int]]:
    return {section.source: [issue.id for issue in section.issues] for section in offer.sections}


def test_recent_issues_are_those_of_the_viewers_worklogs_the_latest_first(scene: Scene) -> None:
    scene.put(PAY, MONDAY, HOUR)
    scene.put(OPS, TUESDAY, HOUR)
    scene.sheet()
    scene.calls()
    offer = offer_issues(scene.viewer_context, ())
    assert (ids(offer), offer.complete) == ({OfferSource.RECENT: [OPS, PAY]}, False)
    assert scene.calls() == []
    scene.wait(3600)
    assert ids(offer_issues(scene.viewer_context, ())) == {}, "Jira may have hidden them since"


def test_offers_are_read_once_in_five_minutes(scene: Scene) -> None:
    issues = scene.jira.issues
    scene.jira.own = OwnIssues((issues[PAY],), (issues[OPS],))
    for _ in range(2):
        offer = offer_issues(scene.viewer_context, (BARE,), ask=True)
        assert ids(offer) == {
            OfferSource.PINNED: [BARE],
            OfferSource.ASSIGNED: [PAY],
            OfferSource.VIEWED: [OPS],
        }
    assert sorted(scene.calls()) == ["read_issues", "read_own_issues"]
    assert offer_issues(scene.viewer_context, (BARE,)).complete
    scene.wait(299)
    assert offer_issues(scene.viewer_context, (BARE,)).complete
    scene.wait(1)
    assert not offer_issues(scene.viewer_context, (BARE,)).complete
    assert scene.calls() == []


def test_a_text_searches_in_jira_and_leaves_of_the_known_ones_what_it_means(scene: Scene) -> None:
    scene.put(OPS, MONDAY, HOUR)
    scene.sheet()
    scene.calls()
    offer = offer_issues(scene.viewer_context, (), "pay-12")
    assert ids(offer) == {OfferSource.FOUND: [PAY]}
    assert scene.calls() == ["find_issues"]
