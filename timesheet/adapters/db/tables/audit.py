"""The tables of audit events. The database itself refuses to change or delete their rows: see audit/guard.py."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, BigInteger, CheckConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import TypeEngine

from timesheet.adapters.db.base import Base
from timesheet.adapters.db.site_rows import SiteTable, within_site
from timesheet.adapters.db.tables.site import Instant

# The rights of the app's role on PostgreSQL; audit/guard.py says what the database refuses in addition.
APPEND_ONLY = {"rights": "SELECT, INSERT"}
DROPPED = {"rights": "SELECT, INSERT, DELETE"}
REPLACED = {"rights": "SELECT, INSERT, UPDATE"}
FORGOTTEN = {"rights": "SELECT, INSERT, UPDATE, DELETE"}


def _id(length: int) -> TypeEngine[str]:
    """Return a text type that is sorted by characters everywhere, so an index finds the beginning of an id."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


class AuditPersonRow(SiteTable):
    """The person behind a reference; both values are NULL after the person is erased."""

    __tablename__ = "audit_person"
    __table_args__ = (UniqueConstraint("client_key", "account_id"), {"info": FORGOTTEN})

    ref: Mapped[str] = mapped_column(String(32), primary_key=True)
    account_id: Mapped[str | None] = mapped_column(String(128))
    salt: Mapped[str | None] = mapped_column(String(32))


class AuditEventRow(SiteTable):
    """An event as in the chain; ``actor``, ``people``, and for some kinds ``object_id`` are references."""

    __tablename__ = "audit_event"
    __table_args__ = (
        Index(None, "client_key", "at"),
        Index(None, "client_key", "actor", "seq"),
        Index(None, "client_key", "action", "seq"),
        Index(None, "client_key", "object_id", "seq"),
        Index(None, "client_key", "team_id", "seq"),
        Index(None, "client_key", "outcome", "seq"),
        Index(None, "client_key", "request_id"),
        {"info": DROPPED},
    )

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[str] = mapped_column(_id(24))
    action: Mapped[str] = mapped_column(String(40))
    actor: Mapped[str] = mapped_column(String(32))
    object_kind: Mapped[str] = mapped_column(String(16))
    object_id: Mapped[str] = mapped_column(_id(255))
    team_id: Mapped[str] = mapped_column(_id(36))
    outcome: Mapped[str] = mapped_column(String(8))
    origin: Mapped[str] = mapped_column(String(10))
    request_id: Mapped[str] = mapped_column(_id(32))
    people: Mapped[str] = mapped_column(Text)
    details: Mapped[str] = mapped_column(Text)
    hash: Mapped[str] = mapped_column(String(64))


class AuditEventPersonRow(SiteTable):
    """A person an event concerns besides its actor, the same as in ``people`` of the event, for fast searches."""

    __tablename__ = "audit_event_person"
    __table_args__ = (
        within_site("seq", "audit_event seq", "CASCADE"),
        Index(None, "client_key", "seq", "ref"),
        {"info": DROPPED},
    )

    ref: Mapped[str] = mapped_column(String(32), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class AuditCheckpointRow(SiteTable):
    """A signed head of the chain."""

    __tablename__ = "audit_checkpoint"
    __table_args__ = ({"info": APPEND_ONLY},)

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    hash: Mapped[str] = mapped_column(String(64))
    at: Mapped[str] = mapped_column(String(24))
    key_id: Mapped[str] = mapped_column(String(16))
    public_key: Mapped[str] = mapped_column(String(64))
    signature: Mapped[str] = mapped_column(String(128))


class AuditTrimRow(SiteTable):
    """A retention deletion: all events up to one covered by a checkpoint, which stays as the proof."""

    __tablename__ = "audit_trim"
    __table_args__ = (within_site("through", "audit_checkpoint seq"), {"info": APPEND_ONLY})

    through: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    events: Mapped[int] = mapped_column()
    first_at: Mapped[str] = mapped_column(String(24))
    last_at: Mapped[str] = mapped_column(String(24))


class AuditTrimProofRow(SiteTable):
    """The signed statement about a trim; a trim from before statements were signed gets one with the site's
    first head.
    """

    __tablename__ = "audit_trim_proof"
    __table_args__ = (within_site("through", "audit_trim through"), {"info": APPEND_ONLY})

    through: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[str] = mapped_column(String(24))
    days: Mapped[int] = mapped_column()
    event: Mapped[int] = mapped_column()
    erased: Mapped[str] = mapped_column(Text)
    key_id: Mapped[str] = mapped_column(String(16))
    public_key: Mapped[str] = mapped_column(String(64))
    signature: Mapped[str] = mapped_column(String(128))


class AuditHeadRow(SiteTable):
    """The signed head of a site's chain. Each event replaces it, so no signature of an older one remains."""

    __tablename__ = "audit_head"
    __table_args__ = ({"info": REPLACED},)

    seq: Mapped[int] = mapped_column()
    hash: Mapped[str] = mapped_column(String(64))
    at: Mapped[str] = mapped_column(String(24))
    checkpoints: Mapped[int] = mapped_column()
    key_id: Mapped[str] = mapped_column(String(16))
    public_key: Mapped[str] = mapped_column(String(64))
    signature: Mapped[str] = mapped_column(String(128))


class AuditRegisterRow(Base):
    """An entry of the register of sites, which outlives the site. The entries form a chain with a signed head."""

    __tablename__ = "audit_register"
    __table_args__ = (
        Index(None, "client_key", "number"),
        CheckConstraint("kind IN ('signed', 'erased')", name="kind"),
        {"info": APPEND_ONLY},
    )

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    client_key: Mapped[str] = mapped_column(String(255))
    kind: Mapped[str] = mapped_column(String(8))
    seq: Mapped[int] = mapped_column()
    at: Mapped[str] = mapped_column(String(24))


class AuditRegisterHeadRow(Base):
    """The signed head of the register: one row, replaced with each entry. It names no site."""

    __tablename__ = "audit_register_head"
    __table_args__ = ({"info": REPLACED},)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column()
    hash: Mapped[str] = mapped_column(String(64))
    key_id: Mapped[str] = mapped_column(String(16))
    public_key: Mapped[str] = mapped_column(String(64))
    signature: Mapped[str] = mapped_column(String(128))


class WorklogIntentRow(SiteTable):
    """A write to Jira in progress; its audit event replaces the row."""

    __tablename__ = "worklog_intent"
    __table_args__ = (
        CheckConstraint("kind IN ('created', 'changed', 'deleted')", name="kind"),
        Index(None, "client_key", "issue_id"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    account_id: Mapped[str] = mapped_column(String(128))
    kind: Mapped[str] = mapped_column(String(8))
    write_key: Mapped[str] = mapped_column(String(64))
    issue_id: Mapped[int] = mapped_column(BigInteger)
    worklog_id: Mapped[int | None] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(Instant)
    details: Mapped[dict[str, object]] = mapped_column(JSON)
