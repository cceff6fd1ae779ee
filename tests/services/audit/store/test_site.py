"""Labels, permissions, and settings of a site record their changes."""

from __future__ import annotations

from dataclasses import replace

from tests.services.support.audited_site import Site, last
from timesheet.domain.audit.action import Action
from timesheet.domain.audit.event import PersonId
from timesheet.domain.permission import Grant, Module, SitePermissions, Whom
from timesheet.domain.team.label import UserLabel
from timesheet.services.ports.settings import PersonSettings, SiteSettings


def test_labels_concern_those_who_get_or_lose_one(site: Site) -> None:
    saved = site.stores.labels.save(UserLabel("u", "backend", "teal", frozenset({"ben", "eva"})))
    saved = site.stores.labels.save(replace(saved, people=frozenset({"eva", "finn"})))
    assert last(site) == ({"people": [PersonId("ben")]}, {"people": [PersonId("finn")]})
    site.stores.labels.save(saved)
    site.stores.labels.delete("u")
    site.stores.labels.delete("u")
    assert site.new() == [
        (Action.LABEL_CREATED, "u"),
        (Action.LABEL_CHANGED, "u"),
        (Action.LABEL_DELETED, "u"),
    ]


def test_permissions_name_the_grants_that_differ(site: Site) -> None:
    some = Grant(Whom.SOME, frozenset({"g"}), frozenset({"ben"}))
    saved = site.stores.permissions.save(SitePermissions({Module.AUDIT: some}))
    everybody = {"whom": "everybody", "groups": [], "people": []}
    somebody = {"whom": "some", "groups": ["g"], "people": [PersonId("ben")]}
    assert last(site) == ({"audit": everybody}, {"audit": somebody})
    site.stores.permissions.save(saved)
    assert site.new() == [(Action.PERMISSION_CHANGED, "permissions")]


def test_settings_of_the_site_but_not_what_somebody_looks_at(site: Site) -> None:
    saved = site.settings.save_site(SiteSettings("Europe/Berlin"))
    assert last(site) == ({"fallback_zone": "UTC"}, {"fallback_zone": "Europe/Berlin"})
    site.settings.save_site(saved)
    site.settings.save_person("ana", PersonSettings(view="month"))
    assert site.settings.read_site().fallback_zone == "Europe/Berlin"
    assert site.new() == [(Action.SETTING_CHANGED, "settings")]
