"""Fixtures for a running cloud of two sites and the sample app, both reset for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from jira_emulator.connect.installation import Installation
from jira_emulator.server import RunningCloud, RunningSite, running_cloud
from tests.emulator.support.emulated_site import EmulatedSite, make_emulated_site
from tests.emulator.support.sample_app import SampleApp, running_app


@pytest.fixture(scope="session")
def whole_cloud() -> Iterator[RunningCloud]:
    with running_cloud(sites=2, people=12, months=1) as cloud:
        yield cloud


@pytest.fixture
def cloud(whole_cloud: RunningCloud) -> Iterator[RunningCloud]:
    yield whole_cloud
    whole_cloud.cloud.clock.reset()
    whole_cloud.cloud.quota.limit = 65_000
    for running in whole_cloud.sites:
        running.tenant.lifecycle.apps.clear()
        for installation in running.tenant.forge.usable():
            running.tenant.forge.uninstall(installation, farewell=False)
        running.tenant.trouble.clear(seed=1)
        running.flush_webhooks()
        running.tenant.limits.on = False
        running.tenant.basic_auth = False
        running.calls.clear()


@pytest.fixture
def jira(cloud: RunningCloud) -> RunningSite:
    return cloud.sites[0]


@pytest.fixture
def sample() -> Iterator[SampleApp]:
    with running_app() as app:
        yield app


@pytest.fixture
def installed(jira: RunningSite, sample: SampleApp) -> Installation:
    return jira.install(sample.descriptor_url)


@pytest.fixture
def emulated() -> EmulatedSite:
    return make_emulated_site()


@pytest.fixture(scope="module")
def still() -> EmulatedSite:
    return make_emulated_site()
