"""Who goes first when calls are scarce."""

import pytest

from server.store.line import ASK_AGAIN_S, EAGER_S, Room, Taken, Waiter, in_line


def waiters(names: str) -> list[Waiter]:
    """Capitals are interactive; they came in this order."""
    return [Waiter(name, name.isupper(), since_s, 0.0) for since_s, name in enumerate(names)]


def told(line: list[Waiter]) -> str:
    return "".join(waiter.owner for waiter in line)


@pytest.mark.parametrize(
    ("came", "overtaken_count", "line"),
    [
        pytest.param("", 0, "", id="nobody"),
        pytest.param("CAB", 0, "CAB", id="first-come"),
        pytest.param("abA", 0, "Aab", id="interactive-first"),
        pytest.param("aABb", 9, "aABb", id="the-tenth-is-of-the-background"),
        pytest.param("aABb", 12, "aABb", id="the-tenth-is-overdue"),
        pytest.param("aABCb", 8, "AaBCb", id="after-one-more"),
        pytest.param("abABCDEFGHIJKLMNOPQRST", 0, "ABCDEFGHIaJKLMNOPQRbST", id="every-tenth"),
    ],
)
def test_the_line_has_interactive_first_and_every_tenth_of_the_background(
    came: str, overtaken_count: int, line: str
) -> None:
    assert told(in_line(waiters(came), overtaken_count)) == line


@pytest.mark.parametrize(
    ("taken_at_s", "ahead_count", "wait_s"),
    [
        pytest.param([], 0, 0.0, id="empty-window"),
        pytest.param([1.0, 2.0], 0, 0.0, id="the-last-call"),
        pytest.param([1.0, 2.0], 1, 1.0, id="kept-for-who-is-ahead"),
        pytest.param([1.0, 2.0, 3.0], 0, 1.0, id="full"),
        pytest.param([1.0, 2.0, 3.0], 2, 3.0, id="full-and-two-ahead"),
        pytest.param([1.0, 2.0, 3.0, 4.0], 0, 2.0, id="lowered-meanwhile"),
        pytest.param([1.0, 2.0, 3.0], 3, 3.0, id="more-ahead-than-a-window-holds"),
        pytest.param([], 3, ASK_AGAIN_S, id="nothing-taken-and-too-many-ahead"),
    ],
)
def test_the_wait_ends_when_calls_leave_the_window(
    taken_at_s: list[float], ahead_count: int, wait_s: float
) -> None:
    me, *ahead = waiters("Z" + "A" * ahead_count)
    taken = [Taken("user", interactive=True, at_s=at_s) for at_s in taken_at_s]
    room = Room(10.0, 10.0, 3, taken, paused_until_s=0.0)

    assert room.wait_s(me, [*ahead, me]) == wait_s


def test_a_pause_holds_although_there_is_room() -> None:
    (me,) = waiters("A")

    assert Room(10.0, 10.0, 3, [], paused_until_s=12.5).wait_s(me, [me]) == 2.5


@pytest.mark.parametrize(
    ("taken", "me", "wait_s"),
    [
        pytest.param("AAAAA", "A", 0.0, id="alone-it-may-have-all"),
        pytest.param("AAAAAB", "A", ASK_AGAIN_S, id="more-than-its-half"),
        pytest.param("AAAAAB", "B", 0.0, id="less-than-its-half"),
        pytest.param("AAAAABBBB", "A", ASK_AGAIN_S, id="the-last-is-the-others"),
        pytest.param("AAAAAb", "A", 0.0, id="background-ones-need-nothing-kept"),
        pytest.param("aaaaaB", "a", ASK_AGAIN_S, id="background-keeps-for-interactive"),
        pytest.param("AAABBBCCC", "A", 0.0, id="one-over-for-who-asks-first"),
        pytest.param("AAAABBBC", "A", ASK_AGAIN_S, id="one-over-is-enough"),
        pytest.param("AAAABBB", "C", 0.0, id="a-newcomer"),
    ],
)
def test_who_wants_calls_at_the_same_time_has_an_equal_part(
    taken: str, me: str, wait_s: float
) -> None:
    calls = [Taken(owner, owner.isupper(), 9.9) for owner in taken]
    asking = Waiter(me, me.isupper(), 10.0, 10.0)

    assert Room(10.0, 10.0, 10, calls, paused_until_s=0.0).wait_s(asking, [asking]) == wait_s


def test_nothing_is_kept_for_who_has_not_asked_lately() -> None:
    calls = [Taken("B", interactive=True, at_s=10.0 - EAGER_S)]
    calls += [Taken("A", interactive=True, at_s=9.9)] * 8
    asking = Waiter("A", interactive=True, since_s=10.0, due_s=10.0)

    assert Room(10.0, 10.0, 10, calls, paused_until_s=0.0).wait_s(asking, [asking]) == 0


def test_who_has_had_its_fair_part_goes_behind_who_has_not() -> None:
    calls = [Taken(owner, interactive=True, at_s=5.0) for owner in "AAAAAB"]
    came = waiters("ABC")
    served = Room(10.0, 10.0, 6, calls, paused_until_s=0.0).served(came)

    assert (served, told(in_line(came, 0, served))) == ({"A"}, "BCA")
