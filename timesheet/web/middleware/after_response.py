"""Work for a site after one of its responses has been sent, so nobody waits for it."""

from __future__ import annotations

from collections.abc import Callable

import structlog
from flask import Flask, Response, after_this_request, g, request
from structlog.stdlib import BoundLogger

from timesheet.domain.site import Site
from timesheet.services.site.cloud_id import learn_cloud_id
from timesheet.web.http.auth import loads_page
from timesheet.web.http.dependencies import dependencies
from timesheet.web.middleware import settling

CLOUD_ID_SECONDS = 3600
log = structlog.stdlib.get_logger("timesheet.site")


def init_app(app: Flask) -> None:
    """Settle interrupted writes after a page or a change, and learn an unknown cloud id after any response.

    Each is done once in a while for each site. Jira's call about an installation is followed by another one at once,
    so a new site is asked for its cloud id then.
    """

    @app.before_request
    def settle_in_passing() -> None:
        # Asked here, because the first question of a request to the cache contains it; see cache_prefetch.
        should_settle = "identity" in g and (request.method == "POST" or loads_page())
        if should_settle and _is_due(g.site, "settled", settling.EVERY_SECONDS):
            site = g.site

            @after_this_request
            def settle_after(response: Response) -> Response:
                _run_after(app, response, site, settling.settle_in_passing, settling.log, "settling_failed")
                return response

    @app.after_request
    def learn_in_passing(response: Response) -> Response:
        site: Site | None = g.get("site")
        if (
            response.status_code < 400
            and site is not None
            and site.lacks_cloud_id
            and _is_due(site, "cloud-id-asked", CLOUD_ID_SECONDS)
        ):
            _run_after(app, response, site, _learn_cloud_id, log, "cloud_id_not_learned")
        return response


def _learn_cloud_id(site: Site) -> None:
    """Ask the site for its cloud id, and store it."""
    deps = dependencies()
    learned = learn_cloud_id(deps.sites.cloud_ids, deps.sites.cloud_id_reader, site)
    deps.operation.transaction.commit()
    log.info("cloud_id_asked", site=site.key, learned=learned is not None)


def _is_due(site: Site, work: str, every_seconds: int) -> bool:
    """Return True at most once in this time for each site and kind of work."""
    cache, key = dependencies().operation.cache, f"{site.key}:{work}"
    if cache.get(key):
        return False
    cache.put(key, True, every_seconds)
    return True


def _run_after(
    app: Flask, response: Response, site: Site, work: Callable[[Site], None], logger: BoundLogger, failed: str
) -> None:
    """Run ``work`` after the response was sent, in a transaction of the site. Log an exception as ``failed``."""

    def run() -> None:
        with app.app_context():
            try:
                dependencies().operation.transaction.enter(site.key)
                work(site)
            except Exception:
                logger.exception(failed, site=site.key)

    response.call_on_close(run)
