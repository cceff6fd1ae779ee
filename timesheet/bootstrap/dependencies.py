"""Create the adapters of the app, and connect them in the groups that views, commands, and jobs use."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from timesheet.adapters.cache.choice import open_cache
from timesheet.adapters.cache.points import ServerPauses, ServerPoints
from timesheet.adapters.connect.impersonation import Impersonation
from timesheet.adapters.connect.install_keys import InstallKeys
from timesheet.adapters.connect.tokens import ConnectTokens
from timesheet.adapters.crypto.audit_key import AuditKey
from timesheet.adapters.crypto.cache_box import CacheBox
from timesheet.adapters.crypto.secret_box import SecretBox
from timesheet.adapters.db.audit.log import log_committed
from timesheet.adapters.db.audit.register import DbSiteRegister
from timesheet.adapters.db.audit.store import DbAuditStore
from timesheet.adapters.db.database import Database
from timesheet.adapters.db.from_sqlite import copy_from_sqlite
from timesheet.adapters.db.job.job import DbJobBoard, DbJobStore
from timesheet.adapters.db.period.worklog_event import DbWorklogEventStore
from timesheet.adapters.db.privacy.privacy import DbPrivacyStore
from timesheet.adapters.db.site.installation import DbAppTokens, DbInstallations
from timesheet.adapters.db.site.setting import DbSettingsStore
from timesheet.adapters.db.site.site import DbSiteStore, SiteCache
from timesheet.adapters.db.site_rows import SiteRows
from timesheet.adapters.db.stores import DbStores
from timesheet.adapters.db.timer.timer import DbTimerStore
from timesheet.adapters.db.worklog.journal import DbJournal
from timesheet.adapters.export.pdf_file import PdfPrinter
from timesheet.adapters.export.writers import REPORT_WRITERS
from timesheet.adapters.forge.credentials import ForgeCredentials
from timesheet.adapters.forge.invocation import ForgeInvocationTokens
from timesheet.adapters.forge.jwks import InvocationKeys
from timesheet.adapters.holidays.public import LibraryHolidays
from timesheet.adapters.http.session import open_session, trust_authorities
from timesheet.adapters.ical.files import IcalFiles
from timesheet.adapters.ical.meeting import read_meetings
from timesheet.adapters.jira.call.ratelimit import RateLimits
from timesheet.adapters.jira.client import JiraClients
from timesheet.adapters.jira.tenant_info import TenantInfo
from timesheet.adapters.prometheus.meter import PrometheusMeter
from timesheet.adapters.transfer.files import JsonConfigurationFiles
from timesheet.bootstrap.credentials import Credentials
from timesheet.domain.audit.event import AuditEvent
from timesheet.domain.job import Job
from timesheet.services.audit.record import AuditRecorder
from timesheet.services.audit.security_watch import BurstLimit, raise_alarm, watch_event
from timesheet.services.audit.store.change import ChangeRecorder
from timesheet.services.audit.store.site import AuditedSettings
from timesheet.services.audit.store.stores import AuditedStores
from timesheet.services.period.closing import closing_key
from timesheet.services.ports.cache import Cache
from timesheet.services.ports.clock import Clock
from timesheet.services.report.reading_job import reading_key
from timesheet.services.resilience.breaker import Breaker
from timesheet.services.resilience.budget import Budget, MemoryPoints
from timesheet.services.resilience.bulkhead import Bulkhead
from timesheet.services.site.authentication import Authenticator
from timesheet.services.site.installation import InstallAuthenticator
from timesheet.services.site.invocation import InvocationAuthenticator
from timesheet.services.suggestion.suggestion import mark_key
from timesheet.services.worklog.safeguard.journal import RecordedJournal
from timesheet.settings import Settings
from timesheet.web.http import audit_recorder as recorder
from timesheet.web.http.dependencies import (
    AppDependencies,
    AuditDependencies,
    FileDependencies,
    JiraDependencies,
    JobDependencies,
    OperationDependencies,
    PrivacyDependencies,
    SiteDependencies,
    StoreDependencies,
)

if TYPE_CHECKING:
    from requests import Session

    from timesheet.adapters.cache.server import CacheServer


@dataclass(frozen=True, slots=True)
class _Parts:
    """The parts that several groups of dependencies are made of."""

    settings: Settings
    database: Database
    clock: Clock
    http: Session
    sites: DbSiteStore
    credentials: Credentials
    audit_key: AuditKey
    recorder_of: Callable[[str], AuditRecorder]


def app_dependencies(
    settings: Settings, database: Database, clock: Clock, server: CacheServer | None, jobs: Iterable[Job]
) -> AppDependencies:
    """Return everything outside the use cases, created once for the app.

    ``server`` is that of a shared cache; ``jobs`` are those that a worker of this app runs.
    """
    meter = PrometheusMeter(settings.metrics_dir)
    bulkhead, silent = Bulkhead(meter.turned_away), Breaker(meter.turned_away)
    cache = open_cache(server, CacheBox(settings.encryption_keys), bulkhead.enter, meter)
    points = ServerPoints(server) if server else MemoryPoints()
    budget = Budget(points, lambda: clock().timestamp(), settings.jira_points)
    rates = RateLimits(
        enter=bulkhead.enter,
        silent=silent,
        budget=budget,
        shared=ServerPauses(server) if server else None,
        counted=meter.spent,
        turned_away=meter.turned_away,
    )
    jira = JiraClients(clock, meter.called_jira, rates, settings.ca_bundle)
    http = open_session(keeps=False)
    if settings.ca_bundle is not None:
        trust_authorities(http, settings.ca_bundle)
    box = SecretBox(settings.encryption_keys)
    credentials = Credentials(
        Impersonation(http, settings.connect_oauth_url, cache, clock, silent),
        ForgeCredentials(http, settings.forge_api_url, cache, clock, box, DbAppTokens(database), silent),
        settings.connect_app_key,
        settings.forge_app_id,
        clock,
    )
    audit_key = AuditKey(settings.signing_key, settings.audit_keys)
    log_committed(database)
    recorder_of = _recorders(database, audit_key, clock, meter, cache)
    sites = DbSiteStore(database, box, SiteCache())
    parts = _Parts(
        settings=settings,
        database=database,
        clock=clock,
        http=http,
        sites=sites,
        credentials=credentials,
        audit_key=audit_key,
        recorder_of=recorder_of,
    )
    return AppDependencies(
        sites=_sites(parts, box),
        stores=_stores(parts),
        audit=_audit(parts),
        jira=_jira(parts, jira),
        privacy=PrivacyDependencies(
            privacy_of=partial(DbPrivacyStore, database),
            reporter_of=partial(credentials.reporter, jira),
        ),
        files=_files(),
        jobs=JobDependencies(jobs_of=partial(DbJobStore, database), board=DbJobBoard(database, jobs)),
        operation=OperationDependencies(
            transaction=database,
            bulkhead=bulkhead,
            budget=budget,
            cache=cache,
            clock=clock,
            meter=meter,
            meter_page=meter,
            metrics_token=settings.metrics_token,
        ),
    )


def _files() -> FileDependencies:
    return FileDependencies(
        holidays=LibraryHolidays(),
        calendar_files=IcalFiles(),
        read_meetings=read_meetings,
        configuration_files=JsonConfigurationFiles(),
        report_writers=REPORT_WRITERS,
        printer=PdfPrinter(),
    )


def _sites(parts: _Parts, box: SecretBox) -> SiteDependencies:
    settings, sites, key = parts.settings, parts.sites, parts.settings.connect_app_key
    tokens = ConnectTokens(parts.clock, InstallKeys(settings.connect_install_keys_urls, parts.http))
    return SiteDependencies(
        authenticator=Authenticator(tokens, sites, key, settings.base_url, settings.signing_key),
        install_authenticator=InstallAuthenticator(
            tokens, sites, parts.recorder_of, settings.host_rule, key, (settings.base_url,)
        ),
        invocation_authenticator=_invocation_authenticator(parts, settings.forge_app_id),
        base_url=settings.base_url,
        hosts=settings.host_rule,
        eraser=sites,
        find=sites.find,
        installed_sites=sites.installed,
        cloud_ids=sites,
        cloud_id_reader=TenantInfo(parts.http),
        pages_of=parts.credentials.pages,
        copy_from=partial(copy_from_sqlite, parts.database, box),
    )


def _invocation_authenticator(parts: _Parts, app_id: str | None) -> InvocationAuthenticator | None:
    """Return what verifies the calls of Forge; None without a Forge app."""
    if not app_id:
        return None
    settings = parts.settings
    tokens = ForgeInvocationTokens(
        parts.clock,
        InvocationKeys(settings.forge_jwks_url, parts.http),
        app_id,
        settings.forge_environment,
        settings.forge_api_url,
        settings.host_rule,
    )
    installations = DbInstallations(parts.database, parts.sites)
    return InvocationAuthenticator(tokens, installations, parts.credentials.delivered, parts.recorder_of)


def _stores(parts: _Parts) -> StoreDependencies:
    database, recorder_of, signing_key = parts.database, parts.recorder_of, parts.settings.signing_key
    return StoreDependencies(
        settings_of=lambda site: AuditedSettings(
            DbSettingsStore(database, site),
            ChangeRecorder(partial(recorder_of, site), SiteRows(database, site).lock),
        ),
        stores_of=lambda site: AuditedStores(DbStores(database, site), partial(recorder_of, site)),
        journal_of=lambda site: RecordedJournal(DbJournal(database, site), partial(recorder_of, site)),
        events_of=partial(DbWorklogEventStore, database),
        timers_of=partial(DbTimerStore, database),
        # These are no partials, because a partial shows its arguments when it is printed.
        closing_key_of=lambda site: closing_key(signing_key, site),
        mark_key_of=lambda site, person: mark_key(signing_key, site, person),
        reading_key_of=lambda site: reading_key(signing_key, site),
    )


def _audit(parts: _Parts) -> AuditDependencies:
    database, key = parts.database, parts.audit_key
    return AuditDependencies(
        audit_of=lambda site: DbAuditStore(database, site, key),
        recorder_of=parts.recorder_of,
        checkpoint_key=key,
        register=DbSiteRegister(database, key),
        alarm=_alarm(parts),
    )


def _jira(parts: _Parts, jira: JiraClients) -> JiraDependencies:
    credentials = parts.credentials
    return JiraDependencies(
        jira_as=lambda site, account_id, chosen: jira.for_viewer(
            credentials.person(site, account_id),
            chosen.zone,
            partial(credentials.itself, site),
        ),
        directory_as=lambda site, account_id: jira.directory(credentials.person(site, account_id)),
        groups_of=lambda site: jira.groups(partial(credentials.itself, site)),
        feed_of=lambda site: jira.change_feed(partial(credentials.itself, site)),
        is_admin=lambda site, who: jira.is_admin(
            credentials.asking(site, who), credentials.person(site, who), who
        ),
        group_sync=parts.settings.group_sync,
    )


def _alarm(parts: _Parts) -> Callable[[str, BurstLimit, str], None]:
    """Return a function that records a possible attack on a site, in a transaction of its own."""

    def alarm(site: str, burst: BurstLimit, reason: str) -> None:
        if parts.sites.find(site) is None:
            # The site is not known, so it has no audit log to write to.
            return
        with parts.database.within(site):
            raise_alarm(parts.recorder_of(site), burst, site, reason)
            parts.database.commit()

    return alarm


def _recorders(
    database: Database, key: AuditKey, clock: Clock, meter: PrometheusMeter, cache: Cache
) -> Callable[[str], AuditRecorder]:
    """Return a function that gives the audit recorder of a site by its key; it counts events and detects bursts."""

    def recorder_of(site: str) -> AuditRecorder:
        def on_record(recorder: AuditRecorder, event: AuditEvent) -> None:
            meter.audited(event.action, event.outcome)
            watch_event(recorder, cache, site, event)

        return recorder.open_recorder(DbAuditStore(database, site, key), clock, on_record)

    return recorder_of
