"""Learn the cloud id of a site after one of its requests, so nobody waits for it."""

from __future__ import annotations

import structlog

from timesheet.domain.site import Site
from timesheet.services.site.cloud_id import learn_cloud_id
from timesheet.web.http.dependencies import dependencies

EVERY_SECONDS = 3600
log = structlog.stdlib.get_logger("timesheet.site")


def learn_in_passing(site: Site) -> None:
    """Ask the site for its cloud id, and store it."""
    deps = dependencies()
    learned = learn_cloud_id(deps.sites.cloud_ids, deps.sites.cloud_id_reader, site)
    deps.operation.transaction.commit()
    log.info("cloud_id_asked", site=site.key, learned=learned is not None)
