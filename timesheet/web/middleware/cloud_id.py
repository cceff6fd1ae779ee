"""Learn the cloud id of a site after one of its requests, so nobody waits for it."""

from __future__ import annotations

import structlog
from flask import Flask, Response, g

from timesheet.domain.site import Site
from timesheet.services.site.cloud_id import learn_cloud_id
from timesheet.web.http.dependencies import dependencies
from timesheet.web.middleware.afterwards import do_afterwards, is_due

EVERY_SECONDS = 3600
log = structlog.stdlib.get_logger("timesheet.site")


def init_app(app: Flask) -> None:
    """Ask after a response to a site whose cloud id is not known, once an hour for each site.

    Jira's call about an installation is followed by another one at once, so a new site is asked then.
    """

    @app.after_request
    def learn_in_passing(response: Response) -> Response:
        site = g.get("site")
        if (
            response.status_code < 400
            and site is not None
            and site.lacks_cloud_id
            and is_due(site, "cloud-id-asked", EVERY_SECONDS)
        ):
            do_afterwards(app, response, site, _learn, log, "cloud_id_not_learned")
        return response


def _learn(site: Site) -> None:
    deps = dependencies()
    learned = learn_cloud_id(deps.sites.cloud_ids, deps.sites.cloud_id_reader, site)
    deps.operation.transaction.commit()
    log.info("cloud_id_asked", site=site.key, learned=learned is not None)
