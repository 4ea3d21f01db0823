"""P8 and P9: what the figures of a tool are, how certain that is, and why they may be bad."""

from typing import Final

from playbooks.arguments import ErrorClass
from playbooks.bands import Bands, Reliability, Speed
from playbooks.latency import LEAST_FOR_P95
from playbooks.report import GateStatus
from playbooks.success_rate import SuccessRate
from playbooks.text import listed
from playbooks.tool_metrics import Figures, Times
from playbooks.usage import OWN_TOOL
from playbooks.verdict import Verdict

_STATUSES: Final[dict[Speed | Reliability, GateStatus]] = {
    "excellent": "ok",
    "good": "ok",
    "acceptable": "ok",
    "warning": "warning",
    "critical": "critical",
}

_CAUSES: Final[dict[ErrorClass, str]] = {
    "network": "the network: check connection, DNS, proxy and timeouts",
    "rate_limit": "rate limits or an overloaded service: fewer consumers at once, retry later",
    "authentication": "authentication or sharing: check token and permissions",
    "configuration": "configuration: what was asked does not fit; correct the request",
    "service": "the service itself: look at its status page",
}

LEAST_INDEPENDENT: Final = 5
"""A rate is not judged by fewer observations, however many calls each of them stands for."""

_MOST: Final = 0.5
"""From this part of the failures on a recorded class is called the cause."""


def judge_times(tool: str, figures: Figures, bands: Bands) -> Verdict:
    """P8 by the p95, or by the median where the samples are too few for a p95."""
    name = f"{tool} response time"
    times, band = figures.times, bands.tool_response_ms.of(tool)
    if times is None:
        return Verdict.skipped(name, "no response time is recorded")
    if band is None:
        return Verdict.skipped(name, f"{told_times(times)}; no band is set for this tool")
    statistic, value = times.judged
    level = band.judge(value)
    reason = f"{told_times(times)}: {level} by its {statistic} ({band})"
    remedy = _SLOW_SERVER if tool == OWN_TOOL else _SLOW_TOOL
    return Verdict.of(name, _STATUSES[level], reason, remedy, round(value, 1))


_SLOW_SERVER: Final = "diagnose_performance says why."
_SLOW_TOOL: Final = "Compare model, context size and network."


def told_times(times: Times) -> str:
    """The response times in words."""
    count = times.samples_count
    unit = _rows(count) if times.are_averages else _calls(count)
    parts = [f"p50 {times.p50_ms:.0f} ms"]
    if times.p95_ms is not None:
        parts.append(f"p95 {times.p95_ms:.0f} ms")
    if times.p99_ms is not None:
        parts.append(f"p99 {times.p99_ms:.0f} ms")
    lacking = "" if times.p95_ms is not None else f", no p95 below {LEAST_FOR_P95}"
    parts.append(f"mean {times.mean_ms:.0f} ms")
    return f"{', '.join(parts)} (n = {count} {unit}{lacking})"


def _rows(count: int) -> str:
    return "row of an average" if count == 1 else "rows of averages"


def judge_success(tool: str, figures: Figures, bands: Bands) -> Verdict:
    """P9 by the rate, once enough is known; critical only where the whole interval is.

    A rate that is good while its interval reaches into critical says nothing yet.
    """
    name = f"{tool} success rate"
    rate = figures.success
    if rate is None:
        return Verdict.skipped(name, "no success is recorded")
    band = bands.success_rate_percent
    if rate.calls_count < bands.least_calls_count:
        return Verdict.skipped(
            name, f"{told_rate(rate)}: too few, judged from {bands.least_calls_count}"
        )
    if rate.independent_count < LEAST_INDEPENDENT:
        return Verdict.skipped(
            name, f"{told_rate(rate)}: too few, judged from a worth of {LEAST_INDEPENDENT}"
        )
    level, best, worst = map(band.judge, (rate.percent, rate.interval.high, rate.interval.low))
    status = _STATUSES[level]
    if status == "ok" and worst == "critical":
        return Verdict.skipped(
            name, f"{told_rate(rate)}: {level} or critical, more calls will tell ({band})"
        )
    if status == "critical" and best != "critical":
        status = "warning"
    sure = "certain" if best == worst else "uncertain, the interval reaches another band"
    reason = f"{told_rate(rate)}: {level}, {sure} ({band})"
    return Verdict.of(name, status, reason, likely_causes(figures, rate, bands))


def told_rate(rate: SuccessRate) -> str:
    """The rate in words, with its interval."""
    found, worth = rate.interval, ""
    if round(rate.independent_count) < round(rate.calls_count):
        worth = f", rows with one ending for many calls: worth {rate.independent_count:.3g}"
    return (
        f"{rate.percent:.1f} % of {rate.calls_count:,.0f} {_calls(rate.calls_count)}"
        f" (95 %: {found.low:.1f} to {found.high:.1f}{worth})"
    )


def _calls(count: float) -> str:
    return "call" if count == 1 else "calls"


def likely_causes(figures: Figures, rate: SuccessRate, bands: Bands) -> str:
    """What the recorded failures were; only without records what P9 guesses from the rate."""
    failed = rate.calls_count - rate.succeeded_count
    recorded = sorted(figures.failures.items(), key=lambda each: (-each[1], each[0]))
    if recorded and sum(figures.failures.values()) >= _MOST * failed:
        told = [
            f"{count:.0f} of {failed:.0f} failures: {_CAUSES[kind]}" for kind, count in recorded
        ]
        return f"Recorded: {listed(told)}."
    return f"Nothing recorded says why; at this rate usual: {_guess(rate.percent, bands)}."


def _guess(percent: float, bands: Bands) -> str:
    band = bands.success_rate_percent
    if percent < band.major_failure_below:
        return "a major failure or misconfiguration"
    if percent < band.warning_from:
        return "configuration or resource limits"
    if percent < band.good_from:
        return "API rate limiting or authentication"
    return "an intermittent network"
