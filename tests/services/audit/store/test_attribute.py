"""Attributes and the choices of teams record their changes."""

from __future__ import annotations

from dataclasses import replace

from tests.adapters.support.site_data import make_team
from tests.services.support.audited_site import Site, last
from timesheet.domain.attribute.attribute import BILLABLE, Attribute, Kind, Option
from timesheet.domain.audit.action import Action


def test_attributes_name_their_options_and_what_a_team_took_away(site: Site) -> None:
    options = (Option("d", "Design"), Option("o", "Old", removed=True))
    saved = site.stores.attributes.save(Attribute("a", "Activity", Kind.SELECT, options=options))
    saved = site.stores.attributes.save(replace(saved, default="d"))
    assert last(site) == ({"default": ""}, {"default": "Design"})
    site.stores.attributes.save(saved)
    team = make_team(site.stores)
    site.new()
    site.stores.attributes.choose(team.id, {"a", BILLABLE})
    site.stores.attributes.choose(team.id, {"a"})
    assert last(site) == ({"attributes": [BILLABLE]}, {"attributes": []})
    site.stores.attributes.choose(team.id, {"a"})
    assert site.new() == [(Action.TEAM_ATTRIBUTES_CHOSEN, team.id)] * 2
