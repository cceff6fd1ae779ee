"""The revision of each site: a number that the database raises with every change of the site's own data.

Triggers raise it, not the app. So an earlier release that still runs, a command, or a person with a SQL
prompt raises it too, and nothing derived from the data outlives a change. See
docs/adr/0026-a-revision-for-each-site.md.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, MetaData, Table, bindparam, event, select, text

from timesheet.adapters.db.base import Base
from timesheet.adapters.db.tables.site import SiteRow

RAISING = (
    *("site_setting", "legend", "global_calendar", "non_working_day", "workload_scheme", "leave"),
    *(
        "team",
        "team_scheme",
        "role",
        "member",
        "member_role",
        "member_scheme",
        "team_group",
        "team_group_role",
    ),
    *("period_rule", "closing_record", "closing_member", "closing_worklog", "late_change"),
    *("report_view", "report_view_person"),
    *("user_label", "user_label_person", "site_permission", "permission_grant", "permission_grant_subject"),
    *("worklog_attribute", "team_attribute"),
)
"""The tables whose content is remembered by revision; the others are read each time."""
REVISION = select(SiteRow.revision).where(SiteRow.client_key == bindparam("site"))
CHANGES = ("insert", "update", "delete")
FUNCTION = "raise_revision()"
RAISE = "UPDATE site SET revision = revision + 1 WHERE client_key = {}.client_key"
# Once in each transaction is enough, because others see the change and the number at the same moment: a closing of
# ten thousand worklogs would otherwise write its site's row ten thousand times.
BODY = (
    "DECLARE key text; BEGIN FOR key IN SELECT DISTINCT client_key FROM changed LOOP "
    "IF key IS DISTINCT FROM current_setting('app.raised', true) THEN "
    "UPDATE site SET revision = revision + 1 WHERE client_key = key; "
    "PERFORM set_config('app.raised', key, true); "
    "END IF; END LOOP; RETURN NULL; END"
)


def raise_with(connection: Connection, *tables: str) -> None:
    """Let each change of a row in these tables raise its site's revision.

    Every migration that creates or rebuilds a table of RAISING calls this for it; a test names the ones that do not.
    """
    if connection.dialect.name == "postgresql":
        function = f"CREATE OR REPLACE FUNCTION {FUNCTION} RETURNS trigger LANGUAGE plpgsql AS $$ {BODY} $$"
        connection.execute(text(function))
    for table in tables:
        for change in CHANGES:
            connection.execute(text(_trigger(connection.dialect.name, table, change)))


def stop_raising(connection: Connection, *tables: str) -> None:
    """Undo ``raise_with`` for tables that a downgrade keeps."""
    on_table = connection.dialect.name == "postgresql"
    for table in tables:
        for change in CHANGES:
            place = f" ON {_quoted(table)}" if on_table else ""
            connection.execute(text(f"DROP TRIGGER {_name(table, change)}{place}"))
    if on_table:
        connection.execute(text(f"DROP FUNCTION {FUNCTION}"))


def _trigger(dialect: str, table: str, change: str) -> str:
    row = "OLD" if change == "delete" else "NEW"
    begin = f"CREATE TRIGGER {_name(table, change)} AFTER {change.upper()} ON {_quoted(table)}"
    if dialect == "sqlite":
        return f"{begin} FOR EACH ROW BEGIN {RAISE.format(row)}; END"
    return f"{begin} REFERENCING {row} TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION {FUNCTION}"


def _name(table: str, change: str) -> str:
    return f"{table}_{change}_raises"


def _quoted(table: str) -> str:
    return f'"{table}"'


@event.listens_for(Base.metadata, "after_create")
def _created(_target: MetaData, connection: Connection, tables: list[Table], **_given: Any) -> None:
    raise_with(connection, *(table.name for table in tables if table.name in RAISING))
