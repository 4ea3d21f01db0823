"""What one page of rows takes, part by part."""

from playbooks.objects import PageMeasure
from server.notion.answers import read_as
from server.notion.api import Api, Ask, checked
from server.notion.call import MS_PER_S, Timing
from server.notion.properties import row_of


async def measure(api: Api, ask: Ask) -> PageMeasure:
    """Read that one page of rows as procedures do, and say what it took."""
    timing, started_s = Timing(), api.given.monotonic()
    response = await api.send(ask, timing=timing)
    answer = checked(response, ask)
    rows = read_as(
        lambda page: [row_of(row) for row in page["results"] if row["object"] == "page"], answer
    )
    total_ms = (api.given.monotonic() - started_s) * MS_PER_S
    elsewhere_ms = timing.queue_wait_ms + timing.retry_wait_ms + timing.network_ms
    return PageMeasure(
        total_ms=total_ms,
        queue_wait_ms=timing.queue_wait_ms,
        retry_wait_ms=timing.retry_wait_ms,
        network_ms=timing.network_ms,
        server_ms=timing.server_ms,
        client_ms=max(0.0, total_ms - elsewhere_ms),
        tries_count=timing.attempts_count,
        rows_count=len(rows),
        has_more=bool(answer.get("has_more")),
        response_bytes=len(response.content),
        connect_ms=timing.connect_ms,
        rate_limit_reason=timing.rate_limit_reason,
        compressed="content-encoding" in response.headers,
    )
