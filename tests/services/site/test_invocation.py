"""Invocations: the first one of an installation adds its site, and the end of one is recorded."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.services.support.fake_recorder import Recorded
from timesheet.domain.audit.action import Action
from timesheet.domain.errors import Conflict, NotAllowed, Unauthenticated
from timesheet.domain.identity import Identity
from timesheet.domain.site import INSTALLED, UNINSTALLED, Site
from timesheet.services.ports.invocation import Admission, Invocation
from timesheet.services.site.authentication import ANONYMOUS, NOT_INSTALLED
from timesheet.services.site.invocation import (
    CHOSEN,
    MOVE_FIRST,
    NO_EVENT,
    SILENT_NIGHTS,
    TAKEN,
    InvocationAuthenticator,
    MoveFirst,
    authenticate_invocation,
    claim_site,
    end_if_silent,
    end_installation,
    keep_delivered,
    moving_site,
    open_site,
    refuse_page,
    start_empty,
    usual_event_name,
    viewer_of,
)

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
CALL = Invocation("one", "cloud", "https://api/ex/jira/cloud", 1, 2, "ann", "https://acme.atlassian.net")
SITE = Site(
    "one", CALL.api_url, "https://acme.atlassian.net", INSTALLED, None, 0,
    cloud_id="cloud", opened_by="one", api_url=CALL.api_url,
)  # fmt: skip


@dataclass
class Installations:
    """The installations in memory; what is written is found after the commit."""

    sites: dict[str, Site] = field(default_factory=dict)
    written: dict[str, Site] = field(default_factory=dict)
    comes_back: bool = True
    earlier: Site | None = None
    free: bool = True
    admits: Admission | None = None
    nights: int = 0

    def find_installation(self, installation: str) -> Site | None:
        return self.sites.get(installation)

    def find_earlier(self, invocation: Invocation) -> Site | None:
        return self.earlier if self.earlier and self.earlier.cloud_id == invocation.cloud_id else None

    def is_free(self, key: str, now: datetime) -> bool:
        return self.free

    def count_silence(self, key: str, now: datetime) -> int:
        self.nights += 1
        return self.nights

    def claim(self, key: str, invocation: Invocation, now: datetime) -> bool:
        assert self.earlier is not None
        if self.free:
            self.written[invocation.installation] = moving_site(self.earlier, invocation)
        return self.free

    def admit(self, invocation: Invocation, now: datetime) -> Admission:
        if self.admits is not None:
            return self.admits
        known = self.sites.get(invocation.installation)
        if known is not None and known.status == UNINSTALLED and not self.comes_back:
            return Admission(changed=False, upgrade=False)
        self.written[invocation.installation] = replace(
            known or SITE, status=INSTALLED, api_url=invocation.api_url,
            display_url=invocation.site_url or SITE.display_url,
        )  # fmt: skip
        return Admission(changed=True, upgrade=known is not None and known.status == INSTALLED)

    def leave(self, key: str, now: datetime, erase_after: datetime) -> bool:
        assert erase_after == now + timedelta(days=30)
        return key in self.sites

    def commit(self) -> None:
        self.sites |= self.written
        self.written.clear()


@dataclass
class Delivered:
    """The tokens by site and person."""

    kept: dict[tuple[str, str | None], str] = field(default_factory=dict)

    def keep(self, site: Site, account_id: str | None, token: str, *, replaces: bool = True) -> None:
        if replaces or (site.key, account_id) not in self.kept:
            self.kept[site.key, account_id] = token

    def forget(self, site: Site) -> None:
        self.kept.pop((site.key, None), None)


@dataclass
class Scene:
    installations: Installations = field(default_factory=Installations)
    delivered: Delivered = field(default_factory=Delivered)
    events: Recorded = field(default_factory=Recorded)
    verified: list[str] = field(default_factory=list)

    def verify(self, text: str) -> Invocation:
        self.verified.append(text)
        return CALL

    @property
    def authenticator(self) -> InvocationAuthenticator:
        return InvocationAuthenticator(
            self, self.installations, self.delivered, lambda _: self.events.recorder(NOW)
        )

    def open(self, invocation: Invocation = CALL) -> Site:
        site = self.installations.find_installation(invocation.installation)
        return open_site(self.authenticator, invocation, site, NOW, self.installations.commit)

    @property
    def recorded(self) -> list[tuple[Action, str]]:
        return [(Action(event.action), event.object_id) for event in self.events.events]


@pytest.fixture
def scene() -> Scene:
    return Scene()


@pytest.fixture
def known(scene: Scene) -> Scene:
    scene.installations.sites["one"] = SITE
    return scene


def test_a_token_is_needed(scene: Scene) -> None:
    assert authenticate_invocation(scene.authenticator, "text") == CALL
    with pytest.raises(Unauthenticated) as refused:
        authenticate_invocation(scene.authenticator, None)
    assert refused.value.reason == "missing"
    assert scene.verified == ["text"]


def test_only_a_page_is_refused_what_comes_from_atlassian_alone() -> None:
    refuse_page(replace(CALL, of_page=False))
    with pytest.raises(NotAllowed) as refused:
        refuse_page(replace(CALL, of_page=True))
    assert (refused.value.sentence, refused.value.layer) == (NO_EVENT, "site")


def test_the_first_invocation_adds_the_site(scene: Scene) -> None:
    assert scene.open() == SITE
    assert scene.recorded == [(Action.SITE_INSTALLED, "one")]
    assert scene.events.events[0].after == {"base_url": "https://acme.atlassian.net"}
    assert scene.open() == SITE
    assert len(scene.events.events) == 1


def test_a_site_that_is_known_is_only_looked_up(known: Scene) -> None:
    for invocation in (CALL, replace(CALL, site_url=None), replace(CALL, account_id=None)):
        assert known.open(invocation) == SITE
    assert known.recorded == []


@pytest.mark.parametrize(
    "change", [{"api_url": "https://api/new"}, {"site_url": "https://new.atlassian.net"}]
)
def test_a_new_address_is_taken_over(known: Scene, change: dict[str, str]) -> None:
    site = known.open(replace(CALL, **change))  # type: ignore[arg-type]
    assert {site.api_url, site.display_url} & set(change.values())
    assert known.recorded == [(Action.SITE_UPGRADED, "one")]


@pytest.mark.parametrize("comes_back", [True, False])
def test_an_installation_that_has_ended_is_closed_until_it_comes_back(known: Scene, comes_back: bool) -> None:
    known.installations.sites["one"] = replace(SITE, status=UNINSTALLED)
    known.installations.comes_back = comes_back
    if comes_back:
        assert known.open() == SITE
        assert known.recorded == [(Action.SITE_INSTALLED, "one")]
    else:
        with pytest.raises(NotAllowed) as refused:
            known.open()
        assert refused.value.sentence == NOT_INSTALLED
        assert known.recorded == []


def test_a_site_that_could_not_be_added_is_closed(scene: Scene) -> None:
    def lose() -> None:
        scene.installations.written.clear()

    with pytest.raises(NotAllowed):
        open_site(scene.authenticator, CALL, None, NOW, lose)


def test_a_site_that_another_request_of_its_installation_has_added_meanwhile_is_not_an_earlier_one(
    scene: Scene,
) -> None:
    scene.installations.earlier, scene.installations.free = SITE, False
    assert scene.open() == SITE
    assert scene.recorded == []


EARLIER = replace(SITE, key="earlier", opened_by=None, api_url=None, secret="secret")


def test_a_site_that_used_the_app_before_waits_for_a_confirmation(scene: Scene) -> None:
    scene.installations.earlier = EARLIER
    with pytest.raises(MoveFirst) as first:
        scene.open()
    assert first.value.sentence == MOVE_FIRST
    assert first.value.site == EARLIER
    assert scene.installations.written == {}
    moving = moving_site(EARLIER, CALL)
    assert (moving.key, moving.opened_by, moving.api_url, moving.secret) == (
        "earlier",
        "one",
        CALL.api_url,
        None,
    )
    claim_site(scene.authenticator, moving, CALL, NOW)
    scene.installations.commit()
    assert scene.open().key == "earlier"
    assert scene.recorded == [(Action.SITE_MOVED, "earlier")]


@pytest.mark.parametrize("site_url", ["https://new.atlassian.net", None])
def test_a_move_names_the_address_that_the_site_has_now(scene: Scene, site_url: str | None) -> None:
    scene.installations.earlier = EARLIER
    claim_site(scene.authenticator, EARLIER, replace(CALL, site_url=site_url), NOW)
    assert scene.events.events[0].after == {"base_url": site_url or EARLIER.display_url}


@pytest.mark.parametrize("site_url", ["https://new.atlassian.net", None])
def test_a_new_installation_may_start_empty_and_the_earlier_one_ends(
    scene: Scene, site_url: str | None
) -> None:
    scene.installations.earlier = scene.installations.sites["earlier"] = EARLIER
    call = replace(CALL, site_url=site_url)
    start_empty(scene.authenticator, EARLIER, call, NOW, nullcontext())
    scene.installations.commit()
    assert scene.open(call).key == "one"
    assert scene.recorded == [(Action.SITE_UNINSTALLED, "earlier"), (Action.SITE_INSTALLED, "one")]
    assert scene.events.events[1].after == {"base_url": site_url or CALL.api_url}


def test_the_choice_to_start_empty_is_made_once(known: Scene) -> None:
    known.installations.sites["earlier"] = EARLIER
    with pytest.raises(Conflict) as late:
        start_empty(known.authenticator, EARLIER, CALL, NOW, nullcontext())
    assert late.value.sentence == CHOSEN
    assert known.recorded == [], "the earlier installation goes on"


def test_the_choice_to_keep_the_data_is_made_once(known: Scene) -> None:
    known.installations.earlier, known.installations.free = EARLIER, False
    with pytest.raises(Conflict) as late:
        claim_site(known.authenticator, EARLIER, CALL, NOW)
    assert late.value.sentence == CHOSEN
    assert known.recorded == []


@pytest.mark.parametrize(("changed", "upgrade"), [(False, True), (True, True), (False, False)])
def test_an_installation_that_another_admin_lets_go_on_does_not_start_empty(
    scene: Scene, changed: bool, upgrade: bool
) -> None:
    scene.installations.admits = Admission(changed=changed, upgrade=upgrade)
    with pytest.raises(Conflict) as late:
        start_empty(scene.authenticator, EARLIER, CALL, NOW, nullcontext())
    assert late.value.sentence == CHOSEN
    assert scene.recorded == []


def test_another_cloud_id_has_nothing_to_do_with_it(scene: Scene) -> None:
    scene.installations.earlier = replace(EARLIER, cloud_id="another")
    assert scene.open() == SITE


def test_a_site_that_another_installation_uses_is_refused(scene: Scene) -> None:
    scene.installations.earlier, scene.installations.free = EARLIER, False
    with pytest.raises(NotAllowed) as refused:
        scene.open()
    assert not isinstance(refused.value, MoveFirst)
    with pytest.raises(NotAllowed) as late:
        claim_site(scene.authenticator, EARLIER, CALL, NOW)
    assert refused.value.sentence == late.value.sentence == TAKEN
    assert scene.recorded == []


def test_the_viewer_is_whom_the_token_names() -> None:
    assert viewer_of(SITE, CALL) == Identity("one", "ann")
    with pytest.raises(NotAllowed) as refused:
        viewer_of(SITE, replace(CALL, account_id=None))
    assert refused.value.sentence == ANONYMOUS


@pytest.mark.parametrize(
    ("account_id", "of_user", "of_app", "kept"),
    [
        ("ann", "u", "a", {("one", "ann"): "u", ("one", None): "a"}),
        ("ann", "", "", {}),
        (None, "u", "a", {("one", None): "a"}),
    ],
)
def test_tokens_are_kept_for_whom_they_were_made(
    known: Scene, account_id: str | None, of_user: str, of_app: str, kept: dict[tuple[str, str | None], str]
) -> None:
    keep_delivered(known.authenticator, SITE, account_id, of_user, of_app)
    assert known.delivered.kept == kept


def test_a_person_replaces_no_token_of_the_app(known: Scene) -> None:
    keep_delivered(known.authenticator, SITE, "ann", "", "first")
    keep_delivered(known.authenticator, SITE, "ann", "", "sent by ann")
    assert known.delivered.kept == {("one", None): "first"}
    keep_delivered(known.authenticator, SITE, None, "", "of an event")
    assert known.delivered.kept == {("one", None): "of an event"}


@pytest.mark.parametrize("there", [True, False])
def test_the_end_of_an_installation_is_recorded_once(scene: Scene, there: bool) -> None:
    if there:
        scene.installations.sites["one"] = SITE
    scene.delivered.keep(SITE, None, "a")
    end_installation(scene.authenticator, SITE, NOW)
    assert scene.delivered.kept == {}
    assert scene.recorded == ([(Action.SITE_UNINSTALLED, "one")] if there else [])


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("avi:jira:created:worklog", "worklog_created"),
        ("avi:jira:deleted:issue", "jira:issue_deleted"),
        ("avi:jira:created:issue", None),
        ("worklog_created", None),
        (7, None),
        (["x"], None),
    ],
)
def test_events_have_the_names_that_webhooks_use(name: object, known: str | None) -> None:
    assert usual_event_name(name) == known


def test_an_installation_ends_on_the_last_of_seven_silent_nights() -> None:
    scene = Scene(Installations(sites={"one": SITE}))
    for _ in range(SILENT_NIGHTS - 1):
        end_if_silent(scene.authenticator, SITE, NOW)
    assert scene.recorded == []
    end_if_silent(scene.authenticator, SITE, NOW)
    assert scene.recorded == [(Action.SITE_UNINSTALLED, "one")]


@pytest.mark.parametrize("site", [replace(SITE, opened_by=None), replace(SITE, secret="of Connect")])
def test_a_site_with_the_connect_app_does_not_end_because_forge_is_silent(site: Site) -> None:
    scene = Scene(Installations(sites={"one": site}, nights=SILENT_NIGHTS))
    end_if_silent(scene.authenticator, site, NOW)
    assert (scene.recorded, scene.installations.nights) == ([], SILENT_NIGHTS)
