"""The values that a view may use: everything of the viewer's own site, and nothing of any other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol, cast
from zoneinfo import ZoneInfo

from flask import Flask, Response, current_app, g
from markupsafe import Markup

from timesheet.domain.errors import TimesheetError
from timesheet.domain.identity import Identity, Profile
from timesheet.domain.language import offered_language
from timesheet.domain.lazy import lazy
from timesheet.domain.permission import (
    Allowed,
    Decision,
    Module,
    Requester,
    SitePermission,
    SitePermissions,
    has_site_permission,
)
from timesheet.domain.report.file import FileKind
from timesheet.domain.site import HostRule, Site
from timesheet.services.attribute.attribute import SiteAttributes
from timesheet.services.audit.record import AuditRecorder
from timesheet.services.audit.security_watch import Burst
from timesheet.services.audit.view import is_auditor
from timesheet.services.period.lock import PeriodLock
from timesheet.services.ports.audit import AuditStore, CheckpointKey
from timesheet.services.ports.authentication import SiteEraser
from timesheet.services.ports.calendar import CalendarFiles, PublicHolidays
from timesheet.services.ports.change_feed import ChangeFeed
from timesheet.services.ports.directory import Directory, GroupReader
from timesheet.services.ports.jira import (
    Cache,
    Clock,
    PersonSettings,
    SettingsStore,
    SiteSettings,
)
from timesheet.services.ports.job import JobBoard, JobStore
from timesheet.services.ports.journal import Journal
from timesheet.services.ports.meeting import MeetingFiles
from timesheet.services.ports.meter import Meter, MeterPage
from timesheet.services.ports.printed_file import Printer
from timesheet.services.ports.privacy import AccountReporter, PrivacyStore
from timesheet.services.ports.register import SiteRegister
from timesheet.services.ports.report_file import FileWriter
from timesheet.services.ports.team import Stores
from timesheet.services.ports.team_jira import WholeJira
from timesheet.services.ports.timer import TimerStore
from timesheet.services.ports.transfer import ConfigurationFiles
from timesheet.services.ports.worklog_event import WorklogEventStore
from timesheet.services.resilience.budget import Budget
from timesheet.services.resilience.bulkhead import Bulkhead
from timesheet.services.resilience.priority import end_request
from timesheet.services.site.authentication import Authenticator
from timesheet.services.site.cloud_id import CloudIdReader, CloudIdStore
from timesheet.services.site.installation import InstallAuthenticator
from timesheet.services.site.invocation import InvocationAuthenticator
from timesheet.services.site.permission import may_enter
from timesheet.services.snapshot.own import begin_profile, last_profile, read_profile
from timesheet.services.viewer.context import ViewerContext
from timesheet.services.viewer.person import OwnAdmin, read_own_groups
from timesheet.services.viewer.team_context import TeamContext
from timesheet.web.http.link import issue_link, page_link
from timesheet.web.http.project_color import project_color


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
        """Commit it."""

    def roll_back(self) -> None:
        """Roll it back."""

    def reachable(self) -> bool:
        """Return True if the database responds."""


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
    pages_of: Callable[[Site], PageAddresses]
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


@dataclass(frozen=True, slots=True)
class AuditDependencies:
    """Records, reads, and verifies audit events."""

    audit_of: Callable[[str], AuditStore]
    recorder_of: Callable[[str], AuditRecorder]
    checkpoint_key: CheckpointKey
    register: SiteRegister
    alarm: Callable[[str, Burst, str], None]


@dataclass(frozen=True, slots=True)
class JiraDependencies:
    """A site's Jira, spoken to as a person or as the app."""

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
    meeting_files: MeetingFiles
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
    """Everything outside the use cases, in groups, as the composition root made it for the whole app."""

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


class Context:
    """The values that the views of one request work with, created from the verified token alone."""

    def __init__(self, dependencies: AppDependencies, site: Site, identity: Identity) -> None:
        self._dependencies, self.site, self.identity = dependencies, site, identity
        self.cache, self.clock = dependencies.operation.cache, dependencies.operation.clock
        self._profile: Profile | None = None

    @lazy
    def settings(self) -> SettingsStore:
        """Return the settings of this site and its people."""
        return self._dependencies.stores.settings_of(self.site.key)

    @lazy
    def stores(self) -> Stores:
        """Return the stores of this site's teams, calendars, schemes, leaves, periods, and permissions."""
        return self._dependencies.stores.stores_of(self.site.key)

    @lazy
    def timers(self) -> TimerStore:
        """Return the timers of this site's people."""
        return self._dependencies.stores.timers_of(self.site.key)

    @lazy
    def audit(self) -> AuditStore:
        """Return the audit events of this site."""
        return self._dependencies.audit.audit_of(self.site.key)

    @lazy
    def recorder(self) -> AuditRecorder:
        """Return the recorder for the events of this request."""
        return self._dependencies.audit.recorder_of(self.site.key)

    @property
    def site_settings(self) -> SiteSettings:
        """Return the settings of this site."""
        return self._chosen[0]

    @lazy
    def person_settings(self) -> PersonSettings:
        """Return the display settings of the viewer."""
        return self._chosen[1]

    @lazy
    def _chosen(self) -> tuple[SiteSettings, PersonSettings]:
        return self.settings.read_both(self.identity.account_id)

    def profile(self) -> Profile:
        """Return the viewer's own zone, locale, and name."""
        self._profile = self._profile or read_profile(self.jira, self.cache, self.identity)
        return self._profile

    def refresh_profile(self) -> None:
        """Read the viewer's zone, locale, and name again, because they may have changed in Jira."""
        self._profile = read_profile(self.jira, self.cache, self.identity, refresh=True)

    def language_wishes(self) -> tuple[str, str, str]:
        """Return the languages that the viewer may want, best first: their choice, their Jira's, the site's.

        Jira is asked only if they have not chosen a language.
        """
        own, site = self.person_settings.language, self.site_settings.language
        return own, "" if offered_language(own) else self.profile().locale, site

    def known_language_wishes(self) -> tuple[str, str, str]:
        """Return the same as far as it was read before: for first pages, and for those about a failure of Jira
        or the database.
        """
        chosen = self.__dict__.get("_chosen")
        site, person = (chosen[0].language, chosen[1].language) if chosen else ("", "")
        profile = self._profile or last_profile(self.cache, self.identity)
        return person, profile.locale if profile else "", site

    def prepare_language(self) -> bool:
        """Begin to read the viewer's account; return True if their language is known without it."""
        known = begin_profile(self.jira, self.cache, self.identity)
        return bool(offered_language(self.person_settings.language)) or known

    @lazy
    def viewer_context(self) -> ViewerContext:
        """Return the context that a use case needs to act as the viewer."""
        lock = PeriodLock(lambda: self.team_context, lambda: self.jira)
        journal = self._dependencies.stores.journal_of(self.site.key)
        attributes = SiteAttributes(self.stores)
        return ViewerContext(
            self.jira, self.cache, self.identity, self.profile, self.clock, lock, journal, attributes
        )

    @lazy
    def jira(self) -> WholeJira:
        """Return this site's Jira, called as the viewer."""
        return self._dependencies.jira.jira_as(self.site, self.identity.account_id, self.site_settings)

    @lazy
    def directory(self) -> Directory:
        """Return the people, groups, and projects of this site, as the viewer sees them."""
        return self._dependencies.jira.directory_as(self.site, self.identity.account_id)

    @lazy
    def jobs(self) -> JobStore:
        """Return the jobs of this site."""
        return self._dependencies.jobs.jobs_of(self.site.key)

    @lazy
    def groups(self) -> GroupReader:
        """Return this site's groups as the app itself sees them."""
        return self._dependencies.jira.groups_of(self.site)

    @property
    def closing_key(self) -> bytes:
        """Return the key of the hashes in this site's closings."""
        return self._dependencies.stores.closing_key_of(self.site.key)

    @lazy
    def team_context(self) -> TeamContext:
        """Return the context that use cases about teams need."""
        site, viewer = self.site.key, self.identity.account_id
        now = self.clock()
        return TeamContext(
            stores=self.stores,
            directory=self.directory,
            cache=self.cache,
            site=site,
            viewer=viewer,
            today=now.astimezone(ZoneInfo(self.site_settings.fallback_zone)).date(),
            now=now,
            permissions=self.permissions,
            requester=self.requester,
        )

    @lazy
    def permissions(self) -> SitePermissions:
        """Return the grants of this site."""
        # Every request reads the settings, and the site's revision with them. Read first, they are its one statement.
        _ = self._chosen
        return self.stores.permissions.read()

    def may_enter(self, *modules: Module) -> Decision:
        """Decide whether any of these parts of the app is open to the viewer."""
        return may_enter(self.permissions, modules, self.requester)

    @lazy
    def requester(self) -> Requester:
        """Return the viewer in the form that this site's grants are checked with."""
        return Requester(self.identity.account_id, self.own_groups, self.own_admin.read)

    @property
    def own_admin(self) -> OwnAdmin:
        """Return whether the viewer administers Jira; actions that only admins may do ask Jira itself."""
        site, viewer = self.site, self.identity.account_id
        ask = self._dependencies.jira.is_admin
        return OwnAdmin(self.cache, site.key, viewer, lambda: ask(site, viewer))

    @lazy
    def configures(self) -> bool:
        """Return whether pages link the configuration for the viewer; a wrong link only leads to a refusal."""
        return self.own_admin.guess(self.jira.begin)

    @lazy
    def audits(self) -> bool:
        """Return whether pages link the whole audit log for the viewer."""
        requester = Requester(self.identity.account_id, self.own_groups, lambda: self.configures)
        return is_auditor(self.permissions, requester)

    def own_groups(self) -> frozenset[str]:
        """Return the ids of the viewer's Jira groups."""
        return read_own_groups(self.directory, self.cache, self.site.key, self.identity.account_id)


def dependencies() -> AppDependencies:
    """Return the external dependencies of this app."""
    return cast(AppDependencies, current_app.extensions["timesheet"])


def current() -> Context:
    """Return the context of this request; only if a viewer was verified."""
    if "context" not in g:
        g.context = Context(dependencies(), g.site, g.identity)
    return cast(Context, g.context)


def prepare(app: Flask, deps: AppDependencies) -> None:
    """Make the external dependencies available to the views."""
    app.extensions["timesheet"] = deps


def name_pages(app: Flask) -> None:
    """Let templates link to the app's pages inside Jira, if they are open to the viewer."""

    def manage_apps() -> Markup:
        """Return the attributes of a link to the page of Jira where its admins manage apps."""
        return page_link(dependencies().sites.pages_of(g.site).manage(g.site))

    app.jinja_env.globals |= {
        "app_page": app_page,
        "issue_link": issue_link,
        "project_color": project_color,
        "page_link": page_link,
        "may_enter": may_open,
        "may_audit": may_audit,
        "may_configure": may_configure,
        "offers_suggestions": offers_suggestions,
        "shows_suggestions": shows_suggestions,
        "manage_apps": manage_apps,
    }


def app_page(module: str, **custom: str) -> Markup:
    """Return the attributes of a link to a page of the app; ``custom`` values are its parameters.

    The page is named only without parameters, because Jira does not pass them on to a page that it opens by name.
    """
    pages = dependencies().sites.pages_of(g.site)
    address = pages.page(g.site, g.get("environment", ""), module, custom)
    return page_link(address, "" if custom else module)


def may_open(*names: str) -> bool:
    """Return whether any of these modules is open to the viewer, so pages do not link to refused ones.

    If Jira does not say who the viewer is, nothing is linked: the page that reports it must not fail too.
    """
    try:
        return isinstance(current().may_enter(*map(Module, names)), Allowed)
    except TimesheetError:
        return False


def may_audit() -> bool:
    """Return whether pages link the whole audit log for the viewer instead of their own history."""
    try:
        return current().audits
    except TimesheetError:
        return False


def may_configure() -> bool:
    """Return whether pages link the configuration for the viewer, because they administer Jira."""
    return "identity" in g and current().configures


def offers_suggestions() -> bool:
    """Return True if an admin lets the viewer have suggestions."""
    found = has_site_permission(current().permissions, SitePermission.SUGGESTIONS, current().requester)
    return isinstance(found, Allowed)


def shows_suggestions() -> bool:
    """Return True if the viewer sees suggestions: neither they nor an admin switched them off."""
    return current().person_settings.suggestions and offers_suggestions()


def init_app(app: Flask) -> None:
    """End each request's transaction, committed below status 400 and otherwise rolled back, and its wait for Jira."""

    @app.after_request
    def end_transaction(response: Response) -> Response:
        transaction = dependencies().operation.transaction
        if response.status_code >= 400:
            transaction.roll_back()
            return response
        try:
            transaction.commit()
        except Exception as error:  # noqa: BLE001  (it is answered like an error of the view)
            transaction.roll_back()
            return app.make_response(app.handle_user_exception(error))
        return response

    @app.teardown_request
    def leave(_: BaseException | None) -> None:
        dependencies().operation.bulkhead.end()
        end_request()
