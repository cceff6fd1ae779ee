from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jwt
import pytest
import requests

from jira_emulator.connect.descriptor import DescriptorRefused, check_descriptor
from jira_emulator.connect.installation import Installation
from jira_emulator.connect.lifecycle import LifecycleFailed
from jira_emulator.connect.qsh import canonical_request, query_string_hash
from jira_emulator.server import RunningCloud, RunningSite
from tests.emulator.support.sample_app import ReceivedRequest, SampleApp, descriptor, running_app


def read_install(jira: RunningSite, request: ReceivedRequest, audience: str) -> dict[str, Any]:
    header = jwt.get_unverified_header(request.token)
    assert header["alg"] == "RS256"
    pem = requests.get(f"{jira.base_url}/_atlassian/install-keys/{header['kid']}", timeout=30).text
    claims: dict[str, Any] = jwt.decode(request.token, pem, algorithms=["RS256"], audience=audience)
    return claims


def test_the_hash_of_a_query_is_that_of_the_published_vectors(contract: Callable[[str], Path]) -> None:
    for vector in json.loads(contract("connect-qsh-vectors.json").read_text())["vectors"]:
        base = urlsplit(vector.get("baseUrl") or "").path
        assert canonical_request(vector["method"], vector["url"], base) == vector["canonical"], vector["name"]
        assert query_string_hash(vector["method"], vector["url"], base) == vector["qsh"]


def test_install_is_signed_with_a_served_key_for_this_app(jira: RunningSite, sample: SampleApp) -> None:
    jira.install(sample.descriptor_url)
    [installed] = sample.to("/installed")
    claims = read_install(jira, installed, sample.base_url)
    assert claims["iss"] == jira.site.client_key == installed.body["clientKey"]
    assert claims["qsh"] == query_string_hash("POST", "/installed")
    assert installed.body["eventType"] == "installed"
    assert installed.body["baseUrl"] == jira.base_url
    assert installed.body["oauthClientId"]


def test_enabled_follows_and_is_signed_with_the_new_secret(jira: RunningSite, sample: SampleApp) -> None:
    jira.install(sample.descriptor_url)
    [enabled] = sample.to("/enabled")
    claims = jwt.decode(enabled.token, sample.secret(), algorithms=["HS256"])
    assert claims["qsh"] == query_string_hash("POST", "/enabled")
    assert "sharedSecret" not in enabled.body


def test_qsh_leaves_the_path_of_the_base_url_out(jira: RunningSite) -> None:
    with running_app("/behind/a/proxy") as sample:
        jira.install(sample.descriptor_url)
        claims = read_install(jira, sample.to("/installed")[0], sample.base_url)
    assert claims["qsh"] == query_string_hash("POST", "/installed")


@pytest.mark.parametrize("status", [201, 302, 401, 500])
def test_only_200_and_204_let_an_install_go_on(jira: RunningSite, sample: SampleApp, status: int) -> None:
    sample.answers["/installed"] = [status]
    with pytest.raises(LifecycleFailed, match=str(status)):
        jira.install(sample.descriptor_url)
    assert jira.tenant.lifecycle.apps == {}
    assert sample.to("/enabled") == []


def test_an_upgrade_keeps_the_secret_and_a_new_install_does_not(jira: RunningSite, sample: SampleApp) -> None:
    first = jira.install(sample.descriptor_url).shared_secret
    assert jira.install(sample.descriptor_url).shared_secret == first
    jira.tenant.lifecycle.uninstall("sample.app")
    second = jira.install(sample.descriptor_url)
    assert second.shared_secret != first
    assert sample.secret() == second.shared_secret


def test_a_refused_upgrade_leaves_everything_as_it_was(jira: RunningSite, sample: SampleApp) -> None:
    app = jira.install(sample.descriptor_url)
    sample.descriptor["name"] = "Renamed"
    sample.answers["/installed"] = [500]
    with pytest.raises(LifecycleFailed):
        jira.install(sample.descriptor_url)
    assert app.descriptor.name == "Sample app"
    assert app.usable


def test_uninstall_is_preceded_by_disabled_and_signed_rs256(jira: RunningSite, sample: SampleApp) -> None:
    app = jira.install(sample.descriptor_url)
    jira.tenant.lifecycle.uninstall(app.key)
    assert [one.path for one in sample.requests] == ["/installed", "/enabled", "/disabled", "/uninstalled"]
    jwt.decode(sample.to("/disabled")[0].token, app.shared_secret, algorithms=["HS256"])
    read_install(jira, sample.to("/uninstalled")[0], sample.base_url)
    with pytest.raises(LifecycleFailed):
        jira.tenant.lifecycle.disable(app.key)


def test_old_install_keys_stay_served(jira: RunningSite, sample: SampleApp) -> None:
    jira.install(sample.descriptor_url)
    before = jwt.get_unverified_header(sample.to("/installed")[0].token)["kid"]
    jira.control("POST", "install-keys")
    jira.install(sample.descriptor_url)
    after = jwt.get_unverified_header(sample.to("/installed")[1].token)["kid"]
    assert before != after
    read_install(jira, sample.to("/installed")[0], sample.base_url)
    read_install(jira, sample.to("/installed")[1], sample.base_url)
    assert requests.get(f"{jira.base_url}/_atlassian/install-keys/unknown", timeout=30).status_code == 404


def test_secret_rotation_is_undone_when_the_app_refuses(
    jira: RunningSite, sample: SampleApp, installed: Installation
) -> None:
    before = installed.shared_secret
    sample.answers["/installed"] = [503]
    with pytest.raises(LifecycleFailed):
        jira.tenant.lifecycle.rotate_secret(installed.key)
    assert installed.shared_secret == before
    jira.control("POST", f"apps/{installed.key}/rotate-secret")
    assert installed.shared_secret == sample.secret() != before


def test_a_renamed_site_keeps_its_client_key(
    jira: RunningSite, sample: SampleApp, installed: Installation
) -> None:
    before = jira.base_url
    renamed = before.replace("127.0.0.1", "localhost")
    try:
        jira.control("POST", "site", {"baseUrl": renamed})
        payload = sample.to("/installed")[-1].body
        assert (payload["baseUrl"], payload["displayUrl"]) == (renamed, renamed)
        assert payload["clientKey"] == sample.to("/installed")[0].body["clientKey"]
    finally:
        jira.control("POST", "site", {"baseUrl": before})


def test_an_imported_site_is_another_tenant_at_the_same_address(
    jira: RunningSite, sample: SampleApp, installed: Installation
) -> None:
    jira.control("POST", "site", {"newClientKey": True})
    first, second = (one.body for one in sample.to("/installed"))
    assert first["baseUrl"] == second["baseUrl"]
    assert first["clientKey"] != second["clientKey"]
    assert first["sharedSecret"] != second["sharedSecret"]


def test_two_sites_have_their_own_keys_and_secrets(cloud: RunningCloud, sample: SampleApp) -> None:
    for running in cloud.sites:
        running.install(sample.descriptor_url)
    first, second = (one.body for one in sample.to("/installed"))
    assert first["clientKey"] != second["clientKey"]
    assert first["sharedSecret"] != second["sharedSecret"]
    assert first["oauthClientId"] != second["oauthClientId"]


def broken(**changes: Any) -> dict[str, Any]:
    return {**descriptor("https://app.example.com"), **changes}


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        ([], "JSON object"),
        (broken(key="has space"), "key"),
        (broken(key="k" * 81), "key"),
        (broken(name=""), "name"),
        (broken(baseUrl="http://app.example.com"), "https"),
        (broken(baseUrl=None), "baseUrl"),
        (broken(authentication={"type": "oauth"}), "authentication.type"),
        (broken(scopes=["READ", "EVERYTHING"]), "EVERYTHING"),
        (broken(scopes="READ"), "list"),
        (broken(lifecycle={"enabled": "/enabled"}), "lifecycle.installed"),
        (broken(lifecycle={"installed": "https://elsewhere.example"}), "below baseUrl"),
        (broken(apiMigrations={"gdpr": True}), "signed-install"),
        (broken(apiMigrations={"gdpr": "yes", "signed-install": True}), "gdpr"),
        (broken(apiVersion="1"), "apiVersion"),
        (broken(modules={"userProfile": []}), "not a module"),
        (broken(modules={"generalPages": {"key": "a"}}), "a list"),
        (broken(modules={"configurePage": []}), "one object"),
        (broken(modules={"generalPages": [{"key": "a", "url": "/a"}]}), "name.value"),
        (broken(modules={"generalPages": [{"key": "a_b", "name": {"value": "A"}, "url": "/a"}]}), "letters"),
        (broken(modules={"generalPages": [{"key": "a", "name": {"value": "A"}, "url": "//evil.example"}]}), "path"),
        (broken(modules={"dialogs": [{"key": "a", "url": "/a"}, {"key": "a", "url": "/b"}]}), "twice"),
        (broken(modules={"webhooks": [{"event": "worklog_moved", "url": "/w"}]}), "worklog_moved"),
        (broken(modules={"jiraIssueContents": [{"key": "a", "name": {"value": "A"}}]}), "target.url"),
    ],
)  # fmt: skip
def test_a_descriptor_that_breaks_a_rule_is_refused(raw: Any, sentence: str) -> None:
    with pytest.raises(DescriptorRefused, match=sentence):
        check_descriptor(raw)


def test_a_good_descriptor_is_taken() -> None:
    assert check_descriptor(broken()).scopes == {"READ", "WRITE", "DELETE", "ACT_AS_USER"}


def test_the_control_api_says_why_it_does_not_install(jira: RunningSite, sample: SampleApp) -> None:
    def ask(url: str) -> requests.Response:
        return requests.post(f"{jira.base_url}/_emulator/apps", json={"descriptorUrl": url}, timeout=30)

    assert ask("ftp://app.example.com/d.json").status_code == 400
    assert ask(f"{sample.base_url}/nothing-here").json()["problems"] == ["The descriptor is not valid JSON"]
    sample.answers["/installed"] = [401]
    assert "answered 401" in ask(sample.descriptor_url).json()["error"]
    assert ask(sample.descriptor_url).status_code == 201


def translated(sample: SampleApp, paths: dict[str, str]) -> None:
    sample.descriptor["modules"]["generalPages"][0]["name"]["i18n"] = "page.name"
    sample.descriptor["translations"] = {"paths": paths}


def test_names_are_shown_in_the_language_of_a_person_where_the_app_has_it(
    jira: RunningSite, sample: SampleApp
) -> None:
    translated(sample, {"de-DE": "/de.json"})
    sample.files["/de.json"] = {"page.name": "Musterseite"}
    [page] = jira.install(sample.descriptor_url).descriptor.modules("generalPages")
    text = partial(jira.tenant.lifecycle.find("sample.app").descriptor.text, page.spec["name"])
    assert (text("de_DE"), text("de_AT"), text("en_US")) == ("Musterseite", "Sample page", "Sample page")


@pytest.mark.parametrize("answer", [None, ["Musterseite"], {"page.name": 1}])
def test_an_app_whose_translations_cannot_be_read_is_refused(
    jira: RunningSite, sample: SampleApp, answer: Any
) -> None:
    translated(sample, {"de-DE": "/de.json"})
    if answer is not None:
        sample.files["/de.json"] = answer
    with pytest.raises(DescriptorRefused):
        jira.install(sample.descriptor_url)


@pytest.mark.parametrize(
    ("translations", "said"),
    [
        ({}, "translations.paths is required"),
        ({"paths": {"pt-BR": "/pt.json"}}, "no locale pt-BR"),
        ({"paths": {"de-DE": "de.json"}}, "must be a path"),
    ],
)
def test_translations_follow_the_schema(translations: Any, said: str) -> None:
    raw = descriptor("http://127.0.0.1:1") | {"translations": translations}
    with pytest.raises(DescriptorRefused, match=said):
        check_descriptor(raw)
