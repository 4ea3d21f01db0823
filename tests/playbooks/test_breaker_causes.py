from playbooks.breaker_causes import breaker_causes
from playbooks.records import BreakerState
from tests.playbooks.recorded import at


def test_every_breaker_that_is_not_closed_is_named() -> None:
    states = [
        BreakerState("query read", "open", at(0), at(300), "5 failures in a row"),
        BreakerState("pages read", "refused", at(0), None, "401"),
        BreakerState("search", "closed", at(0), None, ""),
    ]

    named = list(breaker_causes(states, at(120)))

    assert [(c.name, c.about, c.severity) for c in named] == [
        ("breaker_open", "query_read", "warning"),
        ("breaker_open", "pages_read", "critical"),
    ]
    assert named[0].evidence == ("open for 2 minutes until 12:05:00 UTC", "5 failures in a row")
