"""The report of a procedure that has no figures, since the task database cannot be read."""

from collections.abc import Mapping

from playbooks.desk import Desk
from playbooks.render import summarise
from playbooks.report import Coverage, Report, judge
from playbooks.verdict import Verdict


def unanswered(  # noqa: PLR0913 - what a report of nothing still says, all of it by keyword
    desk: Desk,
    verdict: Verdict,
    *,
    procedure: str,
    run_id: str,
    headline: str,
    measurements: Mapping[str, float | int | str | None],
) -> Report:
    """Why there are none: the status is unknown or worse, and nothing was covered."""
    found = verdict.finding(procedure)
    findings = () if found is None else (found,)
    status = judge((verdict.gate,), findings)
    report = Report(
        procedure=procedure,
        run_id=run_id,
        status="unknown" if status == "ok" else status,
        headline=headline,
        workspace=desk.connection.workspace,
        connection=desk.configuration.digest,
        as_of=desk.clock(),
        age_s=0,
        source="live",
        coverage=Coverage(scanned=0, total=None, complete=False),
        gates=(verdict.gate,),
        measurements=dict(measurements),
        findings=findings,
        next_actions=("health_check says what is wrong with access, token or service.",),
        summary="",
    )
    return report.model_copy(update={"summary": summarise(report)})
