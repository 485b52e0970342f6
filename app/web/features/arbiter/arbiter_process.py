"""The process that writes one file of the arbiter, and exits.

``app/runtime/limited_process.py`` starts it with its limits. It imports neither the database nor
Litestar, so that it starts fast.
"""

from pathlib import Path
from typing import IO

from msgspec.json import decode, encode
from polars.exceptions import PanicException

from app.analysis.arbiter.errors import NotOneRunError
from app.analysis.arbiter.listing import listing
from app.analysis.arbiter.what_holds import what_holds
from app.analysis.reporting.formats.formula_escape import escape_formulas
from app.runtime.disk_full import is_disk_full
from app.runtime.limited_process import answer_one
from app.web.features.arbiter.judged_files import Arbitration, judge_files
from app.web.features.arbiter.orders import (
    CSV,
    Answer,
    JudgedOrder,
    ListingOrder,
    Order,
    Problem,
    ReadingsOrder,
    WhatHoldsOrder,
)
from app.web.features.arbiter.tables import both_readings


class _NoArbitrationError(Exception):
    """The files hold no arbitration."""


def main() -> None:
    """Read an order, write its file, and answer."""
    answer_one(lambda order: encode(carry_out(decode(order, type=Order))))


def carry_out(order: Order) -> Answer:
    """Write the file of an order; every error becomes an answer."""
    try:
        with Path(order.path).open("wb") as file:
            _write(order, file)
    except NotOneRunError as error:
        return Answer(problem="refused", text=str(error))
    except (_NoArbitrationError, FileNotFoundError):
        return Answer(problem="none")
    except MemoryError:
        return Answer(problem="memory")
    except OSError as error:
        problem: Problem = "disk" if is_disk_full(error) else "other"
        return Answer(problem=problem, text=type(error).__name__)
    except (Exception, PanicException) as error:  # noqa: BLE001 - the boundary of the process
        return Answer(problem="other", text=type(error).__name__)
    return Answer()


def _write(order: Order, file: IO[bytes]) -> None:
    match order:
        case ReadingsOrder():
            both_readings(order).write_parquet(file)
        case JudgedOrder():
            _arbitration(order).judged.write_parquet(file)
        case WhatHoldsOrder():
            what_holds(*_arbitration(order)).write_parquet(file)
        case ListingOrder():
            _write_listing(order, file)


def _arbitration(order: JudgedOrder | ListingOrder | WhatHoldsOrder) -> Arbitration:
    found = judge_files(Path(order.table), Path(order.rows))
    if found is None:
        raise _NoArbitrationError
    return found


def _write_listing(order: ListingOrder, file: IO[bytes]) -> None:
    found = _arbitration(order)
    table = escape_formulas(listing(order.choice.of(found.judged), found.titles))
    if order.kind == CSV:
        table.write_csv(file)
        return
    # The writer of workbooks is imported when somebody wants one.
    from app.analysis.reporting.formats.workbook import write_workbook

    write_workbook({"judgements": table}, file)


if __name__ == "__main__":
    main()
