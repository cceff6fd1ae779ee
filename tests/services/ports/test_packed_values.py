"""The attributes of many worklogs: each set of values is held once, and their memory is small."""

from __future__ import annotations

import tracemalloc
from array import array

from hypothesis import given
from hypothesis import strategies as st

from timesheet.domain.attribute.values import AttributeValues
from timesheet.services.ports.packed_values import Numbering, PackedValues

VALUES = st.dictionaries(st.sampled_from(["a", "b", "c"]), st.one_of(st.booleans(), st.text(max_size=2)))
MEBIBYTE = 1024 * 1024


@given(st.lists(VALUES, max_size=20))
def test_equal_values_have_one_number(values: list[AttributeValues]) -> None:
    numbering = Numbering()
    places = [numbering.place(one) for one in values]
    assert [numbering.values[place] for place in places] == values
    assert len(numbering.values) == len({frozenset(one.items()) for one in values})
    assert Numbering(numbering.values).values == numbering.values


def test_a_hundred_thousand_worklogs_with_one_attribute_take_little_memory() -> None:
    versions = ((1_000_000 + n, 1_700_000_000_000 + n) for n in range(100_000))
    tracemalloc.start()
    numbering = Numbering()
    packed = PackedValues(
        array(
            "q", (n for id_, updated in versions for n in (id_, updated, numbering.place({"billable": True})))
        ),
        numbering.values,
    )
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(list(packed.entries())) == 100_000
    assert size < 3 * MEBIBYTE
