"""Notion does not answer: reports go on with what is kept, and say why and how old it is."""

from collections.abc import Callable

import pytest

from server.workspace.effects import Failed
from server.workspace.faults import FaultRule
from tests.journeys.house import Here, Team, report_in

CALLS = {
    "velocity_report": (),
    "query_metrics": ("--metric", "success_rate", "--days", "365"),
    "periodic_report": (),
}
ONCE = {"bands": {"retrying": {"tries_count": 1}}}
"""Calls are not repeated, which would only take time here."""


def ids_of_databases(team: Team) -> None:
    """What a person copies from the address of a page in Notion."""
    databases = {str(table["id"]): str(table["parent"]["database_id"]) for table in team.tables()}
    team.configure_ids()
    for section in team.settings["databases"].values():
        section["id"] = databases[section["id"]]


def no_ids(team: Team) -> None:
    """They are found by their titles."""
    del team


def unavailable(team: Team) -> None:
    team.workspace.faults.set(FaultRule(Failed(503)))


@pytest.mark.parametrize("configure", [ids_of_databases, no_ids])
def test_in_an_outage_reports_come_from_the_copy_and_tell_its_age(
    team: Team, here: Here, configure: Callable[[Team], None]
) -> None:
    configure(team)
    team.settings |= ONCE
    before = {
        name: report_in(here.run_for(team, "call", name, *asked, "--json"))
        for name, asked in CALLS.items()
    }
    unavailable(team)

    after = {
        name: report_in(here.run_for(team, "call", name, *asked, "--json"))
        for name, asked in CALLS.items()
    }

    for name, report in after.items():
        assert report.source == "cache"
        assert report.age_s > 0
        assert report.coverage.scanned == before[name].coverage.scanned > 0
        assert "The fault is on Notion's side" in report.summary


def test_with_nothing_kept_an_outage_is_no_reason_to_configure_anything(
    team: Team, here: Here
) -> None:
    team.settings |= ONCE
    unavailable(team)

    report = report_in(here.run_for(team, "call", "velocity_report", "--json"))

    assert report.status == "unknown"
    assert "Notion does not answer" in report.summary
    assert "health_check" in report.summary
    assert "init" not in report.summary
