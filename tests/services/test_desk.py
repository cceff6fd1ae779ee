from __future__ import annotations

from dataclasses import replace

import pytest

from tests.services.scene import BERLIN, PAY, Scene
from timesheet.domain.audit_action import Action
from timesheet.domain.identity import Identity, Profile
from timesheet.services.desk import Desk
from timesheet.services.worklog_journal import Intent


def test_keys_of_two_people_or_two_sites_never_meet(scene: Scene) -> None:
    desk = scene.desk
    colleague = replace(desk, identity=Identity("site-1", "viewer-2"))
    elsewhere = replace(desk, identity=Identity("site-2", "viewer-1"))
    keys = {one.key("write", "k") for one in (desk, colleague, elsewhere)}
    assert len(keys) == 3


def test_the_zone_of_the_desk_is_the_viewers_own(scene: Scene) -> None:
    assert scene.desk.zones == {"viewer-1": BERLIN}
    assert len(scene.desk.zones) == 1
    assert scene.desk.zones.get("viewer-2") is None


def test_the_account_is_not_read_before_the_viewers_own_zone_is_looked_up(scene: Scene) -> None:
    read: list[str] = []

    def account() -> Profile:
        read.append("account")
        return scene.jira.profile

    zones = replace(scene.desk, account=account).zones
    assert (zones.get("viewer-2"), read) == (None, [])
    assert (zones.get("viewer-1"), read) == (BERLIN, ["account"])


def test_a_desk_that_is_there_to_read_announces_nothing(scene: Scene) -> None:
    journal = Desk(scene.jira, scene.cache, scene.desk.identity, scene.desk.account).journal
    with pytest.raises(RuntimeError, match="without a journal"):
        journal.begin(Intent(Action.WORKLOG_CREATED, "viewer-1", PAY, scene.jira.now))
    assert (journal.earlier("x"), list(journal.left_on(PAY))) == (None, [])
