"""Learn the cloud id of a site after one of its requests, so nobody waits for it."""

from __future__ import annotations

import structlog
from flask import Flask, Response, g

from timesheet.domain.site import Site
from timesheet.services.site.cloud_id import lacks_cloud_id, learn_cloud_id
from timesheet.web.http.dependencies import dependencies

EVERY_SECONDS = 3600
log = structlog.stdlib.get_logger("timesheet.site")


def init_app(app: Flask) -> None:
    """Ask after a response to a site whose cloud id is not known, once an hour for each site.

    Jira's call about an installation is followed by another one at once, so a new site is asked then.
    """

    @app.after_request
    def learn_in_passing(response: Response) -> Response:
        site = g.get("site")
        if response.status_code < 400 and site is not None and lacks_cloud_id(site) and _due(site):
            response.call_on_close(lambda: _learn_afterwards(app, site))
        return response


def _due(site: Site) -> bool:
    cache, key = dependencies().operation.cache, f"{site.key}:cloud-id-asked"
    if cache.get(key):
        return False
    cache.put(key, True, EVERY_SECONDS)
    return True


def _learn_afterwards(app: Flask, site: Site) -> None:
    with app.app_context():
        deps = dependencies()
        try:
            deps.operation.transaction.enter(site.key)
            learned = learn_cloud_id(deps.sites.cloud_ids, deps.sites.cloud_id_reader, site)
            deps.operation.transaction.commit()
        except Exception:
            log.exception("cloud_id_not_learned", site=site.key)
            return
        log.info("cloud_id_asked", site=site.key, learned=learned is not None)
