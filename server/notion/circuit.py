"""The state of one circuit breaker: a pure machine over a clock that the caller reads.

* closed      calls pass; too many failures open it
* open        nobody passes until its time is up
* half_open   one call at a time is tried; successes close it, a failure opens it for longer
"""

from collections import deque
from typing import Literal, TypeAlias

from playbooks.bands import Breaking

State: TypeAlias = Literal["closed", "open", "half_open"]
Verdict: TypeAlias = Literal["worked", "failed", "unknown"]
"""What a call says of the service; a 429 or a cancelled call, for instance, says nothing."""


class Circuit:
    """Whether calls of one group pass. Times in seconds of one monotonic clock."""

    def __init__(self, rules: Breaking) -> None:
        self._rules = rules
        self._state: State = "closed"
        self._failed: deque[bool] = deque(maxlen=rules.window_calls_count)
        self._open_until_s = 0.0
        self._open_s = 0.0
        self._is_trying = False
        self._worked_count = 0
        self._round = 0

    @property
    def state(self) -> State:
        """The state after the last event; open until somebody is admitted after its time."""
        return self._state

    def open_for_s(self, now_s: float) -> float:
        """Seconds for which nobody passes; 0 when not open."""
        return max(0.0, self._open_until_s - now_s) if self._state == "open" else 0.0

    def admit(self, now_s: float) -> int | None:
        """Let a call pass, with the number to settle it by; None when it may not."""
        if self._state == "open" and now_s >= self._open_until_s:
            self._enter("half_open")
        if self._state == "open" or self._is_trying:
            return None
        self._is_trying = self._state == "half_open"
        return self._round

    def settle(self, admitted: int, verdict: Verdict, now_s: float, *, chance: float) -> None:
        """What became of an admitted call; `chance` from [0, 1) spreads the time of an opening.

        A call that was admitted in an earlier state says nothing of this one.
        """
        if admitted != self._round:
            return
        self._is_trying = False
        if verdict == "unknown":
            return
        self._failed.append(verdict == "failed")
        if self._state == "half_open":
            self._settle_trial(verdict, now_s, chance)
        elif self._is_too_much():
            self._open(self._rules.open_s, now_s, chance)

    def take_over(self, state: State, now_s: float, *, open_for_s: float = 0.0) -> None:
        """Go where another process went; `open_for_s` from now on, within the longest."""
        self._enter(state)
        if state == "open":
            self._open_s = min(max(open_for_s, self._rules.open_s), self._rules.longest_open_s)
            self._open_until_s = now_s + min(open_for_s, self._longest_s())

    def _settle_trial(self, verdict: Verdict, now_s: float, chance: float) -> None:
        if verdict == "failed":
            self._open(min(2 * self._open_s, self._rules.longest_open_s), now_s, chance)
            return
        self._worked_count += 1
        if self._worked_count >= self._rules.trials_count:
            self._enter("closed")

    def _is_too_much(self) -> bool:
        rules, failed = self._rules, list(self._failed)
        in_a_row = failed[-rules.failures_in_a_row_count :]
        if len(in_a_row) == rules.failures_in_a_row_count and all(in_a_row):
            return True
        is_judged = len(failed) >= rules.least_calls_count
        return is_judged and 100 * sum(failed) >= rules.failed_percent * len(failed)

    def _open(self, open_s: float, now_s: float, chance: float) -> None:
        self._enter("open")
        self._open_s = open_s
        self._open_until_s = now_s + open_s * (1 + self._rules.jitter_part * chance)

    def _longest_s(self) -> float:
        return self._rules.longest_open_s * (1 + self._rules.jitter_part)

    def _enter(self, state: State) -> None:
        self._state = state
        self._round += 1
        self._is_trying = False
        self._worked_count = 0
        self._failed.clear()
