"""The dependencies that the composition root creates for the whole app, in groups."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from flask import Flask, current_app

from timesheet.domain.report.file import FileKind
from timesheet.domain.site import HostRule, Site
from timesheet.services.audit.record import AuditRecorder
from timesheet.services.audit.security_watch import BurstLimit
from timesheet.services.ports.audit import AuditStore, CheckpointKey
from timesheet.services.ports.authentication import SiteEraser
from timesheet.services.ports.cache import Cache
from timesheet.services.ports.calendar import CalendarFiles, PublicHolidays
from timesheet.services.ports.change_feed import ChangeFeed
from timesheet.services.ports.clock import Clock
from timesheet.services.ports.directory import Directory, GroupReader
from timesheet.services.ports.job import JobBoard, JobStore
from timesheet.services.ports.journal import Journal
from timesheet.services.ports.meeting import MeetingReader
from timesheet.services.ports.meter import Meter, MeterPage
from timesheet.services.ports.printed_file import Printer
from timesheet.services.ports.privacy import AccountReporter, PrivacyStore
from timesheet.services.ports.register import SiteRegister
from timesheet.services.ports.report_file import FileWriter
from timesheet.services.ports.settings import SettingsStore, SiteSettings
from timesheet.services.ports.stores import Stores
from timesheet.services.ports.team_jira import WholeJira
from timesheet.services.ports.timer import TimerStore
from timesheet.services.ports.transfer import ConfigurationFiles
from timesheet.services.ports.worklog_event import WorklogEventStore
from timesheet.services.resilience.budget import Budget
from timesheet.services.resilience.bulkhead import Bulkhead
from timesheet.services.site.authentication import Authenticator
from timesheet.services.site.cloud_id import CloudIdReader, CloudIdStore
from timesheet.services.site.installation import InstallAuthenticator
from timesheet.services.site.invocation import InvocationAuthenticator


class PageAddresses(Protocol):
    """The addresses of the app's pages inside Jira. ``environment`` names the app's deployment, if the request does."""

    def page(self, site: Site, environment: str, module: str, custom: Mapping[str, str]) -> str:
        """Return the address of a page of the app; ``custom`` are its parameters."""

    def manage(self, site: Site) -> str:
        """Return the address where Jira admins manage their apps."""


class Transaction(Protocol):
    """The database transaction of one request."""

    def enter(self, site: str) -> None:
        """Enter the site whose token was verified; from here on the database shows no other site's rows."""

    def within(self, site: str) -> AbstractContextManager[None]:
        """Enter another site for one block; for commands that process all sites."""

    def commit(self) -> None:
        """Commit the transaction."""

    def roll_back(self) -> None:
        """Roll the transaction back."""

    def reachable(self) -> bool:
        """Return True if the database responds."""

    def migrated(self) -> bool:
        """Return True if the database has the tables that this version needs."""

    def reason(self, error: BaseException) -> str:
        """Return in the database's own words why it did not respond or cannot be used; "" for other errors."""


@dataclass(frozen=True, slots=True)
class SiteDependencies:
    """The installed sites and their authentication."""

    authenticator: Authenticator
    install_authenticator: InstallAuthenticator
    invocation_authenticator: InvocationAuthenticator | None
    hosts: HostRule
    eraser: SiteEraser
    find: Callable[[str], Site | None]
    installed_sites: Callable[[], Iterable[Site]]
    cloud_ids: CloudIdStore
    cloud_id_reader: CloudIdReader
    pages_of: Callable[[Site, str | None], PageAddresses]
    copy_from: Callable[[Path], tuple[int, int]]
    base_url: str


@dataclass(frozen=True, slots=True)
class StoreDependencies:
    """The stores of one site, by its key; each is created when it is used."""

    settings_of: Callable[[str], SettingsStore]
    stores_of: Callable[[str], Stores]
    journal_of: Callable[[str], Journal]
    events_of: Callable[[str], WorklogEventStore]
    timers_of: Callable[[str], TimerStore]
    closing_key_of: Callable[[str], bytes]
    mark_key_of: Callable[[str, str], bytes]
    reading_key_of: Callable[[str], bytes]


@dataclass(frozen=True, slots=True)
class AuditDependencies:
    """Records, reads, and verifies audit events."""

    audit_of: Callable[[str], AuditStore]
    recorder_of: Callable[[str], AuditRecorder]
    checkpoint_key: CheckpointKey
    register: SiteRegister
    alarm: Callable[[str, BurstLimit, str], None]


@dataclass(frozen=True, slots=True)
class JiraDependencies:
    """A site's Jira, called as a person or as the app."""

    jira_as: Callable[[Site, str, SiteSettings], WholeJira]
    directory_as: Callable[[Site, str], Directory]
    groups_of: Callable[[Site], GroupReader]
    feed_of: Callable[[Site], ChangeFeed]
    is_admin: Callable[[Site, str], bool]
    group_sync: bool


@dataclass(frozen=True, slots=True)
class PrivacyDependencies:
    """The data stored about people, and the report of their accounts."""

    privacy_of: Callable[[str], PrivacyStore]
    reporter_of: Callable[[Site], AccountReporter]


@dataclass(frozen=True, slots=True)
class FileDependencies:
    """Readers and writers of files: public holidays, calendars, configurations, reports."""

    holidays: PublicHolidays
    calendar_files: CalendarFiles
    read_meetings: MeetingReader
    configuration_files: ConfigurationFiles
    report_writers: Mapping[FileKind, FileWriter]
    printer: Printer


@dataclass(frozen=True, slots=True)
class JobDependencies:
    """The jobs of one site, by its key, and those of all sites for workers."""

    jobs_of: Callable[[str], JobStore]
    board: JobBoard


@dataclass(frozen=True, slots=True)
class OperationDependencies:
    """Dependencies of every request, and of monitoring."""

    transaction: Transaction
    bulkhead: Bulkhead
    budget: Budget
    cache: Cache
    clock: Clock
    meter: Meter
    meter_page: MeterPage
    metrics_token: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class AppDependencies:
    """Everything outside the use cases, in groups, as the composition root created it for the whole app."""

    sites: SiteDependencies
    stores: StoreDependencies
    audit: AuditDependencies
    jira: JiraDependencies
    privacy: PrivacyDependencies
    files: FileDependencies
    jobs: JobDependencies
    operation: OperationDependencies

    def jira_of(self, site: Site) -> Callable[[str], WholeJira]:
        """Return a function that gives access to a site's Jira as any of its people, for events and commands
        without a viewer.
        """
        chosen = self.stores.settings_of(site.key).read_site()
        return lambda account_id: self.jira.jira_as(site, account_id, chosen)


def prepare(app: Flask, deps: AppDependencies) -> None:
    """Make the external dependencies available to the views."""
    app.extensions["timesheet"] = deps


def dependencies() -> AppDependencies:
    """Return the external dependencies of this app."""
    prepared: AppDependencies = current_app.extensions["timesheet"]
    return prepared
