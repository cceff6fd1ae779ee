"""Export and import: the download, the changes of a file, and nothing else."""

from __future__ import annotations

import re
import tempfile
from dataclasses import replace
from datetime import date
from typing import Any

import orjson
import pytest
from click.testing import Result
from flask import Flask
from werkzeug.test import TestResponse

from tests.services.support.team_scene import ADMIN, ANN, CY, LEAD, NOW, TeamScene
from tests.services.support.transfer_scene import minimal
from tests.web.conftest import JiraSite
from tests.web.support.configuring import Admin, let_in, make_admin
from tests.web.support.signing import SettableClock
from timesheet.domain.attribute.attribute import Attribute, Kind, Option
from timesheet.domain.audit.event import AuditFilter
from timesheet.domain.period.period import ClosingRecord
from timesheet.domain.span import month_of
from timesheet.domain.team.label import UserLabel
from timesheet.services.ports.transfer import LARGEST_UPLOAD
from timesheet.web.transfer import view

TOKYO = {"fallback_zone": "Asia/Tokyo", "week_start": "0"}


@pytest.fixture
def admin(app: Flask, site: JiraSite, clock: SettableClock) -> Admin:
    made = make_admin(app, site, clock)
    made.arrange(lambda scene: scene.team("Payments", LEAD, ANN))
    return made


def upload(admin: Admin, path: str, document: Any, file: str = "x.json", **fields: str) -> TestResponse:
    """Return a file and the other fields, encoded as by a browser."""
    data = document if isinstance(document, bytes) else orjson.dumps(document)
    head = 'Content-Disposition: form-data; name="{}"'
    parts = [(head.format(name), value.encode()) for name, value in fields.items()]
    parts.append((f'{head.format("file")}; filename="{file}"\r\nContent-Type: application/json', data))
    body = b"".join(b"--edge\r\n%b\r\n\r\n%b\r\n" % (name.encode(), value) for name, value in parts)
    return admin.browser.site.client.post(
        f"/configure/transfer/{path}",
        data=body + b"--edge--\r\n",
        content_type="multipart/form-data; boundary=edge",
        headers=admin.browser.headers,
    )


def hidden(html: str) -> dict[str, str]:
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', html))


def imported(admin: Admin, document: Any, **fields: str) -> TestResponse:
    preview = upload(admin, "preview", document, **fields)
    assert preview.status_code == 200, preview.text
    return upload(admin, "import", document, **fields, **hidden(preview.text))


def zone(admin: Admin) -> str:
    with admin.site.app.app_context():
        deps, site = admin.site.app.extensions["timesheet"], admin.site.site.client_key
        deps.operation.transaction.enter(site)
        return str(deps.stores.settings_of(site).read_site().fallback_zone)


def test_the_download_is_a_file_named_after_site_and_day(admin: Admin) -> None:
    answer = admin.get("transfer/file")
    assert answer.mimetype == "application/json"
    wanted = 'attachment; filename="timesheet-acme.atlassian.net-2026-11-24.json"'
    assert answer.headers["Content-Disposition"] == wanted
    assert answer.headers["Cache-Control"] == "no-store"
    document = orjson.loads(answer.data)
    assert [team["name"] for team in document["teams"]] == ["Payments"]
    assert "leaves" not in document
    assert "leaves" in orjson.loads(admin.get("transfer/file", leaves="1").data)


def test_ones_own_export_would_change_nothing(admin: Admin) -> None:
    answer = upload(admin, "preview", admin.get("transfer/file").data, mode="replace", permissions="1")
    assert answer.status_code == 200
    assert "The import would change nothing" in answer.text
    assert "run-import" not in answer.text


def test_a_preview_lists_what_changes_and_changes_nothing(admin: Admin) -> None:
    answer = upload(admin, "preview", minimal(settings=TOKYO, labels=[label("stranger-1", ANN)]))
    assert answer.status_code == 200
    assert "<del>UTC</del>" in answer.text
    assert "<ins>Asia/Tokyo</ins>" in answer.text
    assert "<ins>Ann Example</ins>" in answer.text
    assert "Not in this Jira, so left out: 1 person." in answer.text
    assert "stranger-1" in answer.text
    assert zone(admin) == "UTC"


def test_an_erased_person_is_previewed_as_a_former_user(admin: Admin) -> None:
    """The file is older than the erasure."""
    someone = UserLabel("l", "Back end", "blue", frozenset({ANN, CY}))
    admin.arrange(lambda scene: scene.stores.labels.save(someone))
    older = admin.get("transfer/file").data
    assert admin.post(f"people/{CY}/erase", {"typed": "Cy Example"}).status_code == 200
    page = upload(admin, "preview", older, mode="replace").text
    assert re.search(r"<del>Ann Example, Former user \w+</del>", page)
    assert "former-" not in page


def test_a_view_is_previewed_in_the_words_of_the_reader(admin: Admin) -> None:
    document = orjson.loads(admin.get("transfer/file").data)
    query = f"who={document['teams'][0]['id']}&rows=person&rows=project&range=last-month&sort=-total%3Aspent"
    document["teams"][0]["views"] = [{"id": "v", "name": "Who", "query": query}]
    page = upload(admin, "preview", document).text
    wanted = "Range: Last month, Rows: Person and Project, Sorted by: Spent (Total), largest first, Time of: Payments"
    assert f"<ins>{wanted}</ins>" in page


def label(*people: str) -> dict[str, Any]:
    return {"id": "oncall", "name": "on call", "color": "teal", "people": list(people)}


def test_what_was_previewed_is_imported(admin: Admin) -> None:
    answer = imported(admin, minimal(settings=TOKYO, labels=[label(ANN)]))
    assert answer.status_code == 200
    assert "The file is imported: 1 added, 1 changed." in answer.text
    assert zone(admin) == "Asia/Tokyo"
    assert admin.arrange(lambda scene: scene.stores.labels.all())[0].people == frozenset({ANN})


@pytest.mark.parametrize("path", ["preview", "import"])
@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"nonsense", "cannot be read from line 1, column 1 on"),
        (b"{}", "not an export of Timesheet"),
        (minimal(settings={"fallback_zone": "Mars/Base", "week_start": "0"}), "$.settings.fallback_zone"),
        (minimal(labels=[label("<script>")] * 2), "$.labels[1]"),
        (minimal(colors=["<b>"]), "“colors”"),
    ],
)
def test_a_bad_file_is_refused_with_every_place(admin: Admin, path: str, data: Any, words: str) -> None:
    answer = upload(admin, path, data)
    assert answer.status_code == 422
    assert words in answer.text
    assert "Nothing was changed" in answer.text
    assert "run-import" not in answer.text


@pytest.mark.parametrize("path", ["preview", "import"])
def test_a_file_has_to_be_chosen(admin: Admin, path: str) -> None:
    answer = admin.post(f"transfer/{path}", {"mode": "merge"})
    assert answer.status_code == 422
    assert "Choose a file" in answer.text


@pytest.mark.parametrize("path", ["preview", "import"])
@pytest.mark.parametrize(
    ("file", "words"),
    [("", "Choose a file."), ("x.json.exe", "ends in .json"), ("json", "ends in .json"), ("x.JSON", None)],
)
def test_a_file_goes_by_the_name_of_what_it_is(admin: Admin, path: str, file: str, words: str | None) -> None:
    answer = upload(admin, path, b"{}", file)
    assert answer.status_code == 422
    assert (words or "its format is not") in answer.text


def test_a_file_larger_than_allowed_is_refused_before_it_is_read(admin: Admin) -> None:
    assert "larger than 4 MiB" in upload(admin, "preview", b" " * (LARGEST_UPLOAD + 1)).text
    assert upload(admin, "preview", b" " * (LARGEST_UPLOAD + 2 * 1024 * 1024)).status_code == 413


def test_a_large_file_is_never_written_to_a_disk(
    admin: Admin, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "no folder"))
    answer = upload(admin, "preview", orjson.dumps(minimal()) + b" " * (LARGEST_UPLOAD // 2))
    assert answer.status_code == 200, answer.text


def test_a_plan_of_before_is_answered_with_the_new_one(admin: Admin) -> None:
    document = minimal(settings=TOKYO)
    old = hidden(upload(admin, "preview", document).text)
    assert imported(admin, minimal(settings=TOKYO | {"fallback_zone": "Europe/Paris"})).status_code == 200
    stale = upload(admin, "import", document, **old)
    assert stale.status_code == 409
    assert "This is not what you saw" in stale.text
    assert "<del>Europe/Paris</del>" in stale.text
    assert zone(admin) == "Europe/Paris"
    assert upload(admin, "import", document, **hidden(stale.text)).status_code == 200
    assert zone(admin) == "Asia/Tokyo"


@pytest.mark.parametrize("token", ["", "x", "0" * 64])
def test_nothing_is_imported_without_its_preview(admin: Admin, token: str) -> None:
    assert upload(admin, "import", minimal(settings=TOKYO), token=token).status_code == 409
    assert zone(admin) == "UTC"


def test_deleting_needs_a_tick_of_its_own(admin: Admin) -> None:
    admin.arrange(lambda scene: scene.stores.labels.save(UserLabel("old", "old", "red")))
    document = minimal(labels=[])
    assert "would change nothing" in upload(admin, "preview", document).text
    preview = upload(admin, "preview", document, mode="replace")
    assert "Delete 1 item that is not in the file" in preview.text
    sent = hidden(preview.text)
    refused = upload(admin, "import", document, mode="replace", **sent)
    assert refused.status_code == 422
    assert 'id="confirm-error"' in refused.text
    done = upload(admin, "import", document, mode="replace", confirm="1", **sent)
    assert done.status_code == 200
    assert admin.arrange(lambda scene: scene.stores.labels.all()) == ()


def test_parts_of_teams_are_not_counted_as_teams(admin: Admin) -> None:
    document = orjson.loads(admin.get("transfer/file").data)
    [team] = document["teams"]
    team["members"].append({**team["members"][0], "person": CY})
    said = "members and other parts of teams: 1 added"
    page = upload(admin, "preview", document).text
    assert re.search(rf'<summary>Teams <span class="subtle">{said}</span>', page)
    team["description"] = "Payments and refunds"
    page = upload(admin, "preview", document).text
    assert re.search(rf'<summary>Teams <span class="subtle">1 changed; {said}</span>', page)
    assert f"The file is imported: 1 changed; {said}." in imported(admin, document).text


def test_changes_that_are_not_listed_are_counted(admin: Admin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(view, "MOST_LINES", 1)
    labels: list[dict[str, object]] = [
        {"id": name, "name": name, "color": "red", "people": []} for name in ("one", "two", "three")
    ]
    assert "and 2 more" in upload(admin, "preview", minimal(labels=labels)).text
    assert "more</li>" not in upload(admin, "preview", minimal(labels=labels[:1])).text


def test_a_token_for_deleting_is_not_good_for_merging(admin: Admin) -> None:
    admin.arrange(lambda scene: scene.stores.labels.save(UserLabel("old", "old", "red")))
    sent = hidden(upload(admin, "preview", minimal(labels=[]), mode="replace").text)
    assert upload(admin, "import", minimal(labels=[]), mode="merge", confirm="1", **sent).status_code == 409
    assert len(admin.arrange(lambda scene: scene.stores.labels.all())) == 1


def test_permissions_need_a_tick_of_their_own(admin: Admin) -> None:
    document = minimal(permissions={"site": {"auditors": {"whom": "everybody"}}})
    assert "They stay as they are here" in upload(admin, "preview", document).text
    ticked = upload(admin, "preview", document, permissions="1")
    assert "Auditors: <del>Jira admins</del>" in ticked.text
    assert imported(admin, document, permissions="1").status_code == 200
    assert (
        "everybody"
        in orjson.loads(admin.get("transfer/file").data)["permissions"]["site"]["auditors"]["whom"]
    )


def test_a_person_who_is_not_a_jira_admin_imports_and_exports_nothing(admin: Admin) -> None:
    admin.dismiss()
    for answer in (
        admin.get("transfer/file"),
        upload(admin, "preview", minimal(settings=TOKYO)),
        upload(admin, "import", minimal(settings=TOKYO)),
    ):
        assert answer.status_code == 403
        assert "Administer Jira" in answer.text
    assert zone(admin) == "UTC"


def test_another_site_sees_and_gets_nothing(admin: Admin, new_site: Any) -> None:
    document = admin.get("transfer/file").data
    other = new_site("other")
    assert other.install().status_code == 204
    admin.browser.site.client.get("/healthz")
    theirs = Admin(admin.site, admin.browser)
    theirs.browser.headers = theirs.browser.headers | {"Authorization": f"JWT {other.session_token()}"}
    assert orjson.loads(theirs.get("transfer/file").data)["teams"] == []
    token = hidden(upload(theirs, "preview", document).text)["token"]
    assert token != ""
    assert orjson.loads(theirs.get("transfer/file").data)["teams"] == []


def run(admin: Admin, *arguments: str) -> Result:
    return admin.site.app.test_cli_runner().invoke(args=["configuration", *arguments])


def test_the_command_exports_what_the_page_does(admin: Admin, tmp_path: Any) -> None:
    file = tmp_path / "export.json"
    addresses = ("https://acme.atlassian.net/", "http://acme.atlassian.net", "acme.atlassian.net")
    for wanted in (admin.site.site.client_key, *addresses):
        done = run(admin, "export", "--site", wanted, "--as", ADMIN, str(file))
        assert done.exit_code == 0, done.output
        assert file.read_bytes() == admin.get("transfer/file").data
    assert b"leaves" in run(admin, "export", "--site", "acme.atlassian.net", "--leaves").stdout_bytes


def test_the_command_lists_first_and_imports_with_yes(admin: Admin, tmp_path: Any) -> None:
    file = tmp_path / "import.json"
    file.write_bytes(orjson.dumps(minimal(settings=TOKYO, labels=[label("stranger-1", ANN)])))
    arguments = ("import", "--site", "acme.atlassian.net", "--as", ADMIN, str(file))
    listed = run(admin, *arguments)
    assert listed.exit_code == 0, listed.output
    assert "General: changed" in listed.output
    assert "Fallback time zone: UTC -> Asia/Tokyo" in listed.output
    assert "left out: 1 person. stranger-1" in listed.output
    assert "Nothing was imported" in listed.output
    assert zone(admin) == "UTC"
    assert "Imported: 1 added, 1 changed." in run(admin, *arguments, "--yes").output
    assert zone(admin) == "Asia/Tokyo"
    assert "would change nothing" in run(admin, *arguments, "--yes").output


def test_the_command_says_what_is_wrong(admin: Admin, tmp_path: Any) -> None:
    file = tmp_path / "import.json"
    file.write_bytes(orjson.dumps(minimal(calendars=7)))
    arguments = ("import", "--site", "acme.atlassian.net", "--as", ADMIN, str(file))
    bad = run(admin, *arguments)
    assert bad.exit_code == 1
    assert "$.calendars: This must be a list." in bad.output
    assert "No site with the key" in run(admin, "export", "--site", "nowhere").output
    let_in(admin.site.app, False)
    unwritten = tmp_path / "export.json"
    exporting = ("export", "--site", "acme.atlassian.net", "--as", "nobody", str(unwritten))
    for command in (arguments, exporting):
        refused = run(admin, *command)
        assert refused.exit_code == 1
        assert "Administer Jira" in refused.output
    assert not unwritten.exists(), "without Jira's answers it would lack the keys of projects"


def test_what_jira_does_not_answer_leaves_everything(admin: Admin, tmp_path: Any) -> None:
    file = tmp_path / "import.json"
    file.write_bytes(orjson.dumps(minimal(settings={"fallback_zone": "Mars", "week_start": "0"})))
    done = run(admin, "import", "--site", "acme.atlassian.net", "--as", ADMIN, "--yes", str(file))
    assert done.exit_code == 1
    assert "no such time zone" in done.output
    assert zone(admin) == "UTC"


def test_a_team_with_closed_periods_stays(admin: Admin) -> None:
    def close(scene: TeamScene) -> None:
        team, span = scene.stores.teams.all()[0], month_of(date(2026, 10, 1))
        scene.stores.periods.add_record(ClosingRecord("record", team.id, span, LEAD, NOW, (), {}))

    admin.arrange(close)
    answer = upload(admin, "preview", minimal(teams=[]), mode="replace")
    assert "“Payments” is not in the file but stays: it has closed periods." in answer.text
    assert "would change nothing" in answer.text


def test_the_audit_log_says_who_exported_and_imported(admin: Admin, tmp_path: Any) -> None:
    admin.get("transfer/file")
    imported(admin, minimal(settings=TOKYO))
    upload(admin, "import", minimal(settings=TOKYO), token="x")
    file = tmp_path / "import.json"
    file.write_bytes(orjson.dumps(minimal(settings=TOKYO | {"week_start": "6"})))
    assert run(admin, "export", "--site", "acme.atlassian.net").exit_code == 0
    assert (
        run(admin, "import", "--site", "acme.atlassian.net", "--as", ADMIN, "--yes", str(file)).exit_code == 0
    )
    with admin.site.app.app_context():
        key = admin.site.site.client_key
        admin.site.app.extensions["timesheet"].operation.transaction.enter(key)
        events = admin.site.app.extensions["timesheet"].audit.audit_of(key).page(AuditFilter(), None, 50)
    found = [(e.action, e.actor, e.origin) for e in reversed(events) if e.action.startswith("configuration.")]
    assert found == [
        ("configuration.exported", ADMIN, "page"),
        ("configuration.imported", ADMIN, "page"),
        ("configuration.exported", "", "command"),
        ("configuration.imported", ADMIN, "command"),
    ]


def test_a_preview_lists_names_as_the_language_does(admin: Admin) -> None:
    activity = Attribute(
        "activity",
        "活動",
        Kind.SELECT,
        options=tuple(Option(f"o{n}", name) for n, name in enumerate("いろは")),
    )
    admin.arrange(lambda scene: scene.stores.attributes.save(activity))
    document = orjson.loads(admin.get("transfer/file").data)
    settings = admin.site.app.extensions["timesheet"].stores.settings_of(admin.site.site.client_key)
    admin.arrange(
        lambda _scene: settings.save_person(ADMIN, replace(settings.read_person(ADMIN), language="ja"))
    )
    [changed] = [one for one in document["attributes"] if one["name"] == "活動"]
    changed["options"].reverse()
    assert "は、ろ、い" in upload(admin, "preview", document).text
