"""Functions that are joined are called as Flask would call each of them."""

from __future__ import annotations

import pytest
from flask import Flask, Response

from timesheet.web.middleware.hooks import join


@pytest.mark.parametrize("joined", [False, True])
def test_all_are_called_in_the_order_of_flask(joined: bool) -> None:
    app, calls = Flask(__name__), list[str]()

    def answer_with(name: str) -> None:
        def finish(response: Response) -> Response:
            calls.append(f"after {name}")
            return response

        app.before_request(lambda: calls.append(f"before {name}"))
        app.after_request(finish)
        app.teardown_request(lambda _: calls.append(f"end {name}"))

    answer_with("one")
    answer_with("two")
    app.before_request(lambda: "answered")
    app.before_request(lambda: calls.append("before three"))
    if joined:
        join(app)
    assert app.test_client().get("/").text == "answered"
    assert calls == ["before one", "before two", "after two", "after one", "end two", "end one"]
