"""The envelopes of the benchmark are accepted: each save is one of the Forge app."""

from __future__ import annotations

import pytest

import bench.forge


def test_a_save_in_an_envelope_is_measured_beside_one_of_connect(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench.forge, "WARM", 1)
    monkeypatch.setattr(bench.forge, "SAVES", 2)
    [measured] = bench.forge.saves()
    assert measured.median_ms > 0
    assert measured.floor_ms is not None
    assert measured.floor_ms > 0
