"""Strategies for documents: small worlds in which ids, names, and people often coincide."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import strategies as st

from tests.services.support.team_scene import ADMIN, ANN, BO, LEAD
from tests.services.support.transfer_scene import minimal

Json = Any
PEOPLE = (LEAD, ANN, BO, ADMIN, "stranger-1")
WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
PERMISSIONS = ("work-on-issues", "view-hours", "view-worklogs", "manage-worklogs", "manage-team")

OPTIONS = (
    [{"id": "a", "name": "A"}],
    [{"id": "b", "name": "B", "removed": True}, {"id": "c", "name": "C"}],
)
QUERIES = (
    "who=payments,three&rows=team",
    "who=two&label=oncall&group=devs&group=nobodys",
    "only-role=look&only-attribute-activity=a&only-project=1&rows=attribute-one",
)
names = st.sampled_from(["Alpha", "Beta", "Gamma", "alpha", "Delta (2)"])
people = st.sampled_from(PEOPLE)
colors = st.sampled_from(["blue", "teal", "red"])
days = st.dates(date(2026, 1, 1), date(2026, 1, 9))
iso = days.map(lambda day: day.isoformat())
parts = st.sampled_from(["whole", "morning", "afternoon"])
hours = st.sampled_from(["0:00", "4:00", "7:30", "8:00", "24:00"])
weeks = st.fixed_dictionaries(dict.fromkeys(WEEK, hours))


def ids(*known: str) -> st.SearchStrategy[str]:
    return st.sampled_from(["one", "two", *known])


def several(
    item: st.SearchStrategy[Json], key: str | tuple[str, ...], most: int = 3
) -> st.SearchStrategy[Json]:
    keys = (key,) if isinstance(key, str) else key
    return st.lists(item, max_size=most, unique_by=lambda one: tuple(one[name] for name in keys))


legends = several(
    st.fixed_dictionaries(
        {
            "id": ids("vacation", "training"),
            "title": st.sampled_from(["Training", "Travel", "Vacation", "Rest"]),
            "color": colors,
            "letter": st.sampled_from(["T", "R", "V", "X9"]),
        }
    ),
    "id",
)
schemes = several(st.fixed_dictionaries({"id": ids("default", "six"), "name": names, "hours": weeks}), "id")
reasons = st.sampled_from(["public-holiday", "vacation", "unclassified", "training", "one"])
holidays = st.fixed_dictionaries({"date": iso, "part": parts, "title": names, "legend": reasons})
calendars = several(
    st.fixed_dictionaries({"id": ids("bavaria"), "name": names, "days": several(holidays, ("date", "part"))}),
    "id",
)
labels = several(
    st.fixed_dictionaries(
        {"id": ids("oncall"), "name": names, "color": colors, "people": st.lists(people, max_size=3)}
    ),
    "id",
)
attributes = several(
    st.fixed_dictionaries(
        {
            "id": ids("activity", "billable"),
            "name": names,
            "kind": st.sampled_from(["text", "select", "checkbox"]),
            "required": st.booleans(),
            "options": st.sampled_from(OPTIONS),
        }
    ),
    "id",
    2,
)
leaves = several(
    st.fixed_dictionaries({"person": people, "date": iso, "part": parts, "legend": reasons}),
    ("person", "date", "part"),
)
views = st.fixed_dictionaries(
    {"id": ids("payments-view"), "name": names, "query": st.sampled_from(QUERIES)},
    optional={"people": st.lists(people, max_size=2)},
)


@st.composite
def teams(draw: st.DrawFn) -> Json:
    """Return a team that is usually consistent."""
    team_id, lead = draw(ids("payments", "three")), draw(people)
    roles = [
        {
            "id": f"{team_id}-lead",
            "name": "Team Lead",
            "permissions": list(PERMISSIONS),
            "system": "team-lead",
        },
        {
            "id": f"{team_id}-member",
            "name": "Team Member",
            "permissions": ["work-on-issues"],
            "system": "team-member",
        },
        *draw(
            several(
                st.fixed_dictionaries(
                    {
                        "id": st.sampled_from(["look", f"{team_id}-look"]),
                        "name": st.sampled_from(["Onlooker", "Helper"]),
                        "permissions": st.lists(st.sampled_from(PERMISSIONS), unique=True),
                    }
                ),
                "id",
            )
        ),
    ]
    own = draw(
        several(st.fixed_dictionaries({"id": ids(f"{team_id}-own"), "name": names, "hours": weeks}), "id", 2)
    )
    role_ids = st.sampled_from([role["id"] for role in roles])
    known = st.sampled_from(["default", *(scheme["id"] for scheme in own)])
    member = st.fixed_dictionaries(
        {
            "person": people,
            "roles": st.lists(role_ids, min_size=1, max_size=2, unique=True),
            "joined": st.none() | iso,
            "left": st.none() | iso,
            "calendar": st.none() | ids("bavaria"),
            "schemes": several(st.fixed_dictionaries({"from": st.none() | iso, "scheme": known}), "from", 2),
            "group": st.none() | st.sampled_from(["devs", "nobodys"]),
        }
    )
    members = [one for one in draw(several(member, "person")) if one["person"] != lead]
    groups = st.fixed_dictionaries(
        {
            "group": st.sampled_from(["devs", "nobodys"]),
            "roles": st.lists(role_ids, min_size=1, max_size=2, unique=True),
        }
    )
    return {
        "id": team_id,
        "name": draw(names),
        "lead": lead,
        "description": draw(st.sampled_from(["", "They pay."])),
        "archived": draw(st.booleans()),
        "default_scheme": draw(known),
        "projects": draw(
            st.sampled_from([[], [{"id": 1, "key": "PAY"}], [{"id": 9, "key": "PAY"}], [{"id": 7}]])
        ),
        "jql": draw(st.sampled_from(["", "labels = x", "broken = 1"])),
        "schemes": own,
        "roles": roles,
        "members": [{"person": lead, "roles": [f"{team_id}-lead"]}, *members],
        "groups": draw(several(groups, "group", 2)),
        "attributes": draw(st.sampled_from([[], ["billable"], ["activity"]])),
        "views": draw(several(views, "id", 2)),
    }


grants = st.fixed_dictionaries(
    {
        "whom": st.sampled_from(["nobody", "everybody", "some"]),
        "groups": st.lists(st.sampled_from(["devs", "nobodys"]), unique=True),
        "people": st.lists(people, unique=True),
    }
)
PARTS: dict[str, st.SearchStrategy[Json]] = {
    "settings": st.fixed_dictionaries(
        {
            "fallback_zone": st.sampled_from(["UTC", "Europe/Berlin"]),
            "week_start": st.sampled_from(["locale", "0", "6"]),
            "timer_rounding": st.sampled_from(["", "up-15"]),
        }
    ),
    "periods": st.fixed_dictionaries({"length": st.sampled_from(["weekly", "monthly"]), "start": iso}),
    "permissions": st.fixed_dictionaries(
        {"site": st.fixed_dictionaries({"auditors": grants, "team-managers": grants})}
    ),
    "legends": legends,
    "schemes": schemes,
    "calendars": calendars,
    "labels": labels,
    "attributes": attributes,
    "teams": several(teams(), "id", 2),
    "leaves": leaves,
}
documents = st.fixed_dictionaries({}, optional=PARTS).map(lambda parts: minimal(**parts))
