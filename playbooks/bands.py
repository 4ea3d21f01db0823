"""Every threshold of the playbook, typed and configurable; no number of it stands elsewhere."""

from typing import Any, Final, Literal, Self, cast

from pydantic import ConfigDict, Field, RootModel, model_validator

from playbooks.report import Frozen, Status


class LowerIsBetter(Frozen):
    """Good strictly below one edge, critical strictly above the other; the edges are a warning."""

    good_below: float
    critical_above: float

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.good_below > self.critical_above:
            raise ValueError("good_below must not lie above critical_above")
        return self

    def judge(self, value: float) -> Status:
        """The status of `value`, in the unit of the band."""
        if value > self.critical_above:
            return "critical"
        return "ok" if value < self.good_below else "warning"

    def __str__(self) -> str:
        return f"good below {self.good_below:g}, critical above {self.critical_above:g}"


class HigherIsBetter(Frozen):
    """Good strictly above one edge, critical strictly below the other; the edges are a warning."""

    good_above: float
    critical_below: float

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.critical_below > self.good_above:
            raise ValueError("critical_below must not lie above good_above")
        return self

    def judge(self, value: float) -> Status:
        """The status of `value`, in the unit of the band."""
        if value < self.critical_below:
            return "critical"
        return "ok" if value > self.good_above else "warning"

    def __str__(self) -> str:
        return f"good above {self.good_above:g}, critical below {self.critical_below:g}"


Speed = Literal["good", "acceptable", "warning", "critical"]
Reliability = Literal["excellent", "good", "warning", "critical"]


class ToolSpeed(Frozen):
    """P8, read half-open: below one edge good, below the next acceptable, below the last warning.

    The playbook leaves open what lies between good and warning: it is called acceptable.
    """

    good_below: float = Field(gt=0)
    warning_from: float
    critical_from: float

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.good_below <= self.warning_from <= self.critical_from:
            raise ValueError("good_below, warning_from and critical_from must not fall")
        return self

    def judge(self, response_ms: float) -> Speed:
        """What a response time of a tool is."""
        if response_ms >= self.critical_from:
            return "critical"
        if response_ms >= self.warning_from:
            return "warning"
        return "good" if response_ms < self.good_below else "acceptable"

    def __str__(self) -> str:
        return (
            f"good below {self.good_below:g}, warning from {self.warning_from:g},"
            f" critical from {self.critical_from:g}"
        )


_TOOL_SPEEDS: Final[dict[str, dict[str, float]]] = {
    "cursor": {"good_below": 500, "warning_from": 1000, "critical_from": 2000},
    "continue": {"good_below": 1000, "warning_from": 2000, "critical_from": 4000},
    "mcp_server": {"good_below": 100, "warning_from": 300, "critical_from": 1000},
}


class ToolSpeeds(RootModel[dict[str, ToolSpeed]]):
    """P8 by tool; a team changes an edge of one, or adds a tool with all three."""

    model_config = ConfigDict(frozen=True)

    root: dict[str, ToolSpeed] = Field(default_factory=dict[str, ToolSpeed], validate_default=True)

    @model_validator(mode="before")
    @classmethod
    def _over_the_defaults(cls, given: object) -> object:
        if not isinstance(given, dict):
            return given
        changed = cast("dict[str, dict[str, Any]]", given)
        added = {tool: {**_TOOL_SPEEDS.get(tool, {}), **edges} for tool, edges in changed.items()}
        return {**_TOOL_SPEEDS, **added}

    def of(self, tool: str) -> ToolSpeed | None:
        """The band of a tool; None when the playbook and the team have none for it."""
        return self.root.get(tool)

    def __str__(self) -> str:
        return "; ".join(f"{tool} {speed}" for tool, speed in self.root.items())


class SuccessBands(Frozen):
    """P9: from each edge on, in percent of the calls; below the last it is critical."""

    excellent_from: float = Field(default=95, ge=0, le=100)
    good_from: float = Field(default=90, ge=0, le=100)
    warning_from: float = Field(default=80, ge=0, le=100)
    major_failure_below: float = Field(default=70, ge=0, le=100)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        edges = (self.major_failure_below, self.warning_from, self.good_from, self.excellent_from)
        if list(edges) != sorted(edges):
            raise ValueError(
                "major_failure_below, warning_from, good_from and excellent_from must not fall"
            )
        return self

    def judge(self, percent: float) -> Reliability:
        """What a success rate is."""
        if percent >= self.excellent_from:
            return "excellent"
        if percent >= self.good_from:
            return "good"
        return "warning" if percent >= self.warning_from else "critical"

    def __str__(self) -> str:
        return (
            f"excellent from {self.excellent_from:g}, good from {self.good_from:g},"
            f" warning from {self.warning_from:g}"
        )


class VelocityReference(Frozen):
    """P10: conventions of the guide, not measurements; a team's own past tells more."""

    tasks_per_day: float = Field(gt=0)
    points_per_week: float = Field(gt=0)
    accuracy_percent: float = Field(gt=0, le=100)

    def __str__(self) -> str:
        return (
            f"{self.tasks_per_day:g} tasks a day, {self.points_per_week:g} points a week,"
            f" {self.accuracy_percent:g} % accuracy"
        )


class Retrying(Frozen):
    """P14: how a call is repeated; back-off without Retry-After is `2^n + U(0,1)` seconds."""

    tries_count: int = Field(default=3, ge=1, le=10, description="The first try included.")
    retry_after_absent_s: float = Field(
        default=1, ge=0, le=60, description="What a 429 without Retry-After asks for."
    )
    shortest_jitter_s: float = Field(default=0.1, ge=0, le=60)
    longest_jitter_s: float = Field(
        default=0.3, ge=0, le=60, description="Who waited together does not call together."
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.shortest_jitter_s > self.longest_jitter_s:
            raise ValueError("shortest_jitter_s must not lie above longest_jitter_s")
        return self


class Breaking(Frozen):
    """When a group of endpoints that fails is left alone, and for how long."""

    failures_in_a_row_count: int = Field(default=5, ge=1, le=1000)
    failed_percent: float = Field(default=50, gt=0, le=100, description="Of the newest calls.")
    window_calls_count: int = Field(
        default=20, ge=1, le=1000, description="How many newest calls are judged."
    )
    least_calls_count: int = Field(
        default=10, ge=1, le=1000, description="Of fewer calls no percentage is judged."
    )
    open_s: float = Field(default=30, gt=0, le=3600, description="Doubled each time it fails on.")
    longest_open_s: float = Field(default=300, gt=0, le=3600)
    jitter_part: float = Field(
        default=0.2, ge=0, le=1, description="Up to this part longer, so that not all come at once."
    )
    trials_count: int = Field(default=2, ge=1, le=100, description="So many successes close it.")
    unanswered_after_s: float = Field(
        default=5,
        gt=0,
        le=65,
        description="Unanswered for so long when its time was up: a failure.",
    )
    look_every_s: float = Field(
        default=3, ge=0, le=60, description="How often other processes' breakers are looked at."
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.open_s > self.longest_open_s:
            raise ValueError("open_s must not lie above longest_open_s")
        if max(self.least_calls_count, self.failures_in_a_row_count) > self.window_calls_count:
            raise ValueError(
                "window_calls_count must not lie below least_calls_count or failures_in_a_row_count"
            )
        return self


class Bands(Frozen):
    """The playbook's numbers; a team overrides any of them under `[bands]`."""

    database_response_ms: LowerIsBetter = Field(
        default=LowerIsBetter(good_below=200, critical_above=500), description="P11"
    )
    error_rate_percent: LowerIsBetter = Field(
        default=LowerIsBetter(good_below=1, critical_above=5), description="P11"
    )
    cache_hit_rate_percent: HigherIsBetter = Field(
        default=HigherIsBetter(good_above=80, critical_below=60), description="P11"
    )
    tool_response_ms: ToolSpeeds = Field(
        default=ToolSpeeds.model_validate({}), description="P8, by tool."
    )
    success_rate_percent: SuccessBands = Field(default=SuccessBands(), description="P9")
    velocity_solo: VelocityReference = Field(
        default=VelocityReference(tasks_per_day=3, points_per_week=20, accuracy_percent=80),
        description="P10",
    )
    velocity_ai_assisted: VelocityReference = Field(
        default=VelocityReference(tasks_per_day=5, points_per_week=35, accuracy_percent=85),
        description="P10",
    )
    hours_coverage_percent: HigherIsBetter = Field(
        default=HigherIsBetter(good_above=80, critical_below=60),
        description="Of the done tasks, with both hours; below the lower no accuracy is told.",
    )
    dirty_above_percent: float = Field(
        default=5, ge=0, le=100, description="Of the tasks; a flaw in more of them is a warning."
    )
    slow_response_above_ms: float = Field(default=2000, gt=0, description="P19")
    health_window_minutes: float = Field(
        default=60, gt=0, le=43_200, description="P12: how far back recorded calls are judged."
    )
    least_calls_count: int = Field(
        default=20, ge=1, description="P12: with fewer recorded calls a rate is not judged."
    )
    health_deadline_s: float = Field(
        default=10, gt=0, le=60, description="P2: a health check has answered by then."
    )
    diagnosis_deadline_s: float = Field(
        default=60, gt=0, le=600, description="P15: a diagnosis has answered by then."
    )
    retrying: Retrying = Field(default=Retrying(), description="P14")
    breaking: Breaking = Field(default=Breaking(), description="P14")
    least_impact: float = Field(
        default=0.1, ge=0, lt=1, description="P20: a change must save more of the cost than this."
    )
    most_stale_percent: float = Field(
        default=5, ge=0, le=100, description="Of the readings; more is no price for a saving."
    )
    double_ttl_below_hit_rate_percent: float = Field(default=70, ge=0, le=100, description="P21")
    longest_ttl_s: float = Field(default=3600, ge=60, le=86_400, description="P21")
    backup_age_hours: LowerIsBetter = Field(
        default=LowerIsBetter(good_below=24, critical_above=168),
        description="P27: of the newest verified backup, which is what an accident would cost.",
    )
    drift_window_days: float = Field(
        default=30, gt=0, le=400, description="P16: how far back changes of a schema are told."
    )
    clean_up_after_days: float = Field(
        default=30, ge=1, le=3650, description="P24: a clean-up is about older entries of logs."
    )
    security_most_pages: int = Field(
        default=100,
        ge=0,
        le=100_000,
        description="P22: pages whose text one scan reads live, at a call each or more.",
    )
    security_most_comment_calls: int = Field(
        default=300,
        ge=0,
        le=1_000_000,
        description="P22: for comments in one scan, a call for each page and each block.",
    )
    security_page_s: float = Field(
        default=60, gt=0, le=600, description="P22: the text of eight pages has come by then."
    )
    security_most_search_calls: int = Field(
        default=100, ge=2, le=10_000, description="P22: of the search, 100 pages each."
    )
    plan_valid_hours: float = Field(
        default=24, gt=0, le=720, description="A plan that was not approved by then expires."
    )
    plan_most_changes: int = Field(
        default=500, ge=1, le=50_000, description="A plan changes no more; the rest is told."
    )
    plan_most_restored: int = Field(
        default=50_000, ge=1, le=50_000, description="The same for plans that make objects again."
    )
