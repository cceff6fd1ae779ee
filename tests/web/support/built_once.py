"""What every app of a test run would compile again for itself: templates, and the functions that build addresses.

Each test has an app of its own, and compiling the same templates and routes again takes longer than most tests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import CodeType
from typing import Any

import pytest
from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule

Build = Callable[..., tuple[str, str]]


class SharedTemplates(BytecodeCache):
    """Compiled templates in memory, by name and content."""

    def __init__(self) -> None:
        self._compiled: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """See Jinja."""
        bucket.code = self._compiled.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """See Jinja."""
        if bucket.code is not None:
            self._compiled[bucket.key, bucket.checksum] = bucket.code


def share_routes(compile_builder: Callable[[Rule, bool], Build]) -> Callable[[Rule, bool], Build]:
    """Return werkzeug's method with a memory. What it builds takes its rule as an argument, so equal rules share it."""
    built: dict[object, Build] = {}

    def shared(rule: Rule, append_unknown: bool = True) -> Build:
        if rule.defaults:
            return compile_builder(rule, append_unknown)
        key = (rule.rule, tuple(rule._trace), append_unknown)
        if key not in built:
            built[key] = compile_builder(rule, append_unknown)
        return built[key]

    return shared


@contextmanager
def building_once() -> Iterator[None]:
    """Let all apps made inside this block share what they compile."""
    with pytest.MonkeyPatch.context() as patch:
        options: dict[str, Any] = {**Flask.jinja_options, "bytecode_cache": SharedTemplates()}
        patch.setattr(Flask, "jinja_options", options)
        patch.setattr(Rule, "_compile_builder", share_routes(Rule._compile_builder))
        yield
