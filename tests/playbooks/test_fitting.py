"""However much a report has to say, its short answer fits."""

from datetime import UTC, datetime
from typing import Any

import pytest

from playbooks.fitting import MOST_TOKENS, shortened
from playbooks.render import rows_left_out, summarise
from playbooks.report import Coverage, Finding, Gate, Report
from tests.journeys.house import tokens_count

LONG = "; ".join(f"clause {number} of a reason that goes on" for number in range(40))
HOSTILE = "; ".join(f"`name; {number} [go](x)` 3 done" for number in range(60))
TABLE = "\n".join(["| a | b |", "| - | - |", *(f"| tool {n} | {n} ms |" for n in range(200))])


def gates(reason: str, count: int = 9) -> tuple[Gate, ...]:
    return tuple(Gate(name=f"gate {n}", status="ok", reason=reason) for n in range(count))


def findings(count: int, evidence: str = "a row") -> tuple[Finding, ...]:
    return tuple(
        Finding(
            id=f"p.{n}", severity="warning", what=f"wrong {n}: much", evidence=(evidence,) * 9,
            remedy="Look at what it is, and correct it there where it came from.",
        )
        for n in range(count)
    )  # fmt: skip


def made(*figures: str, **parts: Any) -> Report:
    report = Report(
        procedure="velocity_report",
        run_id="run_1",
        status="warning",
        headline="3 tasks completed.",
        workspace="Notion",
        connection="c",
        as_of=datetime(2026, 3, 2, tzinfo=UTC),
        age_s=0,
        source="live",
        coverage=Coverage(scanned=3, total=3, complete=True),
        measurements={f"figure_{number}_count": number for number in range(60)},
        next_actions=("one", "two", "three"),
        summary="",
        **parts,
    )
    return report.model_copy(update={"summary": summarise(report, figures)})


@pytest.mark.parametrize(
    "report",
    [
        pytest.param(made(gates=gates(LONG)), id="long-reasons"),
        pytest.param(made(gates=gates(HOSTILE)), id="hostile-names"),
        pytest.param(made(findings=findings(30)), id="many-findings"),
        pytest.param(made(findings=findings(9, "é" * 400)), id="long-evidence"),
        pytest.param(made(TABLE), id="long-table"),
        pytest.param(made(TABLE, gates=gates(LONG), findings=findings(30)), id="all-of-it"),
    ],
)
def test_what_is_too_long_is_shortened_until_it_fits(report: Report) -> None:
    shown = shortened(report)

    assert tokens_count(report.model_dump(mode="json")) > MOST_TOKENS
    assert tokens_count(shown.model_dump(mode="json")) <= MOST_TOKENS
    assert shown.summary.startswith("**Velocity report: warning**. 3 tasks completed.")
    assert "run run_1" in shown.summary
    assert "Shortened" in shown.summary
    assert shown.measurements == report.measurements
    assert all(line.count("`") % 2 == 0 for line in shown.summary.split("\n"))


@pytest.mark.parametrize(
    ("more", "left_out"),
    [pytest.param("", 0, id="whole-table"), pytest.param(f"\n{rows_left_out(280)}", 280, id="cut")],
)
def test_rows_that_are_left_out_of_a_table_are_counted(more: str, left_out: int) -> None:
    shown = shortened(made(f"{TABLE}{more}", gates=gates("fine")))

    rows_count = shown.summary.count("| tool ")
    assert 3 <= rows_count < 200
    assert f"|\n\nand {200 - rows_count + left_out} more rows in the full report\n" in shown.summary
    assert shown.summary.count("in the full report") == 1


def test_evidence_that_is_left_out_is_counted() -> None:
    (one,) = findings(1)
    told = one.model_copy(update={"evidence": ("a row of many " * 35,) * 40})

    lines = shortened(made(findings=(told,))).summary.split("\n")

    evidence_count = sum(line.startswith("  - a row") for line in lines)
    assert 0 < evidence_count < 10
    assert f"  - and {40 - evidence_count} more in the full report" in lines


def test_findings_that_are_left_out_are_counted() -> None:
    lines = shortened(made(gates=gates(LONG, 3), findings=findings(40))).summary.split("\n")

    findings_count = sum(line.startswith("To do, ") for line in lines)
    assert 0 < findings_count < 10
    assert f"{40 - findings_count} more findings are in the full report." in lines
    assert not any(line.startswith("  - ") for line in lines)


@pytest.mark.parametrize(
    ("tail", "says"),
    [
        pytest.param("", "; …", id="whole"),
        pytest.param("; and 7 more", "; and {} more", id="counted-already"),
    ],
)
def test_a_line_whose_clauses_are_cut_says_so(tail: str, says: str) -> None:
    shown = shortened(made(gates=gates(f"{LONG}{tail}", 3)))

    cut = [
        line for line in shown.summary.split("\n") if line.startswith("- ") and "39 of" not in line
    ]
    assert cut
    assert all(line.endswith(says.format(47 - line.count("clause"))) for line in cut)


def test_what_fits_is_left_as_it_is() -> None:
    report = made(gates=gates("fine"), findings=findings(1))

    assert shortened(report) is report
