from __future__ import annotations

import json

import pytest

from tests.services.support.fake_chain import KEY, NOW, Chain
from tests.tools.support.audit_export import Lines
from timesheet.services.audit.export import proof_lines


@pytest.fixture
def exported() -> Lines:
    chain = Chain()
    chain.sign(4)
    return [json.loads(line) for line in proof_lines(chain, KEY, NOW)]
