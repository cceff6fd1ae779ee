from __future__ import annotations

from dataclasses import replace

from tests.services.scene import BERLIN, Scene
from timesheet.domain.identity import Identity, Profile


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
