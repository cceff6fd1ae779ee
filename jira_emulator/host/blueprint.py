"""The pages of the emulated Jira, with the code that runs before and after each of them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, g, make_response, redirect, render_template, request

from jira_emulator.host import apps, work
from jira_emulator.host.chrome import chrome
from jira_emulator.host.session import signed_in
from jira_emulator.tenant import Tenant

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: {apps}; font-src 'self'; "
    "connect-src 'self'; frame-src {frames}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def host_blueprint(tenant: Tenant) -> Blueprint:
    """Return everything that a person sees in the browser."""
    views = Blueprint("host", __name__, template_folder="templates")

    @views.before_request
    def need_person() -> Any:
        g.person = signed_in(tenant, request)
        here = request.full_path.rstrip("?")
        if request.host_url.rstrip("/") not in (tenant.site.base_url, tenant.display_url):
            return redirect(tenant.display_url + here)
        if g.person is None and request.endpoint != "host.choose_person":
            return redirect(f"/login?next={here}")
        return None

    @views.after_request
    def harden(response: Response) -> Response:
        return hardened(tenant, response)

    @views.context_processor
    def surroundings() -> dict[str, Any]:
        return chrome(tenant, g.person)

    @views.get("/login")
    def choose_person() -> str:
        return render_template("login.html", next=request.args.get("next", "/"))

    @views.get("/<path>")
    @views.get("/jira/<path:path>")
    @views.get("/plugins/<path:path>")
    def nowhere(path: str) -> Response:
        abort(404, path)

    @views.errorhandler(404)
    def missing(_: Exception) -> Response:
        return make_response(render_template("missing.html"), 404)

    work.register(views, tenant)
    apps.register(views, tenant)
    return views


def hardened(tenant: Tenant, response: Response) -> Response:
    """Add the headers of a page that frames the site's apps and nothing else."""
    forge = {one.app.origin for one in tenant.forge.usable() if one.app.page_url}
    origins = " ".join(sorted({*(app.origin for app in tenant.lifecycle.enabled()), *forge}))
    response.headers["Content-Security-Policy"] = _POLICY.format(apps=origins, frames=origins or "'none'")
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
