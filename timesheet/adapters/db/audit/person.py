"""The references that represent people in one site's audit events."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from secrets import token_hex

from sqlalchemy import bindparam, select, update

from timesheet.adapters.db.site_rows import SiteRows, of_site
from timesheet.adapters.db.tables.audit import AuditPersonRow
from timesheet.domain.audit.chain import reference_of
from timesheet.domain.audit.event import FORMER

ALL = select(AuditPersonRow.ref, AuditPersonRow.account_id, AuditPersonRow.salt).where(
    of_site(AuditPersonRow)
)
OF_ACCOUNTS = (
    select(AuditPersonRow.ref, AuditPersonRow.account_id)
    .where(of_site(AuditPersonRow))
    .where(AuditPersonRow.account_id.in_(bindparam("accounts", expanding=True)))
)
ACCOUNTS_OF = (
    select(AuditPersonRow.ref, AuditPersonRow.account_id)
    .where(of_site(AuditPersonRow))
    .where(AuditPersonRow.ref.in_(bindparam("refs", expanding=True)))
)
FORGET = (
    update(AuditPersonRow)
    .where(of_site(AuditPersonRow), AuditPersonRow.account_id == bindparam("account"))
    .values(account_id=None, salt=None)
)


@dataclass(eq=False, repr=False)
class AuditPeople:
    """The people behind the references of one site."""

    _rows: SiteRows

    def references(self, accounts: Iterable[str]) -> dict[str, str]:
        """Return the reference of each account that has one; a former user is found by their pseudonym."""
        account_ids = [account for account in accounts if account]
        if not account_ids:
            return {}
        found = [*self._rows.read(OF_ACCOUNTS, accounts=account_ids)]
        if refs := [account.removeprefix(FORMER) for account in account_ids if account.startswith(FORMER)]:
            found += self._rows.read(ACCOUNTS_OF, refs=refs)
        return {account or FORMER + ref: ref for ref, account in found}

    def references_or_new(self, accounts: Collection[str]) -> dict[str, str]:
        """Return the reference of each account, created if there is none. Needs the lock."""
        found = self.references(accounts)
        new = list[dict[str, object]]()
        for account in sorted({account for account in accounts if account} - found.keys()):
            salt = token_hex(16)
            found[account] = reference_of(account, salt)
            new.append({"ref": found[account], "account_id": account, "salt": salt})
        self._rows.add(AuditPersonRow, new)
        return found

    def accounts(self, refs: Collection[str]) -> dict[str, str]:
        """Return the account behind each reference that still has one."""
        if not refs:
            return {}
        found = self._rows.read(ACCOUNTS_OF, refs=list(refs))
        return {ref: account for ref, account in found if account}

    def all(self) -> list[tuple[str, str | None, str | None]]:
        """Return every reference with its account and salt, None if they are erased."""
        return [(ref, account, salt) for ref, account, salt in self._rows.read(ALL)]

    def forget(self, account_id: str) -> str:
        """Make it impossible to identify a person; return their pseudonym from now on."""
        self._rows.lock()
        reference = self.references_or_new([account_id])[account_id]
        self._rows.run(FORGET, account=account_id)
        return FORMER + reference
