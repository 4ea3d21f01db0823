"""Rules of the database of AI tools' calls. What query_metrics calls a flaw is not judged again."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final

from playbooks.row_rules import FAILED, Case, Figure, Outcome, Plainly, Rule
from playbooks.row_rules_values import is_empty, plainly
from playbooks.tool_samples import Flaw

_CORRECT: Final = "Correct the number in Notion, or empty the field."


@dataclass(frozen=True, slots=True)
class _Flawed:
    """A flaw of `playbooks.tool_samples` as a rule about one role."""

    flaw: Flaw
    what: str
    role: str
    figure: Figure | None = None


_FLAWED: Final = (
    _Flawed(
        "impossible response time",
        "with a response time of 0 ms or less, or above ten minutes",
        "response_time_ms",
        "response_p50_ms",
    ),
    _Flawed(
        "impossible success",
        "whose success is neither yes, no nor a share",
        "success",
        "success_rate_percent",
    ),
    _Flawed("impossible tokens", "with tokens below 0", "tokens"),
    _Flawed("impossible cost", "with a cost below 0", "cost"),
    _Flawed("impossible count", "with a count of calls below 0", "count"),
)


def call_rules() -> Iterator[Rule]:
    """All of them."""
    yield from (_of_flaw(each) for each in _FLAWED)
    yield Rule(
        "ai_tool_metrics.failed_without_error",
        "that failed without saying why",
        "Record the class of the error with the call.",
        plainly(_unexplained),
        severity="info",
        roles=("error",),
    )


def _of_flaw(flawed: _Flawed) -> Rule:
    return Rule(
        f"ai_tool_metrics.{flawed.flaw.replace(' ', '_')}",
        flawed.what,
        _CORRECT,
        lambda _: Plainly(partial(_has_flaw, flawed)),
        repair="never",
        roles=(flawed.role,),
        distorts=() if flawed.figure is None else (flawed.figure,),
        spoils=(flawed.role.replace("_", " "),),
    )


def _has_flaw(flawed: _Flawed, case: Case) -> Outcome:
    """A row without tool or date is left out as a whole: nothing more is said of it."""
    if flawed.flaw in case.flaws:
        return FAILED
    return None if case.sample is None or is_empty(case.plain(flawed.role)) else "passed"


def _unexplained(case: Case) -> Outcome:
    if case.sample is None or case.sample.success != 0:
        return None
    return FAILED if is_empty(case.plain("error")) else "passed"
