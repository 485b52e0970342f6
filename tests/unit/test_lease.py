"""What every lease of a row shares: its pauses and its turns."""

import pytest

from app.db.engine.lease import next_turn, pause_s


@pytest.mark.parametrize(("attempts", "expected"), [(1, 5), (2, 60), (3, None), (9, None)])
def test_pauses_follow_each_other_and_end(attempts: int, expected: int | None) -> None:
    assert pause_s(attempts, (5, 60)) == expected


def test_the_owner_of_a_turn_is_a_value_and_never_a_part_of_the_statement() -> None:
    statement, values = next_turn("job", "x' OR '1'='1", waiting="queued").compile_string()
    assert values == ["x' OR '1'='1"]
    assert "OR" not in statement
