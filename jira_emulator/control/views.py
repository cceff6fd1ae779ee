"""The control page and its JSON API: apps, trouble, calls, clock, limits. Jira has nothing like it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, abort, jsonify, render_template, request

from jira_emulator.cloud import Cloud
from jira_emulator.connect.descriptor import DescriptorRefused
from jira_emulator.connect.lifecycle import LifecycleFailed
from jira_emulator.control.commands import (
    change_clock,
    change_issue,
    change_limits,
    change_person,
    change_project,
    change_search,
    change_site,
    change_webhooks,
    page_urls,
)
from jira_emulator.issue.index import SearchIndex
from jira_emulator.tenant import Tenant
from jira_emulator.trouble.trouble import ANSWERS, PROXY, REASONS, WEBHOOKS, RuleRefused, read_rule


def control_blueprint(cloud: Cloud, tenant: Tenant) -> Blueprint:
    """Serve the control page under ``/_emulator``, for this origin and for programs only."""
    views = Blueprint("control", __name__, template_folder="templates")

    @views.before_request
    def own_pages_only() -> None:
        if request.headers.get("Origin", request.host_url.rstrip("/")) != request.host_url.rstrip("/"):
            abort(403)

    @views.get("/")
    def page() -> str:
        return render_template(
            "control.html", site=tenant.site, effects=ANSWERS + WEBHOOKS + PROXY, reasons=REASONS
        )

    @views.get("/state")
    def state() -> Response:
        return jsonify(_state(cloud, tenant))

    _trouble_views(views, tenant)
    _call_views(views, tenant)
    _app_views(views, tenant)
    _people_views(views, tenant)
    _setting_views(views, cloud, tenant)
    _behavior_views(views, cloud, tenant)
    return views


def _trouble_views(views: Blueprint, tenant: Tenant) -> None:
    @views.get("/trouble")
    def rules() -> Response:
        return jsonify(rules=tenant.trouble.list())

    @views.post("/trouble")
    def add_rules() -> tuple[Response, int]:
        body = _body()
        try:
            found = [read_rule(raw) for raw in (body if isinstance(body, list) else [body])]
        except RuleRefused as error:
            return jsonify(error=str(error)), HTTPStatus.BAD_REQUEST
        for rule in found:
            tenant.trouble.add(rule)
        return jsonify(rules=tenant.trouble.list()), HTTPStatus.CREATED

    @views.post("/trouble/writes")
    def finish_writes() -> Response:
        return jsonify(finished=tenant.trouble.finish_writes())

    @views.get("/trouble/late")
    def late_calls() -> Response:
        return jsonify(waiting=tenant.trouble.late_calls())

    @views.post("/trouble/late")
    def let_late_go() -> Response:
        return jsonify(released=tenant.trouble.let_late_go())

    @views.delete("/trouble")
    def no_trouble() -> Response:
        tenant.trouble.clear(request.args.get("seed", type=int))
        return Response(status=HTTPStatus.NO_CONTENT)


def _call_views(views: Blueprint, tenant: Tenant) -> None:
    @views.get("/calls")
    def calls() -> Response:
        return jsonify(tenant.calls.report(request.args.get("kind", "")))

    @views.delete("/calls")
    def forget_calls() -> Response:
        tenant.calls.clear()
        return Response(status=HTTPStatus.NO_CONTENT)


def _app_views(views: Blueprint, tenant: Tenant) -> None:
    lifecycle = tenant.lifecycle
    actions: dict[str, Callable[[str], Any]] = {
        "upgrade": lifecycle.upgrade,
        "enable": lifecycle.enable,
        "disable": lifecycle.disable,
        "uninstall": lifecycle.uninstall,
        "rotate-secret": lifecycle.rotate_secret,
    }

    @views.get("/apps")
    def apps() -> Response:
        return jsonify(apps=[app.summary() for app in lifecycle.apps.values()])

    @views.post("/apps")
    def install() -> tuple[Response, int]:
        try:
            app = lifecycle.install(str(_body().get("descriptorUrl", "")))
        except DescriptorRefused as error:
            return jsonify(error=str(error), problems=error.problems), HTTPStatus.BAD_REQUEST
        except LifecycleFailed as error:
            return jsonify(error=str(error)), HTTPStatus.BAD_GATEWAY
        return jsonify(app.summary()), HTTPStatus.CREATED

    @views.post("/apps/<key>/<action>")
    def act(key: str, action: str) -> tuple[Response, int]:
        if action not in actions:
            abort(404)
        try:
            actions[action](key)
        except (DescriptorRefused, LifecycleFailed) as error:
            return jsonify(error=str(error)), HTTPStatus.CONFLICT
        return jsonify(lifecycle.apps[key].summary()), HTTPStatus.OK

    @views.get("/apps/<key>/page-url")
    def page_url(key: str) -> Response:
        found = page_urls(tenant, key, request.args.to_dict())
        return jsonify(found) if found else abort(404)


def _people_views(views: Blueprint, tenant: Tenant) -> None:
    @views.get("/people")
    def people() -> Response:
        return jsonify(people=[asdict(person) for person in tenant.site.people.values()])

    @views.post("/people")
    def person() -> tuple[Response, int]:
        try:
            found = change_person(tenant, _body())
        except (ValueError, KeyError) as error:
            return jsonify(error=str(error)), HTTPStatus.BAD_REQUEST
        if found is None:
            abort(404)
        return jsonify(asdict(found)), HTTPStatus.OK

    @views.post("/accounts")
    def account() -> Response:
        body = _body()
        if body.get("status") not in ("closed", "updated"):
            abort(400)
        tenant.account_states[str(body.get("accountId"))] = body["status"]
        return jsonify(tenant.account_states)


def _setting_views(views: Blueprint, cloud: Cloud, tenant: Tenant) -> None:
    @views.post("/site")
    def site() -> tuple[Response, int]:
        try:
            change_site(tenant, _body())
        except (LifecycleFailed, ValueError) as error:
            return jsonify(error=str(error)), HTTPStatus.CONFLICT
        return jsonify(_state(cloud, tenant)), HTTPStatus.OK

    @views.post("/projects")
    def project() -> Response:
        if not change_project(tenant, _body()):
            abort(404)
        projects = {p.key: {"archived": p.archived} for p in tenant.site.projects.values()}
        return jsonify(projects=projects)

    @views.post("/issues")
    def issue() -> Response:
        if not change_issue(tenant, _body()):
            abort(404)
        return Response(status=HTTPStatus.NO_CONTENT)

    @views.post("/install-keys")
    def rotate_install_key() -> Response:
        return jsonify(kid=cloud.install_keys.rotate())


def _behavior_views(views: Blueprint, cloud: Cloud, tenant: Tenant) -> None:
    @views.post("/clock")
    def clock() -> Response:
        change_clock(cloud, _body())
        return jsonify(_state(cloud, tenant))

    @views.post("/limits")
    def limits() -> Response:
        change_limits(tenant, _body())
        return jsonify(_state(cloud, tenant))

    @views.post("/search")
    def search() -> tuple[Response, int]:
        try:
            change_search(tenant, _body())
        except (TypeError, ValueError) as error:
            return jsonify(error=str(error)), HTTPStatus.BAD_REQUEST
        return jsonify(_state(cloud, tenant)), HTTPStatus.OK

    @views.post("/webhooks")
    def webhooks() -> Response:
        return jsonify(delivered=change_webhooks(tenant, _body()))


def _state(cloud: Cloud, tenant: Tenant) -> dict[str, Any]:
    return {
        "site": {
            "name": tenant.site.name,
            "baseUrl": tenant.site.base_url,
            "displayUrl": tenant.display_url,
            "clientKey": tenant.site.client_key,
            "cloudId": tenant.site.cloud_id,
        },
        "sites": [{"name": one.site.name, "baseUrl": one.site.base_url} for one in cloud.tenants],
        "clock": cloud.clock().isoformat(),
        "limits": {"on": tenant.limits.on, "pointsPerHour": cloud.quota.limit},
        "search": _search_state(tenant.site.index),
        "webhookRetrySeconds": tenant.webhooks.retry_seconds,
        "apps": [app.summary() for app in tenant.lifecycle.apps.values()],
    }


def _search_state(index: SearchIndex) -> dict[str, Any]:
    return {"lagSeconds": index.lag_ms / 1000, "unsteady": index.unsteady, "seed": index.seed}


def _body() -> Any:
    return request.get_json() if request.data else {}
