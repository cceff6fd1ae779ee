"""The names of audit actions, their topics, and the kinds of objects, as the filter of the audit log shows them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from timesheet.domain.audit.action import Action, ObjectKind
from timesheet.domain.message import message
from timesheet.web.http.language import _, localize

TOPIC_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "site": message("Site"),
        "setting": message("Setting"),
        "permission": message("Permission"),
        "calendar": message("Calendar"),
        "scheme": message("Workload scheme"),
        "legend": message("Absence type"),
        "label": message("Label"),
        "view": message("View"),
        "attribute": message("Attribute"),
        "team": message("Team"),
        "role": message("Role"),
        "member": message("Member"),
        "group": message("Group"),
        "period": message("Period"),
        "leave": message("Leave"),
        "worklog": message("Worklog"),
        "access": message("Access"),
        "audit": message("Audit"),
        "person": message("Person"),
        "configuration": message("Configuration"),
        "time": message("Time"),
        "job": message("Job"),
        "security": message("Security"),
    }
)
ACTION_NAMES: Mapping[Action, str] = MappingProxyType(
    {
        Action.SITE_INSTALLED: message("Site installed"),
        Action.SITE_UPGRADED: message("Site upgraded"),
        Action.SITE_ENABLED: message("Site enabled"),
        Action.SITE_DISABLED: message("Site disabled"),
        Action.SITE_UNINSTALLED: message("Site uninstalled"),
        Action.SITE_KEY_ROTATED: message("Site key rotated"),
        Action.SITE_MOVED: message("Site moved"),
        Action.SETTING_CHANGED: message("Settings changed"),
        Action.PERMISSION_CHANGED: message("Permissions changed"),
        Action.CALENDAR_CREATED: message("Calendar created"),
        Action.CALENDAR_CHANGED: message("Calendar changed"),
        Action.CALENDAR_DELETED: message("Calendar deleted"),
        Action.SCHEME_CREATED: message("Workload scheme created"),
        Action.SCHEME_CHANGED: message("Workload scheme changed"),
        Action.SCHEME_DELETED: message("Workload scheme deleted"),
        Action.LEGEND_CREATED: message("Absence type created"),
        Action.LEGEND_CHANGED: message("Absence type changed"),
        Action.LEGEND_DELETED: message("Absence type deleted"),
        Action.LABEL_CREATED: message("Label created"),
        Action.LABEL_CHANGED: message("Label changed"),
        Action.LABEL_DELETED: message("Label deleted"),
        Action.VIEW_CREATED: message("View saved"),
        Action.VIEW_CHANGED: message("View changed"),
        Action.VIEW_DELETED: message("View deleted"),
        Action.ATTRIBUTE_CREATED: message("Attribute created"),
        Action.ATTRIBUTE_CHANGED: message("Attribute changed"),
        Action.TEAM_CREATED: message("Team created"),
        Action.TEAM_CHANGED: message("Team changed"),
        Action.TEAM_LEAD_CHANGED: message("Team lead changed"),
        Action.TEAM_ARCHIVED: message("Team archived"),
        Action.TEAM_RESTORED: message("Team restored"),
        Action.TEAM_ATTRIBUTES_CHOSEN: message("Team attributes chosen"),
        Action.TEAM_DELETED: message("Team deleted"),
        Action.ROLE_CREATED: message("Role created"),
        Action.ROLE_CHANGED: message("Role changed"),
        Action.ROLE_DELETED: message("Role deleted"),
        Action.MEMBER_ADDED: message("Member added"),
        Action.MEMBER_CHANGED: message("Member changed"),
        Action.MEMBER_REMOVED: message("Member removed"),
        Action.GROUP_ADDED: message("Group added"),
        Action.GROUP_CHANGED: message("Group changed"),
        Action.GROUP_REMOVED: message("Group removed"),
        Action.PERIOD_RULE_CHANGED: message("Period settings changed"),
        Action.PERIOD_CLOSED: message("Period closed"),
        Action.PERIOD_REOPENED: message("Period reopened"),
        Action.PERIOD_LATE_CHANGE_FOUND: message("Late change found"),
        Action.PERIOD_LATE_CHANGE_ACCEPTED: message("Late change accepted"),
        Action.LEAVE_CHANGED: message("Leaves changed"),
        Action.WORKLOG_CREATED: message("Time logged"),
        Action.WORKLOG_CHANGED: message("Logged time changed"),
        Action.WORKLOG_DELETED: message("Logged time deleted"),
        Action.WORKLOG_UNCONFIRMED: message("Change of logged time not confirmed"),
        Action.ACCESS_REFUSED: message("Access refused"),
        Action.AUDIT_EXPORTED: message("Audit log exported"),
        Action.AUDIT_TRIMMED: message("Audit events deleted"),
        Action.AUDIT_SIGNED: message("Audit log signed"),
        Action.PERSON_EXPORTED: message("Data of a person exported"),
        Action.PERSON_ERASED: message("Data of a person erased"),
        Action.CONFIGURATION_EXPORTED: message("Configuration exported"),
        Action.CONFIGURATION_IMPORTED: message("Configuration imported"),
        Action.TIME_EXPORTED: message("Time exported"),
        Action.JOB_RUN_AGAIN: message("Job run again"),
        Action.SECURITY_REFUSED_TOKENS: message("Many requests with invalid tokens"),
        Action.SECURITY_CROSS_SITE: message("Cross-site request refused"),
        Action.SECURITY_BURST_EXPORTS: message("Many exports in a short time"),
        Action.SECURITY_BURST_DELETES: message("Many deletions in a short time"),
    }
)
KINDS: Mapping[ObjectKind, str] = MappingProxyType(
    {
        ObjectKind.SITE: message("Site"),
        ObjectKind.SETTING: message("Site settings"),
        ObjectKind.PERMISSION: message("Site permissions"),
        ObjectKind.CALENDAR: message("Calendar"),
        ObjectKind.SCHEME: message("Workload scheme"),
        ObjectKind.LEGEND: message("Absence type"),
        ObjectKind.LABEL: message("Label"),
        ObjectKind.VIEW: message("View"),
        ObjectKind.ATTRIBUTE: message("Attribute"),
        ObjectKind.TEAM: message("Team"),
        ObjectKind.ROLE: message("Role"),
        ObjectKind.MEMBER: message("Member"),
        ObjectKind.GROUP: message("Group"),
        ObjectKind.PERIOD: message("Period"),
        ObjectKind.LEAVE: message("Leaves"),
        ObjectKind.WORKLOG: message("Worklog"),
        ObjectKind.PERSON: message("Person"),
        ObjectKind.AUDIT: message("Audit log"),
        ObjectKind.ADDRESS: message("Address"),
        ObjectKind.JOB: message("Job"),
    }
)


def action_words(text: str) -> str:
    """Return an action, or all of a topic, in words; one that this version does not know is its text."""
    if text in TOPIC_NAMES:
        return _("{topic}: all", topic=localize(TOPIC_NAMES[text]))
    return localize(ACTION_NAMES[Action(text)]) if text in tuple(Action) else text
