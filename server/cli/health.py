"""`--health-check`: for a shell, cron, CI and a container probe (P2)."""

import argparse

import anyio

from playbooks.health_check import health_check
from playbooks.report import Report
from server.app import open_house
from server.cli.exits import exit_status
from server.cli.output import print_report, telling
from server.settings import Configuration, read_configuration


def run_health_check(options: argparse.Namespace) -> int:
    """Check, print, and give the exit status of the report."""
    configuration = read_configuration(options.config)
    report = anyio.run(_check, configuration, options.max_age)
    print_report(report, as_json=options.json)
    return exit_status(report.status, fail_on=options.fail_on)


async def _check(configuration: Configuration, max_age_s: float) -> Report:
    with telling() as tell:
        async with open_house(configuration, making=tell.making) as house:
            desk = await house.desk()
            return await health_check(desk, max_age_s=max_age_s, progress=tell.progress)
