from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import combinations

import pytest

from timesheet.domain.errors import InvalidInput, NotAllowed
from timesheet.domain.permission import (
    Allowed,
    Decision,
    Grant,
    Module,
    Refused,
    Requester,
    SitePermission,
    SitePermissions,
    Standing,
    TeamAction,
    Whom,
    decide,
    has_site_permission,
    may_create_team,
    may_open,
    require,
    standing_of,
)
from timesheet.domain.team.team import Member, Role, Team, TeamPermission

WORK, HOURS, WORKLOGS, MANAGE, TEAM = TeamPermission
TODAY = date(2024, 6, 14)
MEMBER = Standing(leads=False, administers=False, belongs=True, active=True, permissions=frozenset())
STRANGER = replace(MEMBER, belongs=False, active=False)
LEAD, ADMINISTRATOR = replace(STRANGER, leads=True), replace(STRANGER, administers=True)
YES, OWN, NO = Allowed(), Allowed(own_only=True), None

ACTIONS = (
    "log-time",
    "see-sums",
    "see-worklogs",
    "change-worklogs",
    "close",
    "edit",
    "archive",
    "restore",
    "delete",
)
CELLS: dict[TeamPermission | None, tuple[Allowed | None, ...]] = {
    WORK: (YES, OWN, OWN, NO, NO, NO, NO, NO, NO),
    HOURS: (NO, YES, OWN, NO, NO, NO, NO, NO, NO),
    WORKLOGS: (NO, YES, YES, NO, NO, NO, NO, NO, NO),
    MANAGE: (NO, YES, YES, YES, NO, NO, NO, NO, NO),
    TEAM: (NO, YES, YES, NO, YES, YES, NO, NO, NO),
    None: (NO, OWN, OWN, NO, NO, NO, NO, NO, NO),
}


def shown(decision: Decision) -> Allowed | None:
    return decision if isinstance(decision, Allowed) else None


@pytest.mark.parametrize(
    ("permission", "action", "cell"),
    [
        pytest.param(permission, TeamAction(action), cell, id=f"{permission}-{action}")
        for permission, row in CELLS.items()
        for action, cell in zip(ACTIONS, row, strict=True)
    ],
)
def test_every_cell_of_the_table(
    permission: TeamPermission | None, action: TeamAction, cell: Allowed | None
) -> None:
    standing = replace(MEMBER, permissions=frozenset({permission} if permission else ()))
    assert shown(decide(standing, action)) == cell


def test_entering_leaves_for_others_goes_with_managing_the_team() -> None:
    givers = [
        p
        for p in TeamPermission
        if decide(replace(MEMBER, permissions=frozenset({p})), TeamAction.ENTER_LEAVES) == YES
    ]
    assert givers == [TEAM]


def test_several_roles_give_what_one_of_them_gives_and_no_more() -> None:
    for one, other in combinations(TeamPermission, 2):
        for action in TeamAction:
            alone = [decide(replace(MEMBER, permissions=frozenset({p})), action) for p in (one, other)]
            both = decide(replace(MEMBER, permissions=frozenset({one, other})), action)
            assert (both == YES) == (YES in alone)
            assert isinstance(both, Refused) == all(isinstance(decision, Refused) for decision in alone)


@pytest.mark.parametrize("standing", [LEAD, ADMINISTRATOR, replace(LEAD, belongs=True, active=True)])
@pytest.mark.parametrize("action", TeamAction)
def test_lead_and_administrators_do_everything_but_log_time_without_a_role(
    standing: Standing, action: TeamAction
) -> None:
    assert (decide(standing, action) == YES) == (action is not TeamAction.LOG_TIME)


def test_a_lead_whose_role_says_so_logs_time() -> None:
    assert (
        decide(replace(LEAD, belongs=True, active=True, permissions=frozenset({WORK})), TeamAction.LOG_TIME)
        == YES
    )


@pytest.mark.parametrize("action", TeamAction)
def test_somebody_outside_the_team_may_do_nothing(action: TeamAction) -> None:
    decision = decide(STRANGER, action)
    assert isinstance(decision, Refused)
    assert decision.layer in {"team", "site"}
    assert decision.permission in decision.sentence
    assert "can grant it" in decision.sentence


@pytest.mark.parametrize(
    ("action", "layer", "permission"),
    [
        (TeamAction.LOG_TIME, "team", "Work on issues"),
        (TeamAction.SEE_SUMS, "team", "View hours"),
        (TeamAction.SEE_WORKLOGS, "team", "View worklogs"),
        (TeamAction.CHANGE_WORKLOGS, "team", "Manage worklogs"),
        (TeamAction.CLOSE, "team", "Manage this team"),
        (TeamAction.EDIT, "team", "Manage this team"),
        (TeamAction.ENTER_LEAVES, "team", "Manage this team"),
        (TeamAction.ARCHIVE, "site", "Team administrators"),
        (TeamAction.RESTORE, "site", "Team administrators"),
        (TeamAction.DELETE, "site", "Team administrators"),
    ],
)
def test_a_refusal_names_its_layer_and_the_missing_permission(
    action: TeamAction, layer: str, permission: str
) -> None:
    with pytest.raises(NotAllowed) as refused:
        require(decide(STRANGER, action))
    assert (refused.value.layer, refused.value.permission) == (layer, permission)


def test_a_refusal_distinguishes_others_from_members_without_the_role_and_inactive_ones() -> None:
    standings = (STRANGER, MEMBER, replace(MEMBER, active=False))
    sentences = [str(decide(standing, TeamAction.CLOSE)) for standing in standings]
    assert "not a member" in sentences[0]
    assert "Your roles" in sentences[1]
    assert "not in this team today" in sentences[2]


@pytest.mark.parametrize(
    "standing", [LEAD, ADMINISTRATOR, replace(MEMBER, permissions=frozenset(TeamPermission))]
)
@pytest.mark.parametrize("action", TeamAction)
def test_an_archived_team_only_shows(standing: Standing, action: TeamAction) -> None:
    before, archived = decide(standing, action), decide(replace(standing, archived=True), action)
    changes = {"log-time", "change-worklogs", "close", "edit", "enter-leaves"}
    if isinstance(before, Allowed) and action in changes:
        assert isinstance(archived, Refused)
        assert "archived" in archived.sentence
        assert (archived.layer, archived.permission) == ("team", "")
    else:
        assert archived == before


def test_an_allowed_decision_is_no_refusal() -> None:
    require(OWN)


class TestStanding:
    team = Team("t", "Payments", "lena", "scheme", archived=True)
    roles = (
        Role("w", "t", "Worker", frozenset({WORK})),
        Role("v", "t", "Viewer", frozenset({HOURS})),
        Role("x", "t", "Other", frozenset({TEAM})),
    )
    member = Member("t", "mara", frozenset({"w", "v"}), joined=date(2024, 6, 1), left=date(2024, 6, 14))

    def test_roles_add_up_while_somebody_is_in_the_team(self) -> None:
        standing = standing_of(self.team, "mara", self.member, self.roles, TODAY)
        assert standing == Standing(
            leads=False,
            administers=False,
            belongs=True,
            active=True,
            permissions=frozenset({WORK, HOURS}),
            archived=True,
        )

    @pytest.mark.parametrize("day", [date(2024, 5, 31), date(2024, 6, 15)])
    def test_outside_of_joining_and_leaving_one_belongs_and_has_no_role(self, day: date) -> None:
        standing = standing_of(replace(self.team, archived=False), "mara", self.member, self.roles, day)
        assert standing == replace(MEMBER, active=False)
        assert decide(standing, TeamAction.SEE_SUMS) == OWN
        assert isinstance(decide(standing, TeamAction.LOG_TIME), Refused)

    def test_the_lead_need_not_be_a_member(self) -> None:
        standing = standing_of(replace(self.team, archived=False), "lena", None, self.roles, TODAY)
        assert standing == LEAD

    def test_an_administrator_is_one_in_every_team(self) -> None:
        standing = standing_of(replace(self.team, archived=False), "adam", None, (), TODAY, administers=True)
        assert standing == ADMINISTRATOR


SOME = Grant(Whom.SOME, frozenset({"g1"}), frozenset({"ann"}))
NOBODY, EVERYBODY = Grant(), Grant(Whom.EVERYBODY)
ANN = Requester("ann")


@pytest.mark.parametrize(
    ("grant", "account_id", "groups", "reached"),
    [
        (NOBODY, "ann", {"g1"}, False),
        (EVERYBODY, "bob", set(), True),
        (SOME, "ann", set(), True),
        (SOME, "bob", {"g1", "g2"}, True),
        (SOME, "bob", {"g2"}, False),
        (Grant(Whom.NOBODY, frozenset({"g1"}), frozenset({"ann"})), "ann", {"g1"}, False),
    ],
)
def test_whom_a_grant_reaches(grant: Grant, account_id: str, groups: set[str], reached: bool) -> None:
    person = Requester(account_id, lambda: frozenset(groups), lambda: True)
    assert grant.reaches(person) is reached
    site = SitePermissions({Module.TEAMS: grant}, {SitePermission.AUDITORS: grant})
    assert isinstance(may_open(site, Module.TEAMS, person), Allowed) is reached
    decision = has_site_permission(site, SitePermission.AUDITORS, person)
    assert isinstance(decision, Allowed) is reached


@pytest.mark.parametrize("is_admin", [True, False])
def test_a_grant_to_jira_admins_reaches_those_and_nobody_else(is_admin: bool) -> None:
    grant = Grant(Whom.ADMINS, frozenset({"g1"}), frozenset({"ann"}))
    assert grant.reaches(Requester("ann", lambda: frozenset({"g1"}), lambda: is_admin)) is is_admin
    assert grant.checked("auditors") == Grant(Whom.ADMINS)


@pytest.mark.parametrize(
    ("grant", "asks"),
    [
        (NOBODY, []),
        (EVERYBODY, []),
        (Grant(Whom.SOME, people=frozenset({"ann"})), []),
        (Grant(Whom.SOME, people=frozenset({"bob"})), []),
        (SOME, []),
        (Grant(Whom.SOME, frozenset({"g2"})), ["groups"]),
        (Grant(Whom.ADMINS), ["admin"]),
    ],
    ids=str,
)
def test_jira_is_called_only_for_what_a_grant_depends_on(grant: Grant, asks: list[str]) -> None:
    calls: list[str] = []

    def groups() -> frozenset[str]:
        calls.append("groups")
        return frozenset({"g1"})

    def admin() -> bool:
        calls.append("admin")
        return False

    grant.reaches(Requester("ann", groups, admin))
    assert calls == asks


@pytest.mark.parametrize("module", Module)
def test_modules_are_open_until_an_admin_says_otherwise(module: Module) -> None:
    assert may_open(SitePermissions(), module, ANN) == YES
    refused = may_open(SitePermissions({module: NOBODY}), module, ANN)
    assert isinstance(refused, Refused)
    assert refused.layer == "visibility"
    assert refused.permission in refused.sentence


FOR_ALL = frozenset({SitePermission.TIMERS, SitePermission.SUGGESTIONS})


@pytest.mark.parametrize("permission", sorted(FOR_ALL))
def test_everybody_has_timers_and_suggestions_until_an_admin_says_otherwise(
    permission: SitePermission,
) -> None:
    assert isinstance(has_site_permission(SitePermissions(), permission, ANN), Allowed)
    nobody = SitePermissions({}, {permission: NOBODY})
    assert isinstance(has_site_permission(nobody, permission, ANN), Refused)


@pytest.mark.parametrize("permission", sorted(set(SitePermission) - FOR_ALL))
def test_whoever_is_not_a_jira_admin_holds_no_site_permission_until_an_admin_says_otherwise(
    permission: SitePermission,
) -> None:
    refused = has_site_permission(SitePermissions(), permission, ANN)
    assert isinstance(refused, Refused)
    assert refused.layer == "site"
    assert f"“{refused.permission}”" in refused.sentence


@pytest.mark.parametrize(
    ("permission", "granted"),
    [
        (SitePermission.TEAM_MANAGERS, True),
        (SitePermission.TEAM_ADMINISTRATORS, False),
        (SitePermission.AUDITORS, True),
    ],
)
def test_a_jira_admin_makes_teams_and_reads_the_audit_log_until_the_grant_is_changed(
    permission: SitePermission, granted: bool
) -> None:
    admin = Requester("ada", read_admin=lambda: True)
    assert isinstance(has_site_permission(SitePermissions(), permission, admin), Allowed) is granted
    for grant in (NOBODY, SOME):
        changed = SitePermissions({}, {permission: grant})
        assert isinstance(has_site_permission(changed, permission, admin), Refused)
    assert may_create_team(SitePermissions(), admin) == YES


@pytest.mark.parametrize(
    ("permission", "creates"),
    [
        (SitePermission.TEAM_MANAGERS, True),
        (SitePermission.TEAM_ADMINISTRATORS, True),
        (SitePermission.AUDITORS, False),
    ],
)
def test_who_creates_teams(permission: SitePermission, creates: bool) -> None:
    decision = may_create_team(SitePermissions({}, {permission: EVERYBODY}), ANN)
    assert isinstance(decision, Allowed) is creates
    assert creates or "“Team managers”" in str(decision)


def test_a_grant_to_some_names_at_least_one() -> None:
    assert SOME.checked("auditors") is SOME
    for one in (replace(SOME, groups=frozenset()), replace(SOME, people=frozenset())):
        assert one.checked("auditors") is one
    assert replace(SOME, whom=Whom.NOBODY).checked("auditors") == NOBODY
    assert replace(SOME, whom=Whom.EVERYBODY).checked("auditors") == EVERYBODY
    with pytest.raises(InvalidInput) as refused:
        Grant(Whom.SOME).checked("auditors")
    assert refused.value.field == "auditors"


def test_what_was_never_saved_has_version_0_and_who_is_allowed_is_not_limited() -> None:
    assert SitePermissions().version == 0
    assert not Allowed().own_only
