"""Where the time of a warm job goes, from its submission to its end, as its own events tell it."""

import json
import time
from collections import defaultdict
from datetime import UTC, datetime
from statistics import median

import httpx
from httpx_sse import ServerSentEvent, connect_sse

from app.analysis.example.example_table import example_table
from tests.servers import running_sialoscope

JOBS, WARM_UP = 20, 3


def show() -> None:
    """Print the median milliseconds of each part of a job, on SQLite and the embedded broker."""
    table = example_table()
    content = table.write_csv().encode()
    spent: dict[str, list[float]] = defaultdict(list)
    with running_sialoscope() as server, server.client() as client:
        first = sum(_parts(client, content).values())
        for number in range(WARM_UP + JOBS):
            parts = _parts(client, content)
            for part, seconds in parts.items() if number >= WARM_UP else ():
                spent[part].append(seconds)
    print(f"\nA job of {table.height} rows, median of {JOBS} warm ones; ms")
    for part, taken in spent.items():
        print(f"{part:>28}{1000 * median(taken):10.1f}")
    whole = median(map(sum, zip(*spent.values(), strict=True)))
    print(
        f"{'from submission to end':>28}{1000 * whole:10.1f}   (the first one: {1000 * first:.0f})"
    )


def _parts(client: httpx.Client, content: bytes) -> dict[str, float]:
    """The seconds of each part of one job, in their order."""
    began = time.time()
    answer = client.post("/api/v1/jobs", files={"file": ("peaks.csv", content)}).raise_for_status()
    moments: dict[str, float] = {}
    path = f"/api/v1/jobs/{answer.json()['id']}/events"
    with connect_sse(client, "GET", path) as source:
        for event in source.iter_sse():
            moments |= _moment(event)
    moments["event of the end"] = time.time()
    ordered = sorted(moments.items(), key=lambda item: item[1])
    starts = [began, *(moment for _, moment in ordered)]
    return {name: moment - start for (name, moment), start in zip(ordered, starts, strict=False)}


def _moment(event: ServerSentEvent) -> dict[str, float]:
    """What ended when this event was made, if it ended a part of the job."""
    data = json.loads(event.data)
    parts = {"loading": "submission and claim", "preprocessing": "reading the table"}
    parts |= {"saving": "rows and models", "complete": "saving and the row"}
    part = parts.get(data.get("current_step", ""))
    if event.event == "log" and data.get("rule"):
        part = f"rule {data['rule']}"
    if not part or not data.get("timestamp"):
        return {}
    return {part: datetime.fromisoformat(data["timestamp"]).astimezone(UTC).timestamp()}
