"""Create the app from its settings: the database, the adapters, and what runs around every request."""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Any
from zoneinfo import reset_tzpath

from flask import Flask, g
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from timesheet.adapters.cache.choice import connect_server, open_counts
from timesheet.adapters.connect.descriptor import GROUP_SYNC_SCOPES, icon_paths, read_descriptor
from timesheet.adapters.db.database import Database
from timesheet.adapters.db.job.job import wake_committed
from timesheet.adapters.jobs.huey_consumer import Work
from timesheet.adapters.jobs.huey_queue import HueyQueue, open_queue, open_serving_queue
from timesheet.bootstrap.dependencies import app_dependencies
from timesheet.services.job.work import Handlers
from timesheet.services.ports.clock import Clock, utc_now
from timesheet.settings import ROOT, Settings
from timesheet.web.commands import cli, migration
from timesheet.web.commands import worker as worker_command
from timesheet.web.features import BLUEPRINTS, job_handlers
from timesheet.web.forge import call, event
from timesheet.web.http import (
    auth,
    compression,
    context,
    dependencies,
    errors,
    jinja_environment,
    language,
    navigation,
    printed,
)
from timesheet.web.http.jinja_environment import PlainEnvironment
from timesheet.web.job.serving import Consumer, WorkerProcess
from timesheet.web.job.worker import THREADS, TICK_SECONDS, Worker
from timesheet.web.middleware import (
    after_response,
    assets,
    cache_prefetch,
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
from timesheet.web.site.descriptor import descriptor_blueprint
from timesheet.web.timesheet import grid_memory


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
    handlers = job_handlers(group_sync=settings.group_sync, unreported=bool(settings.forge_app_id))
    deps = app_dependencies(settings, database, clock, server, handlers)
    dependencies.prepare(app, deps)
    waking, serving = open_queue(settings.queue_url), open_serving_queue(settings.queue_url)
    app.extensions["queues"] = waking, serving
    wake_committed(database, waking)
    _serve(app, settings, open_counts(deps.operation.cache))
    worker_command.init_app(app, _worker(app, settings, handlers, serving))
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


def close_app(app: Flask) -> None:
    """Close the connections of an app that is no longer needed, in a process that goes on."""
    for queue in app.extensions["queues"]:
        queue.close()
    app.extensions["timesheet"].operation.transaction.close(app)


def _worker(app: Flask, settings: Settings, handlers: Handlers, queue: HueyQueue) -> WorkerProcess:
    worker = Worker(app, handlers, queue)

    def consume(signals: bool) -> Consumer:
        work = Work(worker.drain, worker.tick, THREADS, TICK_SECONDS, worker.stop)
        return queue.serve(work, signals=signals)

    return WorkerProcess(worker, consume, settings.worker_inside)


def _serve(app: Flask, settings: Settings, counts: Counts | None) -> None:
    """Register everything between the socket and the views. The first layer named is the outermost."""
    descriptor = _descriptor(settings)
    for blueprint in (descriptor_blueprint(descriptor), call.blueprint, event.blueprint, *BLUEPRINTS):
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
    after_response.init_app(app)
    errors.init_app(app)
    failed_authentication.init_app(app)
    context.init_app(app)
    navigation.name_pages(app)
    language.init_app(app, development=settings.development)
    jinja_environment.init_app(app)
    grid_memory.init_app(app)
    printed.init_app(app)
    cli.init_app(app)
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
