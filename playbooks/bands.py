"""Every threshold of the playbook, typed and configurable; no number of it stands elsewhere."""

from typing import Self

from pydantic import Field, model_validator

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
    plan_valid_hours: float = Field(
        default=24, gt=0, le=720, description="A plan that was not approved by then expires."
    )
