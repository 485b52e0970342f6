"""The points over one carbon stand beside each other: a lane for each category."""

import polars as pl

from app.web.features.results.plots.lanes import WIDTH, in_lanes


def _points(*rows: tuple[float, float, str | None]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=["x", "y", "category"], orient="row")


def test_categories_stand_in_the_order_of_sialic_acids() -> None:
    points, lanes = in_lanes(_points((36, 8, "GT"), (36, 8, "GM"), (36, 8, "GD"), (38, 9, "GM")))
    assert list(lanes) == ["GM", "GD", "GT"]
    assert points["shift"].to_list() == [round(lanes[name], 4) for name in ("GT", "GM", "GD", "GM")]
    assert lanes["GM"] < lanes["GD"] < lanes["GT"] < WIDTH / 2


def test_close_points_of_a_category_do_not_share_a_place() -> None:
    points, _ = in_lanes(_points((36, 8.0, "GM"), (36, 8.01, "GM"), (36, 12, "GM"), (36, 4, "GM")))
    places = points.select(pl.col("x") + pl.col("shift"), "y").rows()
    assert places[0][0] != places[1][0]
    assert places[2][0] == places[3][0]
    assert all(35.5 < x < 36.5 for x, _ in places)


def test_points_keep_their_order_and_those_without_a_category_their_place() -> None:
    points, lanes = in_lanes(_points((40, 9, None), (36, 8, "GM"), (36, 7, "GM")))
    assert points["y"].to_list() == [9, 8, 7]
    assert points["shift"].to_list() == [0, 0, 0]
    assert list(lanes) == ["GM"]


def test_no_points_have_no_lanes() -> None:
    empty = pl.DataFrame(schema={"x": pl.Float64, "y": pl.Float64, "category": pl.String})
    points, lanes = in_lanes(empty)
    assert points.columns == ["x", "y", "category", "shift"]
    assert lanes == {}
