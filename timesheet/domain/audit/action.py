"""The catalog of audit actions: what each one affects and how it is described."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from timesheet.domain.message import message


class ObjectKind(StrEnum):
    """The kinds of objects that actions affect. An object's id is the app's own, Jira's, or an account id
    (PERSONAL_KINDS).
    """

    SITE = "site"
    SETTING = "setting"
    PERMISSION = "permission"
    CALENDAR = "calendar"
    SCHEME = "scheme"
    LEGEND = "legend"
    LABEL = "label"
    VIEW = "view"
    ATTRIBUTE = "attribute"
    TEAM = "team"
    ROLE = "role"
    MEMBER = "member"
    GROUP = "group"
    PERIOD = "period"
    LEAVE = "leave"
    WORKLOG = "worklog"
    PERSON = "person"
    AUDIT = "audit"
    ADDRESS = "address"
    JOB = "job"


PERSONAL_KINDS = frozenset({ObjectKind.MEMBER, ObjectKind.LEAVE, ObjectKind.PERSON})
"""The kinds whose object id is an account id."""


class Action(StrEnum):
    """The actions that can be recorded. Their names are a public contract: never renamed, only added."""

    SITE_INSTALLED = "site.installed"
    SITE_UPGRADED = "site.upgraded"
    SITE_ENABLED = "site.enabled"
    SITE_DISABLED = "site.disabled"
    SITE_UNINSTALLED = "site.uninstalled"
    SITE_KEY_ROTATED = "site.key_rotated"
    SITE_MOVED = "site.moved"
    SETTING_CHANGED = "setting.changed"
    PERMISSION_CHANGED = "permission.changed"
    CALENDAR_CREATED = "calendar.created"
    CALENDAR_CHANGED = "calendar.changed"
    CALENDAR_DELETED = "calendar.deleted"
    SCHEME_CREATED = "scheme.created"
    SCHEME_CHANGED = "scheme.changed"
    SCHEME_DELETED = "scheme.deleted"
    LEGEND_CREATED = "legend.created"
    LEGEND_CHANGED = "legend.changed"
    LEGEND_DELETED = "legend.deleted"
    LABEL_CREATED = "label.created"
    LABEL_CHANGED = "label.changed"
    LABEL_DELETED = "label.deleted"
    VIEW_CREATED = "view.created"
    VIEW_CHANGED = "view.changed"
    VIEW_DELETED = "view.deleted"
    ATTRIBUTE_CREATED = "attribute.created"
    ATTRIBUTE_CHANGED = "attribute.changed"
    TEAM_CREATED = "team.created"
    TEAM_CHANGED = "team.changed"
    TEAM_LEAD_CHANGED = "team.lead_changed"
    TEAM_ARCHIVED = "team.archived"
    TEAM_RESTORED = "team.restored"
    TEAM_ATTRIBUTES_CHOSEN = "team.attributes_chosen"
    TEAM_DELETED = "team.deleted"
    ROLE_CREATED = "role.created"
    ROLE_CHANGED = "role.changed"
    ROLE_DELETED = "role.deleted"
    MEMBER_ADDED = "member.added"
    MEMBER_CHANGED = "member.changed"
    MEMBER_REMOVED = "member.removed"
    GROUP_ADDED = "group.added"
    GROUP_CHANGED = "group.changed"
    GROUP_REMOVED = "group.removed"
    PERIOD_RULE_CHANGED = "period.rule_changed"
    PERIOD_CLOSED = "period.closed"
    PERIOD_REOPENED = "period.reopened"
    PERIOD_LATE_CHANGE_FOUND = "period.late_change_found"
    PERIOD_LATE_CHANGE_ACCEPTED = "period.late_change_accepted"
    LEAVE_CHANGED = "leave.changed"
    WORKLOG_CREATED = "worklog.created"
    WORKLOG_CHANGED = "worklog.changed"
    WORKLOG_DELETED = "worklog.deleted"
    WORKLOG_UNCONFIRMED = "worklog.unconfirmed"
    ACCESS_REFUSED = "access.refused"
    AUDIT_EXPORTED = "audit.exported"
    AUDIT_TRIMMED = "audit.trimmed"
    AUDIT_SIGNED = "audit.signed"
    PERSON_EXPORTED = "person.exported"
    PERSON_ERASED = "person.erased"
    CONFIGURATION_EXPORTED = "configuration.exported"
    CONFIGURATION_IMPORTED = "configuration.imported"
    TIME_EXPORTED = "time.exported"
    JOB_RUN_AGAIN = "job.run_again"
    SECURITY_REFUSED_TOKENS = "security.refused_tokens"
    SECURITY_CROSS_SITE = "security.cross_site"
    SECURITY_BURST_EXPORTS = "security.burst_exports"
    SECURITY_BURST_DELETES = "security.burst_deletes"


@dataclass(frozen=True, slots=True)
class Entry:
    """The description of an action: ``says`` comes after the actor and before the object; ``when`` says when
    it is recorded.
    """

    kind: ObjectKind
    says: str
    when: str


CATALOG: Mapping[Action, Entry] = MappingProxyType(
    {
        Action.SITE_INSTALLED: Entry(
            ObjectKind.SITE,
            message("was installed"),
            "a site installs the app, for the first time or again",
        ),
        Action.SITE_UPGRADED: Entry(
            ObjectKind.SITE,
            message("was upgraded"),
            "Jira sends a new secret or address for a site that has the app",  # not shown
        ),
        Action.SITE_ENABLED: Entry(
            ObjectKind.SITE,
            message("was enabled"),
            "Jira reports that the app is enabled",  # not shown
        ),
        Action.SITE_DISABLED: Entry(
            ObjectKind.SITE,
            message("was disabled"),
            "Jira reports that the app is disabled",  # not shown
        ),
        Action.SITE_UNINSTALLED: Entry(
            ObjectKind.SITE,
            message("was uninstalled"),
            "a site uninstalls the app; its data is erased 30 days later",
        ),
        Action.SITE_MOVED: Entry(
            ObjectKind.SITE,
            message("kept the site’s data for a new installation"),
            "a Jira admin confirms that a new installation of the app takes over the data of an earlier one",
        ),
        Action.SITE_KEY_ROTATED: Entry(
            ObjectKind.SITE,
            message("encrypted the site’s secret with a new key"),
            "an operator rotates ENCRYPTION_KEYS",
        ),
        Action.SETTING_CHANGED: Entry(
            ObjectKind.SETTING, message("changed the settings"), "site settings are saved"
        ),
        Action.PERMISSION_CHANGED: Entry(
            ObjectKind.PERMISSION,
            message("changed the permissions"),
            "site permissions or the visibility of modules are saved",
        ),
        Action.CALENDAR_CREATED: Entry(
            ObjectKind.CALENDAR,
            message("created the calendar"),
            "a global calendar is saved for the first time",
        ),
        Action.CALENDAR_CHANGED: Entry(
            ObjectKind.CALENDAR, message("changed the calendar"), "a global calendar’s name or days are saved"
        ),
        Action.CALENDAR_DELETED: Entry(
            ObjectKind.CALENDAR,
            message("deleted the calendar"),
            "a global calendar is deleted; its members get the replacement",
        ),
        Action.SCHEME_CREATED: Entry(
            ObjectKind.SCHEME,
            message("created the workload scheme"),
            "a workload scheme is saved for the first time",
        ),
        Action.SCHEME_CHANGED: Entry(
            ObjectKind.SCHEME,
            message("changed the workload scheme"),
            "a workload scheme’s name or hours are saved",
        ),
        Action.SCHEME_DELETED: Entry(
            ObjectKind.SCHEME,
            message("deleted the workload scheme"),
            "a workload scheme is deleted; teams and members get the replacement",
        ),
        Action.LEGEND_CREATED: Entry(
            ObjectKind.LEGEND,
            message("created the absence type"),
            "an absence type is saved for the first time",
        ),
        Action.LEGEND_CHANGED: Entry(
            ObjectKind.LEGEND,
            message("changed the absence type"),
            "an absence type’s title, color, or letter is saved",
        ),
        Action.LEGEND_DELETED: Entry(
            ObjectKind.LEGEND,
            message("deleted the absence type"),
            "an absence type is deleted; its days become unclassified",
        ),
        Action.LABEL_CREATED: Entry(
            ObjectKind.LABEL, message("created the label"), "a user label is saved for the first time"
        ),
        Action.LABEL_CHANGED: Entry(
            ObjectKind.LABEL, message("changed the label"), "a user label’s name, color, or people are saved"
        ),
        Action.LABEL_DELETED: Entry(
            ObjectKind.LABEL, message("deleted the label"), "a user label is deleted"
        ),
        Action.VIEW_CREATED: Entry(
            ObjectKind.VIEW, message("saved the view"), "a report is saved as a view of a team"
        ),
        Action.VIEW_CHANGED: Entry(
            ObjectKind.VIEW,
            message("changed the view"),
            "the name or the report of a team’s view is saved, or the team’s report opens with it",
        ),
        Action.VIEW_DELETED: Entry(
            ObjectKind.VIEW, message("deleted the view"), "a view of a team is deleted"
        ),
        Action.ATTRIBUTE_CREATED: Entry(
            ObjectKind.ATTRIBUTE,
            message("created the attribute"),
            "an attribute of worklogs is saved for the first time",
        ),
        Action.ATTRIBUTE_CHANGED: Entry(
            ObjectKind.ATTRIBUTE,
            message("changed the attribute"),
            "an attribute’s name, options, default, or use is saved, or it is retired or restored",
        ),
        Action.TEAM_CREATED: Entry(
            ObjectKind.TEAM, message("created the team"), "a team is saved for the first time"
        ),
        Action.TEAM_CHANGED: Entry(
            ObjectKind.TEAM,
            message("changed the team"),
            "a team’s name, description, scope, or default scheme is saved",
        ),
        Action.TEAM_LEAD_CHANGED: Entry(
            ObjectKind.TEAM, message("changed the lead of the team"), "somebody else becomes the lead"
        ),
        Action.TEAM_ARCHIVED: Entry(ObjectKind.TEAM, message("archived the team"), "a team is archived"),
        Action.TEAM_RESTORED: Entry(
            ObjectKind.TEAM, message("restored the team"), "an archived team is restored"
        ),
        Action.TEAM_ATTRIBUTES_CHOSEN: Entry(
            ObjectKind.TEAM,
            message("chose the attributes of the team"),
            "a team adds attributes of worklogs or takes them away",
        ),
        Action.TEAM_DELETED: Entry(
            ObjectKind.TEAM, message("deleted the team"), "a team and everything in it is deleted"
        ),
        Action.ROLE_CREATED: Entry(
            ObjectKind.ROLE, message("created the role"), "a role is saved for the first time"
        ),
        Action.ROLE_CHANGED: Entry(
            ObjectKind.ROLE, message("changed the role"), "a role’s name or permissions are saved"
        ),
        Action.ROLE_DELETED: Entry(ObjectKind.ROLE, message("deleted the role"), "a role is deleted"),
        Action.MEMBER_ADDED: Entry(
            ObjectKind.MEMBER,
            message("added to the team"),
            "somebody becomes a member, added by hand or by a group",
        ),
        Action.MEMBER_CHANGED: Entry(
            ObjectKind.MEMBER,
            message("changed the membership of"),
            "a member’s roles, dates, calendar, or workload schemes are saved",
        ),
        Action.MEMBER_REMOVED: Entry(
            ObjectKind.MEMBER, message("removed from the team"), "a membership is deleted, with its history"
        ),
        Action.GROUP_ADDED: Entry(
            ObjectKind.GROUP,
            message("made the team follow the group"),
            "a team starts to follow a Jira group",
        ),
        Action.GROUP_CHANGED: Entry(
            ObjectKind.GROUP,
            message("changed how the team follows the group"),
            "a followed group’s roles are saved, or its sync starts or stops failing",
        ),
        Action.GROUP_REMOVED: Entry(
            ObjectKind.GROUP,
            message("made the team stop following the group"),
            "a team stops following a Jira group",
        ),
        Action.PERIOD_RULE_CHANGED: Entry(
            ObjectKind.SETTING,
            message("changed the period settings"),
            "the length or start of the site’s periods is saved",
        ),
        Action.PERIOD_CLOSED: Entry(
            ObjectKind.PERIOD, message("closed the period"), "a team closes a period"
        ),
        Action.PERIOD_REOPENED: Entry(
            ObjectKind.PERIOD, message("reopened the period"), "a team reopens a closed period"
        ),
        Action.PERIOD_LATE_CHANGE_FOUND: Entry(
            ObjectKind.PERIOD,
            message("found a late change in the period"),
            "a worklog of a closed period is found changed in Jira",
        ),
        Action.PERIOD_LATE_CHANGE_ACCEPTED: Entry(
            ObjectKind.PERIOD,
            message("accepted a late change in the period"),
            "somebody who may close the period accepts a late change",
        ),
        Action.LEAVE_CHANGED: Entry(
            ObjectKind.LEAVE, message("changed the leaves of"), "leaves are saved on Manage availability"
        ),
        Action.WORKLOG_CREATED: Entry(
            ObjectKind.WORKLOG,
            message("logged time"),
            "Jira creates a worklog for the app: typed, copied, moved here, or restored",  # not shown
        ),
        Action.WORKLOG_CHANGED: Entry(
            ObjectKind.WORKLOG,
            message("changed logged time"),
            "Jira changes a worklog for the app",  # not shown
        ),
        Action.WORKLOG_DELETED: Entry(
            ObjectKind.WORKLOG,
            message("deleted logged time"),
            "Jira deletes a worklog for the app: emptied, or moved to another issue",  # not shown
        ),
        Action.WORKLOG_UNCONFIRMED: Entry(
            ObjectKind.WORKLOG,
            message("could not confirm a change of logged time"),
            "Jira’s answer to a write is lost, and nobody can be asked, because the writer was erased",  # not shown
        ),
        Action.ACCESS_REFUSED: Entry(
            ObjectKind.ADDRESS,
            message("was refused access to"),
            "a verified site or person requests what a permission or the separation of sites forbids",
        ),
        Action.AUDIT_EXPORTED: Entry(
            ObjectKind.AUDIT,
            message("exported the audit log"),
            "audit events are downloaded or exported by a command",
        ),
        Action.AUDIT_TRIMMED: Entry(
            ObjectKind.AUDIT,
            message("deleted the audit events up to"),
            "the site’s retention deletes old events up to a checkpoint",
        ),
        Action.AUDIT_SIGNED: Entry(
            ObjectKind.AUDIT,
            message("signed audit events later"),
            "an operator signs events that were not signed when they were recorded",
        ),
        Action.PERSON_EXPORTED: Entry(
            ObjectKind.PERSON, message("exported the data of"), "all stored data of a person is downloaded"
        ),
        Action.PERSON_ERASED: Entry(
            ObjectKind.PERSON,
            message("erased the data of"),
            "a person is erased by an admin, or because the account was closed",
        ),
        Action.CONFIGURATION_EXPORTED: Entry(
            ObjectKind.SITE, message("exported the configuration"), "the configuration is downloaded"
        ),
        Action.CONFIGURATION_IMPORTED: Entry(
            ObjectKind.SITE, message("imported a configuration"), "a configuration file is applied"
        ),
        Action.TIME_EXPORTED: Entry(
            ObjectKind.TEAM,
            message("exported the time of"),
            "the time of teams or one’s own is downloaded",
        ),
        Action.JOB_RUN_AGAIN: Entry(
            ObjectKind.JOB,
            message("ran the job again"),
            "an admin or an operator repeats a job that was given up",
        ),
        Action.SECURITY_REFUSED_TOKENS: Entry(
            ObjectKind.SITE,
            message("detected many refused tokens"),
            "tokens of a site are refused repeatedly",
        ),
        Action.SECURITY_CROSS_SITE: Entry(
            ObjectKind.SITE,
            message("detected attempts to reach another site"),
            "somebody repeatedly requests data of another site",
        ),
        Action.SECURITY_BURST_EXPORTS: Entry(
            ObjectKind.PERSON, message("detected many exports by"), "somebody exports a lot in a short time"
        ),
        Action.SECURITY_BURST_DELETES: Entry(
            ObjectKind.PERSON, message("detected many deletions by"), "somebody deletes a lot in a short time"
        ),
    }
)
