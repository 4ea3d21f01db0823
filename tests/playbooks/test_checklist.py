from dataclasses import replace

import pytest

from playbooks.bands import Bands
from playbooks.cache_causes import cache_uses
from playbooks.causes import Cause, CauseName
from playbooks.checklist import Facts, checklist
from playbooks.records import Edit
from tests.playbooks.recorded import NAMES, SOURCE, at, call, mirror_reads, reading

QUIET = Facts(Bands(), reading("run", 30), (), (), compressed=True)


def answers(facts: Facts) -> dict[str, str]:
    """What each area answers, its status before it."""
    return {
        gate.name.removeprefix("checklist "): f"{gate.status}; {gate.reason}"
        for gate in checklist(facts)
    }


def test_every_item_of_the_playbook_is_answered() -> None:
    assert answers(QUIET) == {
        "cache": "not_measured; TTLs: not measured, no reading of the mirror;"
        " invalidation: not measured, nothing came from the mirror",
        "queries": "ok; filters: 0 of 30 filtered, 0 narrowed to properties;"
        " pagination: 30 pages, mostly of 100, none left unread;"
        " indexing: Notion's own; no heavy property or size in the way",
        "network": "ok; response times: median 100 ms, longest 100 ms"
        " (n = 30, no p95); most time: server (100 %);"
        " compression: answers come compressed; pooling: 0 new connections for 30 calls",
        "front end": "not_measured; cannot be measured from here",
    }


def test_nothing_recorded_is_not_ok() -> None:
    told = answers(replace(QUIET, calls=(), compressed=None))

    assert told["network"].startswith("not_measured")
    assert "filters: not measured, no query" in told["queries"]


@pytest.mark.parametrize(
    ("name", "area", "item"),
    [
        pytest.param("unread_pages", "queries", "pagination", id="pages"),
        pytest.param("unfiltered", "queries", "filters", id="filters"),
        pytest.param("heavy_rollups", "queries", "indexing", id="rollups"),
        pytest.param("slow_database", "network", "response times", id="slow"),
    ],
)
def test_a_cause_is_worth_doing_something_about(name: CauseName, area: str, item: str) -> None:
    cause = Cause(name, ("seen",), "Do it.", about="tasks")

    told = answers(replace(QUIET, causes=(cause,)))[area]

    assert told.startswith("warning; ")
    assert f"{item}: worth doing: {name} (tasks)" in told


def test_a_hint_is_told_without_a_warning() -> None:
    uses = cache_uses(mirror_reads(60, [n % 6 != 0 for n in range(30)]), [], NAMES, {}, Bands())
    hint = Cause("ttl", ("seen",), "Do it.", severity="info")

    told = answers(replace(QUIET, uses=uses, causes=(hint,)))["cache"]

    assert told.startswith("ok; TTLs: worth doing: ttl;")


def test_stale_answers_from_the_mirror_are_counted() -> None:
    reads = mirror_reads(60, [False, *[True] * 9])
    again, edits = mirror_reads(600, [False, False]), [Edit(SOURCE, at(599), 1)]
    stale = cache_uses([*reads, *again], edits, NAMES, {}, Bands())
    fresh = cache_uses(reads, [], NAMES, {}, Bands())

    assert answers(replace(QUIET, uses=stale))["cache"].startswith("warning; ")
    told = answers(replace(QUIET, uses=fresh))["cache"]
    assert told.startswith("ok; ")
    assert "invalidation: 0.0 % of 10 readings were stale" in told


def test_connections_that_are_made_anew_for_each_call_are_told() -> None:
    anew = [call(n, connect_ms=80) for n in range(30)]

    told = answers(replace(QUIET, calls=anew))["network"]

    assert told.startswith("warning; ")
    assert "pooling: 30 new connections for 30 calls" in told


def test_uncompressed_answers_are_told_but_not_where_there_is_no_network() -> None:
    loose = replace(QUIET, compressed=False)

    assert answers(loose)["network"].startswith("warning; ")
    assert "compression: not measured" in answers(replace(loose, in_process=True))["network"]
