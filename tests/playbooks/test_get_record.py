from dataclasses import replace
from datetime import timedelta

import pytest

from playbooks.desk import ConfigurationState, Desk
from playbooks.errors import ConfigurationInvalid, RecordNotFound
from playbooks.get_record import get_record
from playbooks.health_check import health_check


async def test_the_latest_run_is_read_with_its_true_age(desk: Desk) -> None:
    report = await health_check(desk)
    later = replace(desk, clock=lambda: report.as_of + timedelta(minutes=2))

    again = await get_record(later, "run")

    assert again.run_id == report.run_id
    assert (again.source, again.age_s) == ("cache", 120)
    assert "120 s old" in again.summary
    assert again.findings == report.findings


async def test_an_unknown_id_is_answered_with_those_that_exist(desk: Desk) -> None:
    report = await health_check(desk)

    with pytest.raises(RecordNotFound, match=report.run_id):
        await get_record(desk, "run", "run_nowhere")


async def test_an_empty_store_says_how_to_fill_it(desk: Desk) -> None:
    with pytest.raises(RecordNotFound, match="call health_check"):
        await get_record(desk, "run")


async def test_mistakes_in_the_configuration_are_answered_instead(desk: Desk) -> None:
    mistaken = replace(desk, configuration=ConfigurationState(mistakes=("zone: wrong",)))

    with pytest.raises(ConfigurationInvalid, match="zone: wrong"):
        await get_record(mistaken, "run")
