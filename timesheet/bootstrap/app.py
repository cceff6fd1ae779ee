"""The composition root: the one module that knows every layer."""

from __future__ import annotations

import gc
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, reset_tzpath

from flask import Flask, g
from flask.templating import Environment
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from timesheet.adapters.cache.choice import connect_server, open_cache, open_counts
from timesheet.adapters.cache.points import ServerPauses, ServerPoints
from timesheet.adapters.connect.app_token import REPORT_PATH, AppCredentials
from timesheet.adapters.connect.descriptor import GROUP_SYNC_SCOPES, icon_paths, read_descriptor
from timesheet.adapters.connect.impersonation import Impersonation
from timesheet.adapters.connect.install_keys import InstallKeys
from timesheet.adapters.connect.pages import ConnectPages
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
from timesheet.adapters.db.job.wake import wake_committed
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
from timesheet.adapters.forge.credentials import REPORT_PATH as FORGE_REPORT_PATH
from timesheet.adapters.forge.credentials import ForgeCredentials
from timesheet.adapters.forge.invocation import ForgeInvocationTokens
from timesheet.adapters.forge.jwks import InvocationKeys
from timesheet.adapters.forge.pages import ForgePages
from timesheet.adapters.holidays.public import LibraryHolidays
from timesheet.adapters.http.session import open_session, trust_authorities
from timesheet.adapters.ical.files import IcalFiles
from timesheet.adapters.ical.meeting import IcalMeetings
from timesheet.adapters.jira.call.ratelimit import RateLimits
from timesheet.adapters.jira.client import JiraClients
from timesheet.adapters.jira.tenant_info import TenantInfo
from timesheet.adapters.jobs.huey_consumer import Work
from timesheet.adapters.jobs.huey_queue import HueyQueue, open_queue, open_serving_queue
from timesheet.adapters.prometheus.meter import PrometheusMeter
from timesheet.adapters.transfer.files import JsonConfigurationFiles
from timesheet.domain.audit.event import AuditEvent
from timesheet.domain.site import Site
from timesheet.services.audit.record import AuditRecorder
from timesheet.services.audit.security_watch import Burst, raise_alarm, watch_event
from timesheet.services.audit.stores import AuditedStores, audited_settings
from timesheet.services.period.closing import closing_key
from timesheet.services.ports.authentication import SignedRequest
from timesheet.services.ports.cache import Cache
from timesheet.services.ports.clock import Clock, utc_now
from timesheet.services.ports.jira import JiraCredentials
from timesheet.services.report.reading_job import reading_key
from timesheet.services.resilience.breaker import Breaker
from timesheet.services.resilience.budget import Budget, MemoryPoints
from timesheet.services.resilience.bulkhead import Bulkhead
from timesheet.services.site.authentication import Authenticator
from timesheet.services.site.installation import InstallAuthenticator
from timesheet.services.site.invocation import InvocationAuthenticator
from timesheet.services.suggestion.suggestion import mark_key
from timesheet.services.worklog.journal import RecordedJournal
from timesheet.settings import ROOT, Settings
from timesheet.web.commands import account_report, cli, migration
from timesheet.web.commands import jobs as jobs_command
from timesheet.web.commands import worker as worker_command
from timesheet.web.features import BLUEPRINTS, job_handlers
from timesheet.web.http import audit_recorder as recorder
from timesheet.web.http import (
    auth,
    constant,
    context,
    dependencies,
    errors,
    forge,
    icon,
    language,
    navigation,
    printed,
)
from timesheet.web.job.serving import Consumer, WorkerProcess
from timesheet.web.job.worker import THREADS, TICK_SECONDS, Worker
from timesheet.web.middleware import (
    afterwards,
    assets,
    cache_prefetch,
    compression,
    failed_authentication,
    hooks,
    logs,
    metrics,
    security,
)
from timesheet.web.middleware import rate_limit as limits
from timesheet.web.middleware import security_watch as watch
from timesheet.web.middleware.json_provider import OrjsonProvider
from timesheet.web.middleware.rate_count import Counts
from timesheet.web.site import forge_event
from timesheet.web.site.descriptor import descriptor_blueprint
from timesheet.web.timesheet import (
    grid_memory,
)

if TYPE_CHECKING:
    from requests import Session

    from timesheet.adapters.cache.server import CacheServer
    from timesheet.adapters.jira.account_report import JiraAccountReporter

ACCOUNT_REPORT = SignedRequest("POST", f"/{REPORT_PATH}", "")
PERMISSIONS_CHECK = SignedRequest("POST", "/rest/api/3/permissions/check", "")


class PlainEnvironment(Environment):
    """Jinja with one dict of globals: of a chain of two, each would take a call of Python whenever a template runs."""

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """See Jinja."""
        return self.globals if d is None else super().make_globals(d)


class SynchronousFlask(Flask):
    """Flask without coroutines: it would look for one in each function that a request calls."""

    jinja_environment = PlainEnvironment

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """See Flask."""
        return func


def create_app(settings: Settings, clock: Clock = utc_now) -> Flask:
    """Create the app from the settings, ready to serve; read nothing from the environment."""
    logs.configure_logs(settings.log_level, settings.log_format)
    # Machines have zones of different age. A worklog must have one work date, so only the pinned package counts.
    reset_tzpath(())
    app = SynchronousFlask("timesheet", root_path=str(ROOT), static_folder=None, template_folder="templates")
    app.json = OrjsonProvider(app)
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.globals |= {
        "connect_script_url": settings.connect_script_url,
        "request_id": lambda: g.get("request_id", ""),
    }
    database = Database(
        app, settings.database_url, settings.database_connections, settings.database_owner_url
    )
    with app.app_context():
        database.check(row_security=not settings.development)
    migration.init_app(app, database.extension, ROOT / "migrations")
    server = connect_server(settings.redis_url)
    deps = _dependencies(settings, database, clock, server)
    dependencies.prepare(app, deps)
    waking, serving = open_queue(settings.queue_url), open_serving_queue(settings.queue_url)
    app.extensions["queues"] = waking, serving
    wake_committed(database, waking)
    _serve(app, settings, open_counts(deps.operation.cache))
    worker_command.init_app(app, _worker(app, settings, serving))
    return app


def tune_garbage_collector() -> None:
    """Run the garbage collector less often, in a process that only serves the app that was just created.

    Jira's responses are many thousand objects without cycles, and the collector's default settings would
    traverse them again and again. The objects of the app itself are frozen, because they stay until the
    process ends. They are not searched for garbage before: it would find a thousand of half a million, in a
    tenth of the time that starting takes.
    """
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    gc.enable()


@dataclass(frozen=True, slots=True)
class _Credentials:
    """Chooses the credentials of each call to Jira, between those of Connect and those that Forge delivered."""

    impersonation: Impersonation
    delivered: ForgeCredentials
    key: str
    app_id: str | None
    clock: Clock

    def has_forge(self, site: Site) -> bool:
        """Return True if people open the app through Forge on this site."""
        return self.app_id is not None and site.opened_by is not None

    def delivers(self, site: Site, account_id: str | None) -> bool:
        """Return True for a token that Forge delivered, of a person or, for None, of the app."""
        # A site that moves from one door to the other has both for a while: a token that is there comes first.
        return self.has_forge(site) and (site.secret is None or self.delivered.holds(site, account_id))

    def person(self, site: Site, account_id: str) -> JiraCredentials:
        """Return those of a person."""
        if self.delivers(site, account_id):
            return self.delivered.person(site, account_id)
        return self.impersonation.credentials(site, account_id)

    def itself(self, site: Site, request: SignedRequest) -> JiraCredentials:
        """Return those of the app, which Connect signs for one request."""
        if self.delivers(site, None):
            return self.delivered.app(site)
        return AppCredentials(site, self.key, request, self.clock)

    def asking(self, site: Site, who: str) -> JiraCredentials:
        """Return those that ask for the permissions of a person."""
        return self.person(site, who) if self.delivers(site, who) else self.itself(site, PERMISSIONS_CHECK)

    def pages(self, site: Site) -> ForgePages | ConnectPages:
        """Return the addresses of the app's pages in Jira."""
        return ForgePages(self.app_id or "") if self.has_forge(site) else ConnectPages(self.key)

    def reporter(self, jira: JiraClients, site: Site) -> JiraAccountReporter:
        """Return what reports to Atlassian whose data the app has."""
        if self.delivers(site, None):
            return jira.reporter(self.delivered.reporting(site), FORGE_REPORT_PATH)
        return jira.reporter(self.itself(site, ACCOUNT_REPORT), REPORT_PATH)


def _invocation_tokens(settings: Settings, app_id: str, http: Session, clock: Clock) -> ForgeInvocationTokens:
    return ForgeInvocationTokens(
        clock,
        InvocationKeys(settings.forge_jwks_url, http),
        app_id,
        settings.forge_environment,
        settings.forge_api_url,
        settings.host_rule,
    )


def _dependencies(
    settings: Settings, database: Database, clock: Clock, server: CacheServer | None
) -> dependencies.AppDependencies:
    box = SecretBox(settings.encryption_keys)
    meter = PrometheusMeter(settings.metrics_dir)
    bulkhead, silent = Bulkhead(meter.turned_away), Breaker(meter.turned_away)
    cache = open_cache(server, CacheBox(settings.encryption_keys), bulkhead.enter, meter)
    http = open_session(keeps=False)
    if settings.ca_bundle is not None:
        trust_authorities(http, settings.ca_bundle)
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
    tokens = ConnectTokens(clock, InstallKeys(settings.connect_install_keys_urls, http))
    sites = DbSiteStore(database, box, SiteCache())
    audit_key = AuditKey(settings.signing_key, settings.audit_keys)
    log_committed(database)
    recorder_of = _recorders(database, audit_key, clock, meter, cache)

    key, base_url = settings.connect_app_key, settings.base_url
    delivered = ForgeCredentials(
        http, settings.forge_api_url, cache, clock, box, DbAppTokens(database), silent
    )
    credentials = _Credentials(
        Impersonation(http, settings.connect_oauth_url, cache, clock, silent),
        delivered,
        key,
        settings.forge_app_id,
        clock,
    )
    invocation_authenticator = settings.forge_app_id and InvocationAuthenticator(
        _invocation_tokens(settings, settings.forge_app_id, http, clock),
        DbInstallations(database, sites),
        delivered,
        recorder_of,
    )
    return dependencies.AppDependencies(
        sites=dependencies.SiteDependencies(
            authenticator=Authenticator(tokens, sites, key, base_url, settings.signing_key),
            install_authenticator=InstallAuthenticator(
                tokens, sites, recorder_of, settings.host_rule, key, (base_url,)
            ),
            invocation_authenticator=invocation_authenticator or None,
            base_url=base_url,
            hosts=settings.host_rule,
            eraser=sites,
            find=sites.find,
            installed_sites=sites.installed,
            cloud_ids=sites,
            cloud_id_reader=TenantInfo(http),
            pages_of=credentials.pages,
            copy_from=partial(copy_from_sqlite, database, box),
        ),
        stores=dependencies.StoreDependencies(
            settings_of=lambda site: audited_settings(
                DbSettingsStore(database, site),
                partial(recorder_of, site),
                SiteRows(database, site).lock,
            ),
            stores_of=lambda site: AuditedStores(DbStores(database, site), partial(recorder_of, site)),
            journal_of=lambda site: RecordedJournal(DbJournal(database, site), partial(recorder_of, site)),
            events_of=partial(DbWorklogEventStore, database),
            timers_of=partial(DbTimerStore, database),
            closing_key_of=lambda site: closing_key(settings.signing_key, site),
            mark_key_of=lambda site, person: mark_key(settings.signing_key, site, person),
            reading_key_of=lambda site: reading_key(settings.signing_key, site),
        ),
        audit=dependencies.AuditDependencies(
            audit_of=lambda site: DbAuditStore(database, site, audit_key),
            recorder_of=recorder_of,
            checkpoint_key=audit_key,
            register=DbSiteRegister(database, audit_key),
            alarm=_alarm(database, sites, recorder_of),
        ),
        jira=dependencies.JiraDependencies(
            jira_as=lambda site, account_id, chosen: jira.for_viewer(
                credentials.person(site, account_id),
                ZoneInfo(chosen.fallback_zone),
                partial(credentials.itself, site),
            ),
            directory_as=lambda site, account_id: jira.directory(credentials.person(site, account_id)),
            groups_of=lambda site: jira.groups(partial(credentials.itself, site)),
            feed_of=lambda site: jira.change_feed(partial(credentials.itself, site)),
            is_admin=lambda site, who: jira.is_admin(
                credentials.asking(site, who), credentials.person(site, who), who
            ),
            group_sync=settings.group_sync,
        ),
        privacy=dependencies.PrivacyDependencies(
            privacy_of=partial(DbPrivacyStore, database),
            reporter_of=partial(credentials.reporter, jira),
        ),
        files=dependencies.FileDependencies(
            holidays=LibraryHolidays(),
            calendar_files=IcalFiles(),
            meeting_files=IcalMeetings(),
            configuration_files=JsonConfigurationFiles(),
            report_writers=REPORT_WRITERS,
            printer=PdfPrinter(),
        ),
        jobs=dependencies.JobDependencies(jobs_of=partial(DbJobStore, database), board=DbJobBoard(database)),
        operation=dependencies.OperationDependencies(
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


def close_app(app: Flask) -> None:
    """Close the connections of an app that is no longer needed, in a process that goes on."""
    for queue in app.extensions["queues"]:
        queue.close()
    with app.app_context():
        for engine in app.extensions["sqlalchemy"].engines.values():
            engine.dispose()


def _worker(app: Flask, settings: Settings, queue: HueyQueue) -> WorkerProcess:
    worker = Worker(app, job_handlers(group_sync=settings.group_sync), queue)

    def consume(signals: bool) -> Consumer:
        return queue.serve(Work(worker.drain, worker.tick, THREADS, TICK_SECONDS), signals=signals)

    return WorkerProcess(worker, consume, settings.worker_inside)


def _alarm(
    database: Database, sites: DbSiteStore, recorder_of: Callable[[str], AuditRecorder]
) -> Callable[[str, Burst, str], None]:
    def alarm(site: str, burst: Burst, reason: str) -> None:
        if sites.find(site) is None:
            # The site is not known, so it has no audit log to write to.
            return
        with database.within(site):
            raise_alarm(recorder_of(site), burst, site, reason)
            database.commit()

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


def _serve(app: Flask, settings: Settings, counts: Counts | None) -> None:
    """Register everything between the socket and the views. The first layer named is the outermost."""
    descriptor = _descriptor(settings)
    for blueprint in (descriptor_blueprint(descriptor), forge.blueprint, forge_event.blueprint, *BLUEPRINTS):
        app.register_blueprint(blueprint)
    logs.init_app(app)
    metrics.init_app(app)
    watch.init_app(app)
    compression.init_app(app)
    security.init_app(app, settings.connect_script_url, settings.base_url)
    auth.init_app(app)
    cache_prefetch.init_app(app)
    limits.init_app(app, counts, settings.signing_key)
    auth.init_form_check(app)
    afterwards.init_app(app)
    errors.init_app(app)
    failed_authentication.init_app(app)
    context.init_app(app)
    navigation.name_pages(app)
    language.init_app(app, development=settings.development)
    icon.init_app(app)
    constant.init_app(app)
    grid_memory.init_app(app)
    printed.init_app(app)
    cli.init_app(app)
    account_report.init_app(app)
    jobs_command.init_app(app)
    assets.init_app(
        app,
        ROOT / "static",
        development=settings.development,
        bundled=settings.assets == "bundle",
        https=settings.secure,
        shared=icon_paths(descriptor),
    )
    hooks.join(app)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]


def _descriptor(settings: Settings) -> dict[str, Any]:
    path = ROOT / "atlassian-connect.json"
    more = GROUP_SYNC_SCOPES if settings.group_sync else ()
    return read_descriptor(path, settings.connect_app_key, settings.base_url, more)
