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
class CatalogEntry:
    """An action in words: ``says`` comes after the actor and before the object, which is of this ``kind``."""

    kind: ObjectKind
    says: str


CATALOG: Mapping[Action, CatalogEntry] = MappingProxyType(
    {
        Action.SITE_INSTALLED: CatalogEntry(ObjectKind.SITE, message("was installed")),
        Action.SITE_UPGRADED: CatalogEntry(ObjectKind.SITE, message("was upgraded")),
        Action.SITE_ENABLED: CatalogEntry(ObjectKind.SITE, message("was enabled")),
        Action.SITE_DISABLED: CatalogEntry(ObjectKind.SITE, message("was disabled")),
        Action.SITE_UNINSTALLED: CatalogEntry(ObjectKind.SITE, message("was uninstalled")),
        Action.SITE_MOVED: CatalogEntry(
            ObjectKind.SITE, message("kept the site’s data for a new installation")
        ),
        Action.SITE_KEY_ROTATED: CatalogEntry(
            ObjectKind.SITE, message("encrypted the site’s secret with a new key")
        ),
        Action.SETTING_CHANGED: CatalogEntry(ObjectKind.SETTING, message("changed the settings")),
        Action.PERMISSION_CHANGED: CatalogEntry(ObjectKind.PERMISSION, message("changed the permissions")),
        Action.CALENDAR_CREATED: CatalogEntry(ObjectKind.CALENDAR, message("created the calendar")),
        Action.CALENDAR_CHANGED: CatalogEntry(ObjectKind.CALENDAR, message("changed the calendar")),
        Action.CALENDAR_DELETED: CatalogEntry(ObjectKind.CALENDAR, message("deleted the calendar")),
        Action.SCHEME_CREATED: CatalogEntry(ObjectKind.SCHEME, message("created the workload scheme")),
        Action.SCHEME_CHANGED: CatalogEntry(ObjectKind.SCHEME, message("changed the workload scheme")),
        Action.SCHEME_DELETED: CatalogEntry(ObjectKind.SCHEME, message("deleted the workload scheme")),
        Action.LEGEND_CREATED: CatalogEntry(ObjectKind.LEGEND, message("created the absence type")),
        Action.LEGEND_CHANGED: CatalogEntry(ObjectKind.LEGEND, message("changed the absence type")),
        Action.LEGEND_DELETED: CatalogEntry(ObjectKind.LEGEND, message("deleted the absence type")),
        Action.LABEL_CREATED: CatalogEntry(ObjectKind.LABEL, message("created the label")),
        Action.LABEL_CHANGED: CatalogEntry(ObjectKind.LABEL, message("changed the label")),
        Action.LABEL_DELETED: CatalogEntry(ObjectKind.LABEL, message("deleted the label")),
        Action.VIEW_CREATED: CatalogEntry(ObjectKind.VIEW, message("saved the view")),
        Action.VIEW_CHANGED: CatalogEntry(ObjectKind.VIEW, message("changed the view")),
        Action.VIEW_DELETED: CatalogEntry(ObjectKind.VIEW, message("deleted the view")),
        Action.ATTRIBUTE_CREATED: CatalogEntry(ObjectKind.ATTRIBUTE, message("created the attribute")),
        Action.ATTRIBUTE_CHANGED: CatalogEntry(ObjectKind.ATTRIBUTE, message("changed the attribute")),
        Action.TEAM_CREATED: CatalogEntry(ObjectKind.TEAM, message("created the team")),
        Action.TEAM_CHANGED: CatalogEntry(ObjectKind.TEAM, message("changed the team")),
        Action.TEAM_LEAD_CHANGED: CatalogEntry(ObjectKind.TEAM, message("changed the lead of the team")),
        Action.TEAM_ARCHIVED: CatalogEntry(ObjectKind.TEAM, message("archived the team")),
        Action.TEAM_RESTORED: CatalogEntry(ObjectKind.TEAM, message("restored the team")),
        Action.TEAM_ATTRIBUTES_CHOSEN: CatalogEntry(
            ObjectKind.TEAM, message("chose the attributes of the team")
        ),
        Action.TEAM_DELETED: CatalogEntry(ObjectKind.TEAM, message("deleted the team")),
        Action.ROLE_CREATED: CatalogEntry(ObjectKind.ROLE, message("created the role")),
        Action.ROLE_CHANGED: CatalogEntry(ObjectKind.ROLE, message("changed the role")),
        Action.ROLE_DELETED: CatalogEntry(ObjectKind.ROLE, message("deleted the role")),
        Action.MEMBER_ADDED: CatalogEntry(ObjectKind.MEMBER, message("added to the team")),
        Action.MEMBER_CHANGED: CatalogEntry(ObjectKind.MEMBER, message("changed the membership of")),
        Action.MEMBER_REMOVED: CatalogEntry(ObjectKind.MEMBER, message("removed from the team")),
        Action.GROUP_ADDED: CatalogEntry(ObjectKind.GROUP, message("made the team follow the group")),
        Action.GROUP_CHANGED: CatalogEntry(
            ObjectKind.GROUP, message("changed how the team follows the group")
        ),
        Action.GROUP_REMOVED: CatalogEntry(
            ObjectKind.GROUP, message("made the team stop following the group")
        ),
        Action.PERIOD_RULE_CHANGED: CatalogEntry(ObjectKind.SETTING, message("changed the period settings")),
        Action.PERIOD_CLOSED: CatalogEntry(ObjectKind.PERIOD, message("closed the period")),
        Action.PERIOD_REOPENED: CatalogEntry(ObjectKind.PERIOD, message("reopened the period")),
        Action.PERIOD_LATE_CHANGE_FOUND: CatalogEntry(
            ObjectKind.PERIOD, message("found a late change in the period")
        ),
        Action.PERIOD_LATE_CHANGE_ACCEPTED: CatalogEntry(
            ObjectKind.PERIOD, message("accepted a late change in the period")
        ),
        Action.LEAVE_CHANGED: CatalogEntry(ObjectKind.LEAVE, message("changed the leaves of")),
        Action.WORKLOG_CREATED: CatalogEntry(ObjectKind.WORKLOG, message("logged time")),
        Action.WORKLOG_CHANGED: CatalogEntry(ObjectKind.WORKLOG, message("changed logged time")),
        Action.WORKLOG_DELETED: CatalogEntry(ObjectKind.WORKLOG, message("deleted logged time")),
        Action.WORKLOG_UNCONFIRMED: CatalogEntry(
            ObjectKind.WORKLOG, message("could not confirm a change of logged time")
        ),
        Action.ACCESS_REFUSED: CatalogEntry(ObjectKind.ADDRESS, message("was refused access to")),
        Action.AUDIT_EXPORTED: CatalogEntry(ObjectKind.AUDIT, message("exported the audit log")),
        Action.AUDIT_TRIMMED: CatalogEntry(ObjectKind.AUDIT, message("deleted the audit events up to")),
        Action.AUDIT_SIGNED: CatalogEntry(ObjectKind.AUDIT, message("signed audit events later")),
        Action.PERSON_EXPORTED: CatalogEntry(ObjectKind.PERSON, message("exported the data of")),
        Action.PERSON_ERASED: CatalogEntry(ObjectKind.PERSON, message("erased the data of")),
        Action.CONFIGURATION_EXPORTED: CatalogEntry(ObjectKind.SITE, message("exported the configuration")),
        Action.CONFIGURATION_IMPORTED: CatalogEntry(ObjectKind.SITE, message("imported a configuration")),
        Action.TIME_EXPORTED: CatalogEntry(ObjectKind.TEAM, message("exported the time of")),
        Action.JOB_RUN_AGAIN: CatalogEntry(ObjectKind.JOB, message("ran the job again")),
        Action.SECURITY_REFUSED_TOKENS: CatalogEntry(
            ObjectKind.SITE, message("detected many refused tokens")
        ),
        Action.SECURITY_CROSS_SITE: CatalogEntry(
            ObjectKind.SITE, message("detected attempts to reach another site")
        ),
        Action.SECURITY_BURST_EXPORTS: CatalogEntry(ObjectKind.PERSON, message("detected many exports by")),
        Action.SECURITY_BURST_DELETES: CatalogEntry(ObjectKind.PERSON, message("detected many deletions by")),
    }
)
