"""The metrics that can be asked for, in the words that people use for them."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Final, Literal, TypeAlias, get_args

from playbooks.databases import normal
from playbooks.errors import PlaybookError
from playbooks.text import listed

ToolMetric: TypeAlias = Literal["response_time", "success_rate", "tokens", "cost", "calls"]
"""Of AI tools, our own server among them."""

DatabaseMetric: TypeAlias = Literal["database_response_time", "error_rate", "cache_hit_rate"]
"""Of the databases in Notion (P11)."""

Metric: TypeAlias = Literal[ToolMetric, DatabaseMetric]

METRICS: Final[tuple[Metric, ...]] = (*get_args(ToolMetric), *get_args(DatabaseMetric))

_SYNONYMS: Final[Mapping[Metric, tuple[str, ...]]] = {
    "response_time": (
        *("response times", "latency", "latencies", "speed", "slow", "slower", "slowest", "fast"),
        *("faster", "fastest", "duration", "time", "times", "long", "p50", "p95", "p99", "median"),
        *("percentile", "percentiles"),
    ),
    "success_rate": (
        *("success", "successes", "success rates", "reliability", "reliable", "failures"),
        *("failure", "failure rate", "fail", "fails", "failed", "failing", "works", "broken"),
        *("timeout", "timeouts", "timed out", "availability", "uptime", "downtime"),
    ),
    "tokens": ("token", "token usage", "tokens used", "token count"),
    "cost": ("costs", "price", "spend", "spent", "spending", "money", "expensive", "dollars"),
    "calls": (
        *("call", "usage", "usage count", "count", "use", "used", "volume", "how often"),
        *("how many times", "requests"),
    ),
    "database_response_time": (),
    "error_rate": ("error", "errors", "error rates"),
    "cache_hit_rate": ("cache", "hit rate", "cache hits", "cache hit", "caching", "hits"),
}
"""What AI tools and databases have in common stands with the tools."""

_OF_DATABASES: Final = frozenset({"database", "databases", "notion", "api"})
_OF_OUR_SERVER: Final = frozenset({"mcp", "server"})
_OF_ASSISTANTS: Final = frozenset(
    {"ai", "tool", "tools", "assistant", "cursor", "continue", "copilot", "claude"}
)

_DATABASE_METRIC: Final[Mapping[Metric, Metric]] = {
    "response_time": "database_response_time",
    "success_rate": "error_rate",
}
_TOOL_METRIC: Final[Mapping[Metric, Metric]] = {"error_rate": "success_rate"}
"""What is meant where databases, or tools, are spoken of."""

_NOT_OF_DATABASES: Final[Mapping[Metric, str]] = {
    "calls": "Calls to Notion are no metric of their own: error_rate counts those it is of. ",
    "tokens": "Databases use no tokens: tokens are of AI tools. ",
    "cost": "Calls to Notion cost nothing: cost is of AI tools. ",
}
"""What is answered of AI tools alone, and must not be for a question about Notion."""

_OF_VELOCITY: Final = frozenset(
    {"help", "helps", "helping", "helpful", "productive", "productivity", "velocity", "worth"}
)


class MetricUnknown(PlaybookError):
    """No metric is called so; the remedy lists all of them, the nearest first."""

    def __init__(self, nearest: str | None, *, hint: str = "") -> None:
        near = f"The nearest is {nearest}. " if nearest else ""
        super().__init__(
            "No metric answers that question." if hint else "There is no metric of that name.",
            remedy=f"{hint}{near}The metrics are: {', '.join(METRICS)}.",
        )
        self.nearest = nearest


def metric_named(asked: str) -> Metric:
    """The metric that these words ask for. Raises MetricUnknown.

    A name or a synonym; else the one metric that a whole question speaks of. Counting calls is
    meant only where it speaks of nothing else (`how often does it fail`).
    """
    words = normal(asked)
    by_name = _by_name()
    if words in by_name:
        return by_name[words]
    spoken = set(words.split())
    found = set(_spoken_of(spoken, by_name))
    counted: set[Metric] = {"calls"}
    named: set[Metric] = {_meant(metric, spoken) for metric in found - counted or found}
    if len(named) == 1:
        return _answerable(named.pop(), spoken)
    if named:
        raise MetricUnknown(None, hint=f"It speaks of {listed(sorted(named))}: ask for one. ")
    if spoken & _OF_VELOCITY:
        raise MetricUnknown(None, hint=_VELOCITY)
    if spoken & _OF_DATABASES:
        raise MetricUnknown(None, hint=_HEALTH)
    close = get_close_matches(words, by_name, n=1, cutoff=_CLOSE)
    raise MetricUnknown(by_name[close[0]] if close else None)


_VELOCITY: Final = (
    "Whether AI helps the team, velocity_report(compare='ai') says; how fast it works,"
    " velocity_report. "
)
_HEALTH: Final = (
    f"Of databases there are {listed(get_args(DatabaseMetric))}; whether Notion works at all,"
    " health_check says. "
)
_CLOSE: Final = 0.75
"""A slip of the pen; below that other words are found (`burn` is not `broken`)."""


def _by_name() -> dict[str, Metric]:
    names: dict[str, Metric] = {}
    for metric, given in _SYNONYMS.items():
        names |= dict.fromkeys((normal(metric), *given), metric)
    return names


def _spoken_of(spoken: set[str], by_name: Mapping[str, Metric]) -> Iterator[Metric]:
    """Of names that share a word the longest speaks: `token usage` is not about usage."""
    left = set(spoken)
    for name in sorted(by_name, key=lambda name: (-len(name.split()), name)):
        words = set(name.split())
        if words <= left:
            left -= words
            yield by_name[name]


def _meant(metric: Metric, spoken: set[str]) -> Metric:
    if spoken & _OF_DATABASES:
        return _DATABASE_METRIC.get(metric) or metric
    of_tools = spoken & (_OF_ASSISTANTS | _OF_OUR_SERVER)
    return (_TOOL_METRIC.get(metric) or metric) if of_tools else metric


def _answerable(metric: Metric, spoken: set[str]) -> Metric:
    """The metric, unless it is asked of Notion and is one of AI tools alone.

    What an API costs is a question about AI tools; how often ours is called, one about Notion.
    """
    of_notion = spoken & (_OF_DATABASES if metric == "calls" else _OF_DATABASES - {"api"})
    hint = _NOT_OF_DATABASES.get(metric)
    if hint and of_notion and not spoken & _OF_ASSISTANTS:
        raise MetricUnknown(None, hint=hint)
    return metric
