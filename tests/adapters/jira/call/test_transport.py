from __future__ import annotations

import gzip
import json
import socket
import time
from pathlib import Path

import pytest

from tests.adapters.support.jira_server import Reply, Request, ScriptedJira, scripted_jira
from tests.adapters.support.patient_transport import READ, WRITE, Patience, transport
from timesheet.adapters.http.session import open_session
from timesheet.adapters.jira.call import transport as transport_module
from timesheet.adapters.jira.call.call import MAY_LACK, AnswerLost, Call, JiraResponse, MissingScope
from timesheet.adapters.jira.call.ratelimit import RateLimits
from timesheet.adapters.jira.call.transport import Transport
from timesheet.domain.errors import JiraBusy, JiraUnavailable, NotAllowed, root_cause
from timesheet.domain.worklog.packed_json import CUT, MOST_LEVELS, is_cut
from timesheet.services.resilience import patience as patience_module
from timesheet.services.resilience.patience import Stopped, TooSlow, with_patience

CONTRACTS = Path(__file__).parents[3] / "contracts"


@pytest.fixture
def patience() -> Patience:
    return Patience()


def test_a_call_is_sent_once_and_its_answer_decoded(patience: Patience) -> None:
    with scripted_jira(Reply(json={"a": 1})) as jira:
        call = Call("POST", "search/jql", {"x": "ä&b"}, {"jql": "x"})
        assert transport(jira, patience).send(call) == JiraResponse(200, {"a": 1})
    [request] = jira.requests
    assert (request.method, request.path, request.query, request.body) == (
        "POST", "/rest/api/3/search/jql", {"x": "ä&b"}, {"jql": "x"},
    )  # fmt: skip
    assert request.headers["Authorization"] == "Bearer token-0"
    assert request.headers["Accept"] == "application/json"
    assert request.headers["Content-Type"] == "application/json"


def test_a_compressed_answer_and_an_empty_one(patience: Patience) -> None:
    packed = gzip.compress(json.dumps({"a": "x" * 10000}).encode())
    with scripted_jira(Reply(raw=packed, headers={"Content-Encoding": "gzip"}), Reply(204)) as jira:
        speaker = transport(jira, patience)
        assert speaker.send(READ).json == {"a": "x" * 10000}
        assert speaker.send(READ) == JiraResponse(204, None)


def test_refusals_below_500_come_back_as_answers(patience: Patience) -> None:
    with scripted_jira(Reply(404, {"errorMessages": ["gone"]}), Reply(400, raw=b"<html>")) as jira:
        speaker = transport(jira, patience)
        assert speaker.send(Call("GET", "issue/12")) == JiraResponse(404, {"errorMessages": ["gone"]})
        assert speaker.send(READ) == JiraResponse(400, None)


@pytest.mark.parametrize("reply", [Reply(404, raw=b"<html>"), Reply(404, {"errorMessages": []}), Reply(404)])
@pytest.mark.parametrize(
    ("method", "path"), [("GET", "myself"), ("POST", "search/jql"), ("GET", "user/bulk")]
)
def test_what_every_jira_has_is_only_absent_where_no_jira_is(
    patience: Patience, method: str, path: str, reply: Reply
) -> None:
    with (
        scripted_jira(reply) as jira,
        pytest.raises(JiraUnavailable, match="does not answer at the address of this site"),
    ):
        transport(jira, patience).send(Call(method, path))


def test_a_page_for_an_issue_is_believed_if_jira_is_there(patience: Patience) -> None:
    page = Reply(404, raw=b"<!DOCTYPE html>", headers={"Content-Type": "Text/HTML;charset=UTF-8"})
    for there in (Reply(json={"accountId": "ada"}), Reply(401)):
        script = (page, there, *((there,) if there.status == 401 else ()))
        with scripted_jira(*script) as jira:
            assert transport(jira, patience).send(Call("GET", "issue/12")) == JiraResponse(404, None)
        assert jira.lines()[:2] == ["GET issue/12", "GET myself"]
    with (
        scripted_jira(page, page) as jira,
        pytest.raises(JiraUnavailable, match="does not answer at the address of this site"),
    ):
        transport(jira, patience).send(Call("GET", "issue/12"))


def test_jira_documents_which_paths_without_an_id_may_answer_404() -> None:
    paths = json.loads((CONTRACTS / "jira-openapi-v3-timesheet-subset.json").read_text())["paths"]
    lacking = {
        path.removeprefix("/rest/api/3/")
        for path, operations in paths.items()
        if "{" not in path and any("404" in operation["responses"] for operation in operations.values())
    }
    assert lacking == MAY_LACK


def nested(levels: int, content: bytes = b'"]}"') -> bytes:
    return b'{"content":[' * (levels // 2) + content + b"]}" * (levels // 2)


@pytest.mark.parametrize("levels", [2, MOST_LEVELS, 1200, 200_000])
def test_what_is_nested_too_deeply_costs_nothing_else(patience: Patience, levels: int) -> None:
    raw = b'{"comments":[%b,%b],"summary":"[{","total":1}' % (nested(levels), nested(4))
    with scripted_jira(Reply(raw=raw)) as jira:
        read = transport(jira, patience).send(READ).json
    assert read["comments"][1] == {"content": [{"content": ["]}"]}]}
    assert (read["summary"], read["total"]) == ("[{", 1)
    assert is_cut(read["comments"][0]) == (levels > MOST_LEVELS)


@pytest.mark.parametrize(
    "raw",
    [
        *(b"<html>", b"{", b'{"a":NaN}', b"\xff\xfe"),
        # Nested too deeply and broken.
        *(b"[" * 100_000, nested(2000)[:-1], nested(2000) + b"}"),
    ],
)
def test_wrong_json_is_not_an_answer(patience: Patience, raw: bytes) -> None:
    with scripted_jira(Reply(raw=raw)) as jira, pytest.raises(JiraUnavailable, match="could not be read"):
        transport(jira, patience).send(READ)


@pytest.mark.parametrize(
    ("escaped", "read"),
    [
        (rb"cut \ud83d", "cut \ufffd"),
        (rb"\uDE00 begins", "\ufffd begins"),
        (rb"\ud83d\ud83d\ude00\ude00", "\ufffd\U0001f600\ufffd"),
        (rb"\ud83d\n\\ud83d \\\ud83d.", "\ufffd\n\\ud83d \\\ufffd."),
        (rb"\ud83d\u00e9", "\ufffd\u00e9"),
    ],
)
def test_half_a_character_costs_nothing_else(patience: Patience, escaped: bytes, read: str) -> None:
    raw = b'{"summary":"' + escaped + b'","total":1}'
    with scripted_jira(Reply(raw=raw)) as jira:
        assert transport(jira, patience).send(READ).json == {"summary": read, "total": 1}


def test_a_byte_order_mark_costs_nothing(patience: Patience) -> None:
    with scripted_jira(Reply(raw=b'\xef\xbb\xbf{"total":1}')) as jira:
        assert transport(jira, patience).send(READ).json == {"total": 1}


def test_a_number_beyond_all_limits_costs_nothing_else(patience: Patience) -> None:
    raw = (
        rb'{"worklogs":[{"properties":[1e999,2]},{"properties":"\" 1e999 \ud83d"}],"total":'
        + b"1" * 5000
        + b"}"
    )
    with scripted_jira(Reply(raw=raw)) as jira:
        assert transport(jira, patience).send(READ).json == {
            "worklogs": [{"properties": [CUT, 2]}, {"properties": '" 1e999 \ufffd'}],
            "total": CUT,
        }


def test_a_number_with_many_decimal_places_is_within_all_limits(patience: Patience) -> None:
    raw = b'{"worklogs":[{"properties":[1e999,0.' + b"1" * 400 + b",-2." + b"5" * 400 + b"]}]}"
    with scripted_jira(Reply(raw=raw)) as jira:
        [worklog] = transport(jira, patience).send(READ).json["worklogs"]
    assert worklog == {"properties": [CUT, pytest.approx(1 / 9), pytest.approx(-23 / 9)]}


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(patience: Patience, status: int) -> None:
    with scripted_jira(Reply(status, headers={"Location": "http://127.0.0.1:9/evil"})) as jira:
        with pytest.raises(JiraUnavailable, match="does not answer at the address of this site"):
            transport(jira, patience).send(READ)
        assert len(jira.requests) == 1


def test_cookies_of_one_viewer_never_reach_another(patience: Patience) -> None:
    with scripted_jira(
        Reply(json={}, headers={"Set-Cookie": "session=mine; Path=/"}), Reply(json={})
    ) as jira:
        speaker = transport(jira, patience)
        speaker.send(READ)
        speaker.send(READ)
    assert "Cookie" not in jira.requests[1].headers


UNREAD_TOKEN = Reply(403, {"error": "Failed to parse Connect Session Auth Token"})
"""A site's refusal of an access token that it does not know, or no longer."""


@pytest.mark.parametrize("refused", [Reply(401), UNREAD_TOKEN], ids=["401", "403"])
def test_a_refused_token_is_renewed_once(patience: Patience, refused: Reply) -> None:
    with scripted_jira(refused, Reply(json={"a": 1})) as jira:
        assert transport(jira, patience).send(WRITE).json == {"a": 1}
    assert [request.headers["Authorization"] for request in jira.requests] == [
        "Bearer token-0",
        "Bearer token-1",
    ]


def test_a_token_that_is_refused_because_of_the_clock_of_this_machine_says_so(patience: Patience) -> None:
    refused = Reply(401, headers={"Date": "Mon, 30 Nov 2020 14:00:00 GMT"})
    with (
        scripted_jira(refused, refused) as jira,
        pytest.raises(JiraUnavailable, match="clock of the server on which Timesheet runs is wrong"),
    ):
        transport(jira, patience).send(WRITE)


@pytest.mark.parametrize(
    "refused",
    [
        Reply(401, {"code": 401, "message": "Unauthorized; scope does not match"}),
        Reply(403, {"errorMessages": ["The request is not in an authorized API scope."], "errors": {}}),
        Reply(403, {"status-code": 403, "message": "Request not in an authorized API scope"}),
    ],
)
@pytest.mark.parametrize("call", [READ, WRITE])
def test_a_scope_that_the_site_has_not_granted_is_said_and_no_other_token_is_tried(
    patience: Patience, refused: Reply, call: Call
) -> None:
    with scripted_jira(refused) as jira, pytest.raises(MissingScope, match="by accepting the app’s update"):
        transport(jira, patience).send(call)
    assert len(jira.requests) == 1


@pytest.mark.parametrize(
    "body",
    [
        b'<html>{"message": "the scope of this network"}',
        b'{"errorMessages": ["You do not have the permission to see SCOPE-12."], "errors": {}}',
    ],
)
def test_another_refusal_that_mentions_a_scope_is_not_of_the_apps_scopes(
    patience: Patience, body: bytes
) -> None:
    with scripted_jira(Reply(403, raw=body)) as jira:
        assert transport(jira, patience).send(READ).status == 403


@pytest.mark.parametrize("refused", [Reply(401), UNREAD_TOKEN], ids=["401", "403"])
def test_a_token_refused_twice_is_an_end(patience: Patience, refused: Reply) -> None:
    with scripted_jira(refused, refused) as jira, pytest.raises(NotAllowed, match="did not accept"):
        transport(jira, patience).send(READ)


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b'{"error": 1}', b'{"error": "x", "errorMessages": []}', b'{"message": "x"}']
)
def test_another_403_is_not_of_the_token(patience: Patience, body: bytes) -> None:
    with scripted_jira(Reply(403, raw=body)) as jira:
        assert transport(jira, patience).send(READ).status == 403
    assert len(jira.requests) == 1


@pytest.mark.parametrize(
    "trouble", [Reply(408), Reply(425), Reply(500), Reply(502), Reply(503), Reply(504), Reply(cut=True)]
)
def test_reads_are_tried_again(patience: Patience, trouble: Reply) -> None:
    with scripted_jira(trouble, trouble, Reply(json={"a": 1})) as jira:
        assert transport(jira, patience).send(READ).json == {"a": 1}
    assert sum(patience.slept) <= 2


@pytest.mark.parametrize(
    "trouble", [Reply(500), Reply(503), Reply(cut=True), Reply(json={"a": 1}, claimed=999)]
)
def test_reads_end_after_three_tries(patience: Patience, trouble: Reply) -> None:
    with scripted_jira(route=lambda _: trouble) as jira, pytest.raises(JiraUnavailable):
        transport(jira, patience).send(READ)
    assert len(jira.requests) == 3


@pytest.mark.parametrize(
    "trouble", [Reply(408), Reply(500), Reply(502), Reply(504), Reply(cut=True), Reply(json={}, claimed=99)]
)
def test_t32_a_write_is_sent_once_and_its_loss_is_said(patience: Patience, trouble: Reply) -> None:
    with scripted_jira(route=lambda _: trouble) as jira, pytest.raises(AnswerLost) as lost:
        transport(jira, patience).send(WRITE)
    assert len(jira.requests) == 1
    assert lost.value.wrote_maybe
    assert not lost.value.late, "a late answer is one that was waited for"


def test_t32_a_page_in_answer_to_a_write_says_nothing_of_it(patience: Patience) -> None:
    page = Reply(404, raw=b"<!DOCTYPE html>", headers={"Content-Type": "text/html"})
    with scripted_jira(page, Reply(json={"accountId": "ada"})) as jira, pytest.raises(AnswerLost) as lost:
        transport(jira, patience).send(WRITE)
    assert [request.method for request in jira.requests] == [WRITE.method, "GET"]
    assert lost.value.wrote_maybe


@pytest.mark.parametrize(
    ("status", "said"), [(408, 502), (500, 502), (503, 503), (504, 504), (507, 502), (520, 502), (599, 502)]
)
def test_any_failure_of_jira_is_one_of_a_server_behind_the_app(
    patience: Patience, status: int, said: int
) -> None:
    with (
        scripted_jira(route=lambda _: Reply(status, raw=b"<html>")) as jira,
        pytest.raises(JiraUnavailable) as down,
    ):
        transport(jira, patience).send(READ)
    assert down.value.status == said


def test_where_no_connection_came_about_nothing_was_written(patience: Patience) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    jira = ScriptedJira(f"http://127.0.0.1:{port}", lambda _: Reply())
    with pytest.raises(JiraUnavailable) as failed:
        transport(jira, patience).send(WRITE)
    assert not failed.value.wrote_maybe
    assert root_cause(failed.value) == "ConnectionRefusedError"


def test_an_answer_that_never_comes(patience: Patience, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport_module, "READ_SECONDS", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        jira = ScriptedJira(f"http://127.0.0.1:{silent.getsockname()[1]}", lambda _: Reply())
        with pytest.raises(AnswerLost) as lost:
            transport(jira, patience).send(WRITE)
    assert (lost.value.late, lost.value.wrote_maybe, lost.value.status) == (True, True, 504)
    assert root_cause(lost.value) == "TimeoutError"


def test_an_answer_that_drips_is_given_up(patience: Patience, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport_module, "WHOLE_SECONDS", -1)
    with scripted_jira(route=lambda _: Reply(json={"a": 1})) as jira, pytest.raises(AnswerLost):
        transport(jira, patience).send(WRITE)


def test_a_huge_answer_is_not_swallowed(patience: Patience, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport_module, "LARGEST_ANSWER", 1000)
    bomb = gzip.compress(b" " * 1_000_000)
    with scripted_jira(Reply(raw=bomb, headers={"Content-Encoding": "gzip"})) as jira:
        with pytest.raises(JiraUnavailable, match="too large"):
            transport(jira, patience).send(READ)
        assert len(jira.requests) == 1


def test_a_repeated_request_counts_as_a_call(patience: Patience) -> None:
    def route(request: Request) -> Reply:
        return Reply(503) if len(jira.requests) == 1 else Reply(json={})

    with scripted_jira(route=route) as jira:
        speaker = transport(jira, patience)
        speaker.send(READ)
    assert speaker.calls == 2


def test_each_call_is_reported_without_its_ids() -> None:
    calls: list[tuple[str, int]] = []

    def hear(endpoint: str, status: int, seconds: float) -> None:
        assert 0 <= seconds < 60
        calls.append((endpoint, status))

    with scripted_jira(Reply(status=404), Reply(json={})) as jira:
        speaker = Transport(open_session(), jira, RateLimits(), lambda _: None, hear)
        speaker.send(Call("GET", "issue/PAY-12/worklog/10001/properties/open-timesheet"))
        speaker.send(Call("POST", "search/approximate-count"))
    with pytest.raises(JiraUnavailable):
        speaker.send(WRITE)
    assert calls == [
        ("GET issue/-/worklog/-/properties/open-timesheet", 404),
        ("POST search/approximate-count", 200),
        ("POST issue/-/worklog", 0),
    ]


def silent_site(patience: Patience, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport_module, "READ_SECONDS", 0.05)
    monkeypatch.setattr(transport_module, "LONG_SILENCE_SECONDS", 0.01)


def test_what_was_waited_for_in_vain_is_not_waited_for_again(
    patience: Patience, monkeypatch: pytest.MonkeyPatch
) -> None:
    silent_site(patience, monkeypatch)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        jira = ScriptedJira(f"http://127.0.0.1:{silent.getsockname()[1]}", lambda _: Reply())
        speaker = transport(jira, patience)
        with pytest.raises(AnswerLost):
            speaker.send(READ)
    assert speaker.calls == 1


def test_a_site_that_is_silent_again_and_again_is_left_alone_for_a_moment(
    patience: Patience, monkeypatch: pytest.MonkeyPatch
) -> None:
    silent_site(patience, monkeypatch)
    limits = RateLimits(lambda: patience.now)
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        scripted_jira(route=lambda _: Reply(json={})) as other,
    ):
        jira = ScriptedJira(f"http://127.0.0.1:{silent.getsockname()[1]}", lambda _: Reply())
        speaker = transport(jira, patience, limits)
        for _ in range(3):
            with pytest.raises(AnswerLost):
                speaker.send(READ)
        with pytest.raises(JiraBusy, match="This site’s Jira is not answering") as refused:
            speaker.send(WRITE)
        assert (refused.value.retry_after, refused.value.wrote_maybe) == (5, False)
        assert speaker.calls == 3
        assert transport(other, patience, limits).send(READ).status == 200
        patience.now += 5
        with pytest.raises(AnswerLost):
            speaker.send(READ)
    assert speaker.calls == 4


def test_a_read_ends_when_its_caller_may_wait_no_longer_and_jira_is_not_blamed(
    patience: Patience, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport_module, "LONG_SILENCE_SECONDS", 0.0)
    limits = RateLimits(lambda: patience.now)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        jira = ScriptedJira(f"http://127.0.0.1:{silent.getsockname()[1]}", lambda _: Reply())
        speaker = transport(jira, patience, limits)
        for _ in range(4):
            with (
                with_patience(patience_module.Patience(time.monotonic() + 0.05)),
                pytest.raises(TooSlow),
            ):
                speaker.send(READ)
    assert speaker.calls == 4
    assert limits.silent.rest(jira.base_url) == 0


def test_a_canceled_read_asks_jira_nothing_and_a_write_goes_on(patience: Patience) -> None:
    with (
        scripted_jira(Reply(201, json={})) as jira,
        with_patience(patience_module.Patience(stopped=lambda: True)),
    ):
        speaker = transport(jira, patience)
        with pytest.raises(Stopped):
            speaker.send(READ)
        assert speaker.send(WRITE).status == 201
    assert [request.method for request in jira.requests] == ["POST"]


def test_an_answer_ends_the_silence(patience: Patience) -> None:
    limits = RateLimits(lambda: patience.now)
    with scripted_jira(route=lambda _: Reply(json={})) as jira:
        for _ in range(3):
            limits.silent.unanswered(jira.base_url)
            assert transport(jira, patience, limits).send(READ).status == 200


def test_what_fails_at_once_costs_nobody_time_and_is_tried_by_all(patience: Patience) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    speaker = transport(ScriptedJira(f"http://127.0.0.1:{port}", lambda _: Reply()), patience)
    for _ in range(5):
        with pytest.raises(JiraUnavailable, match="is not answering at the moment"):
            speaker.send(READ)


def test_nobody_waits_for_jira_who_was_not_let_in(patience: Patience) -> None:
    def refuse() -> None:
        raise JiraBusy("full")

    with scripted_jira(route=lambda _: Reply(json={})) as jira:
        speaker = transport(jira, patience, RateLimits(lambda: patience.now, enter=refuse))
        with pytest.raises(JiraBusy, match="full"):
            speaker.send(READ)
        assert jira.requests == []


@pytest.mark.parametrize(
    "reply", [Reply(302), Reply(201, raw=b"<html>"), Reply(201, raw=b"{"), Reply(201, raw=b" " * 2000)]
)
def test_t32_a_write_that_is_answered_with_nothing_that_can_be_read_may_have_happened(
    patience: Patience, monkeypatch: pytest.MonkeyPatch, reply: Reply
) -> None:
    monkeypatch.setattr(transport_module, "LARGEST_ANSWER", 1000)
    change = Call("PUT", "issue/1/worklog/2", body={})
    for call in (WRITE, change):
        with scripted_jira(reply) as jira, pytest.raises(JiraUnavailable) as failed:
            transport(jira, patience).send(call)
        assert failed.value.wrote_maybe
        assert isinstance(failed.value, AnswerLost) == (call is WRITE)
    with scripted_jira(reply) as jira, pytest.raises(JiraUnavailable) as failed:
        transport(jira, patience).send(READ)
    assert not failed.value.wrote_maybe
