"""The cloud id of a site is learned after a request, once, and without anybody waiting for it."""

from __future__ import annotations

import responses
from flask import Flask

from tests.web.conftest import JiraSite

INFO = "https://acme.atlassian.net/_edge/tenant_info"


def cloud_id(app: Flask, site: JiraSite) -> str | None:
    with app.app_context():
        found = app.extensions["timesheet"].sites.authenticator.sites.find(site.client_key)
    return None if found is None else found.cloud_id


def reads(server: responses.RequestsMock) -> int:
    return sum(call.request.url == INFO for call in server.calls)


def read(site: JiraSite, path: str = "/probe/page") -> int:
    answer = site.load(path)
    answer.close()
    return answer.status_code


def test_the_cloud_id_is_read_when_a_site_enables_the_app(
    app: Flask, site: JiraSite, key_server: responses.RequestsMock
) -> None:
    key_server.get(INFO, json={"cloudId": "cloud-of-acme"})
    site.send_event("/connect/enabled", {"clientKey": site.client_key}).close()
    assert cloud_id(app, site) == "cloud-of-acme"
    assert read(site) == 200
    assert reads(key_server) == 1


def test_the_cloud_id_of_an_older_site_is_read_at_its_next_page(
    app: Flask, site: JiraSite, key_server: responses.RequestsMock
) -> None:
    key_server.get(INFO, json={"cloudId": "cloud-of-acme"})
    assert read(site) == 200
    assert cloud_id(app, site) == "cloud-of-acme"


def test_the_cloud_id_of_a_site_without_an_answer_is_read_again_after_an_hour(
    app: Flask, site: JiraSite, key_server: responses.RequestsMock
) -> None:
    key_server.get(INFO, status=503)
    assert [read(site) for _ in range(3)] == [200] * 3
    assert reads(key_server) == 1
    assert cloud_id(app, site) is None
    app.extensions["timesheet"].operation.cache.delete(f"{site.client_key}:cloud-id-asked")
    key_server.replace("GET", INFO, json={"cloudId": "cloud-of-acme"})
    read(site)
    assert cloud_id(app, site) == "cloud-of-acme"


def test_a_refused_request_asks_nothing(site: JiraSite, key_server: responses.RequestsMock) -> None:
    key_server.get(INFO, json={"cloudId": "cloud-of-acme"})
    site.client.get("/probe/page?jwt=x.y.z").close()
    assert reads(key_server) == 0


def test_the_id_of_the_installation_is_kept_when_the_app_is_installed_again(
    app: Flask, site: JiraSite, key_server: responses.RequestsMock
) -> None:
    assert site.install(cloudId="cloud-of-acme").status_code == 204
    assert site.install().status_code == 204
    assert cloud_id(app, site) == "cloud-of-acme"
    assert read(site) == 200
    assert reads(key_server) == 0
