"""What is computed of an object is kept as long as the object."""

import gc

from app.analysis.computing.remembered import remembered


class _Thing:
    """An object that is told apart by its identity."""


def test_a_value_is_computed_once_for_each_object_and_forgotten_with_it() -> None:
    asked: list[int] = []

    @remembered
    def number(thing: _Thing) -> int:
        asked.append(id(thing))
        return len(asked)

    first, second = _Thing(), _Thing()
    assert [number(first), number(second), number(first)] == [1, 2, 1]
    del first
    gc.collect()
    assert number(_Thing()) == 3
    assert number(second) == 2
