"""The metrics that can be asked for, in the words that people use for them."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Final, Literal, TypeAlias, get_args

from playbooks.databases import normal
from playbooks.errors import PlaybookError

ToolMetric: TypeAlias = Literal["response_time", "success_rate", "tokens", "cost", "calls"]
"""Of AI tools, our own server among them."""

DatabaseMetric: TypeAlias = Literal["database_response_time", "error_rate", "cache_hit_rate"]
"""Of the databases in Notion (P11)."""

Metric: TypeAlias = Literal[ToolMetric, DatabaseMetric]

METRICS: Final[tuple[Metric, ...]] = (*get_args(ToolMetric), *get_args(DatabaseMetric))

_SYNONYMS: Final[Mapping[Metric, tuple[str, ...]]] = {
    "response_time": (
        *("response times", "latency", "latencies", "speed", "slow", "slowest", "fast"),
        *("fastest", "duration", "time", "times", "p95", "p99", "percentile", "percentiles"),
    ),
    "success_rate": (
        *("success", "successes", "success rates", "reliability", "reliable", "failures"),
        *("failure rate", "failed", "failing", "failed calls", "works", "availability"),
    ),
    "tokens": ("token", "token usage", "tokens used", "token count"),
    "cost": ("costs", "price", "spend", "spent", "spending", "money", "expensive", "dollars"),
    "calls": ("call", "usage", "usage count", "count", "used", "volume", "how often", "requests"),
    "database_response_time": (
        *("database latency", "database speed", "database slow", "notion latency"),
        *("notion response time", "notion slow", "notion speed", "database time"),
        *("slow database", "api latency", "api response time"),
    ),
    "error_rate": ("error", "errors", "error rates", "database errors", "notion errors"),
    "cache_hit_rate": ("cache", "hit rate", "cache hits", "cache hit", "caching", "hits"),
}


class MetricUnknown(PlaybookError):
    """No metric is called so; the remedy lists all of them, the nearest first."""

    def __init__(self, nearest: str | None) -> None:
        near = f"The nearest is {nearest}. " if nearest else ""
        super().__init__(
            "There is no metric of that name.",
            remedy=f"{near}The metrics are: {', '.join(METRICS)}.",
        )
        self.nearest = nearest


def metric_named(asked: str) -> Metric:
    """The metric that these words ask for. Raises MetricUnknown.

    A name or a synonym; else, in a whole question, the metric of whose name the most words occur.
    """
    words = normal(asked)
    by_name = _by_name()
    if words in by_name:
        return by_name[words]
    spoken = set(words.split())
    hits = {name: len(name.split()) for name in by_name if set(name.split()) <= spoken}
    most = max(hits.values(), default=0)
    best: list[Metric] = list(
        dict.fromkeys(by_name[name] for name, count in hits.items() if count == most)
    )
    if len(best) == 1:
        return best[0]
    close = get_close_matches(words, by_name, n=1, cutoff=0.5)
    raise MetricUnknown(by_name[close[0]] if close else None)


def _by_name() -> dict[str, Metric]:
    names: dict[str, Metric] = {}
    for metric, given in _SYNONYMS.items():
        names |= dict.fromkeys((normal(metric), *given), metric)
    return names
