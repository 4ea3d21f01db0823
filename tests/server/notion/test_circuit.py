"""When a circuit opens, how long, and what closes it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbooks.bands import Breaking
from server.notion.circuit import Circuit, Verdict

RULES = Breaking()
LONGEST_S = RULES.longest_open_s * (1 + RULES.jitter_part)


def settled(*verdicts: Verdict, now_s: float = 0.0, circuit: Circuit | None = None) -> Circuit:
    """A circuit through which those calls went, one after the other, while it let them."""
    circuit = circuit or Circuit(RULES)
    for verdict in verdicts:
        admitted = circuit.admit(now_s)
        if admitted is not None:
            circuit.settle(admitted, verdict, now_s, chance=0)
    return circuit


def verdicts(letters: str) -> list[Verdict]:
    names: dict[str, Verdict] = {"w": "worked", "f": "failed", "u": "unknown"}
    return [names[letter] for letter in letters]


@pytest.mark.parametrize(
    ("letters", "state"),
    [
        pytest.param("ffff", "closed", id="four-in-a-row"),
        pytest.param("fffff", "open", id="five-in-a-row"),
        pytest.param("ffffwffff", "closed", id="nine-calls-are-no-share"),
        pytest.param("ffffwffffw", "open", id="eight-of-ten"),
        pytest.param("wf" * 5, "open", id="half-of-ten"),
        pytest.param("wwf" * 6 + "ww", "closed", id="a-third-of-twenty"),
        pytest.param("w" * 20 + "wf" * 9, "closed", id="nine-of-the-last-twenty"),
        pytest.param("w" * 20 + "wf" * 10, "open", id="ten-of-the-last-twenty"),
        pytest.param("ffffuuuu", "closed", id="what-says-nothing-is-no-failure"),
        pytest.param("ffffuf", "open", id="what-says-nothing-ends-no-row"),
    ],
)
def test_too_many_failures_open_it(letters: str, state: str) -> None:
    assert settled(*verdicts(letters)).state == state


def test_an_open_circuit_lets_nobody_pass_until_its_time_is_up() -> None:
    circuit = settled(*verdicts("fffff"))

    assert circuit.open_for_s(10) == 20
    assert circuit.admit(29.9) is None
    assert circuit.admit(30) is not None
    assert circuit.state == "half_open"


def test_a_half_open_circuit_tries_one_call_at_a_time_and_two_successes_close_it() -> None:
    circuit = settled(*verdicts("fffff"))

    first = circuit.admit(30)
    assert first is not None
    assert circuit.admit(31) is None
    states: list[str] = []
    circuit.settle(first, "worked", 32, chance=0)
    states.append(circuit.state)
    states.append(settled("worked", now_s=33, circuit=circuit).state)

    assert states == ["half_open", "closed"]


def test_a_trial_that_says_nothing_makes_room_for_the_next() -> None:
    circuit = settled(*verdicts("fffff"))

    settled("unknown", now_s=30, circuit=circuit)

    assert circuit.state == "half_open"
    assert circuit.admit(30) is not None


def test_each_failed_trial_doubles_the_time_up_to_the_longest() -> None:
    circuit, now_s = settled(*verdicts("fffff")), 0.0
    waits_s: list[float] = []
    for _ in range(6):
        waits_s.append(circuit.open_for_s(now_s))
        now_s += waits_s[-1]
        settled("failed", now_s=now_s, circuit=circuit)

    assert waits_s == [30, 60, 120, 240, 300, 300]


def test_a_closed_circuit_forgets_what_it_was_through() -> None:
    circuit = settled(*verdicts("fffff"))
    settled(*verdicts("fww"), now_s=100, circuit=circuit)
    settled(*verdicts("ww"), now_s=200, circuit=circuit)

    states = [settled("failed", now_s=300, circuit=circuit).state for _ in range(5)]

    assert states == ["closed"] * 4 + ["open"]
    assert circuit.open_for_s(300) == 30


def test_chance_makes_an_opening_up_to_a_fifth_longer() -> None:
    circuit = Circuit(RULES)
    for _ in range(5):
        admitted = circuit.admit(0)
        assert admitted is not None
        circuit.settle(admitted, "failed", 0, chance=0.5)

    assert circuit.open_for_s(0) == pytest.approx(33)


def test_a_call_from_before_the_opening_says_nothing_of_now() -> None:
    circuit = Circuit(RULES)
    slow = circuit.admit(0)
    assert slow is not None
    settled(*verdicts("fffff"), circuit=circuit)

    circuit.settle(slow, "worked", 5, chance=0)
    assert circuit.state == "open"
    circuit.settle(slow, "failed", 6, chance=0)
    assert circuit.open_for_s(6) == 24
    assert circuit.admit(30) is not None
    circuit.settle(slow, "worked", 31, chance=0)
    assert circuit.admit(32) is None


def test_what_another_process_says_holds_within_the_longest() -> None:
    circuit = Circuit(RULES)

    circuit.take_over("open", 0, open_for_s=1e9)

    assert circuit.open_for_s(0) == LONGEST_S


STEPS = st.lists(
    st.tuples(
        st.floats(0, 100), st.sampled_from(["worked", "failed", "unknown"]), st.integers(0, 9)
    ),
    max_size=120,
)


@given(steps=STEPS)
def test_whatever_happens_it_is_half_open_for_one_and_never_open_for_ever(
    steps: list[tuple[float, Verdict, int]],
) -> None:
    circuit, now_s = Circuit(RULES), 0.0
    in_flight: list[int] = []
    for passed_s, verdict, which in steps:
        now_s += passed_s
        was_open_for_s = circuit.open_for_s(now_s)
        admitted = circuit.admit(now_s)
        if admitted is not None:
            assert was_open_for_s == 0
            in_flight.append(admitted)
        if circuit.state == "half_open" and admitted is not None:
            assert circuit.admit(now_s) is None
        if which < len(in_flight):
            circuit.settle(in_flight.pop(which), verdict, now_s, chance=which / 10)
        assert circuit.open_for_s(now_s) <= LONGEST_S
