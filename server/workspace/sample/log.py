"""Invents the development log: along the tasks' courses, with meetings and incidents between."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from random import Random
from typing import Final

from server.workspace.sample.defects import planted_count
from server.workspace.sample.names import Kind
from server.workspace.sample.rows import LogEntry, Passage, PersonKey
from server.workspace.sample.tasks import Planned
from server.workspace.sample.team import TEAM
from server.workspace.sample.wording import (
    COMMITS,
    DECISION_NOTES,
    DECISIONS,
    INCIDENT_NOTES,
    INCIDENTS,
    MEETING_NOTES,
    PROJECTS,
    REVIEW_NOTES,
    REVIEWS,
    SUBJECTS,
)
from server.workspace.sample.workdays import OLD_AFTER_DAYS, Workdays, instant_of, pick_days

RECENT_COUNT: Final = 100
"""Entries of the last 30 days; the older ones are counted by their defect."""

_DECISIONS_COUNT: Final = 24
_INCIDENTS_COUNT: Final = 14
_DEPLOYED_SHARE: Final = 0.35
_NOTED_SHARE: Final = 0.4
_MONDAY, _FRIDAY = 1, 5


@dataclass(frozen=True, slots=True)
class _Candidate:
    """An entry that may be written; the rare kinds always are."""

    entry: LogEntry
    is_rare: bool = False


def invent_log(
    planned: Sequence[Planned], days: Workdays, now: datetime, rng: Random
) -> tuple[LogEntry, ...]:
    """The entries written before `now`, in order, with a fixed number of old ones."""
    candidates = [
        *_along_tasks(planned, days, rng),
        *_meetings(days, rng),
        *_decisions(days, rng),
        *_incidents(days, rng),
    ]
    past = [each for each in candidates if each.entry.at <= now]
    old_before = days.today - timedelta(days=OLD_AFTER_DAYS)
    old = [each for each in past if each.entry.at.date() < old_before]
    recent = [each for each in past if each.entry.at.date() > old_before]
    chosen = [
        *_choose(old, planted_count("old-log-entries"), rng),
        *_choose(recent, RECENT_COUNT, rng),
    ]
    return tuple(sorted(chosen, key=lambda entry: entry.at))


def _choose(candidates: Sequence[_Candidate], count: int, rng: Random) -> list[LogEntry]:
    rare = [each.entry for each in candidates if each.is_rare]
    usual = [each.entry for each in candidates if not each.is_rare]
    return [*rare, *rng.sample(usual, min(max(count - len(rare), 0), len(usual)))]


def _along_tasks(planned: Sequence[Planned], days: Workdays, rng: Random) -> Iterator[_Candidate]:
    for each in planned:
        if each.course.cancelled_at is None:
            yield from _along_task(each, days, rng)


def _along_task(planned: Planned, days: Workdays, rng: Random) -> Iterator[_Candidate]:
    course = planned.course
    for commit in rng.sample(COMMITS, rng.choice((1, 2, 2, 3))):
        at = days.between(course.started_at, course.in_review_at, rng.random())
        entry = _of_task(planned, "commit", commit, at)
        yield _Candidate(replace(entry, tool=planned.task.ai_tool))
    review = _of_task(planned, "review", rng.choice(REVIEWS), course.in_review_at)
    yield _Candidate(
        replace(review, author=_colleague(review.author, rng), body=_note(REVIEW_NOTES, rng))
    )
    if rng.random() < _DEPLOYED_SHARE:
        at = days.later(course.first_done_at, rng.uniform(0, 0.5))
        yield _Candidate(_of_task(planned, "deploy", _release(planned, at), at))
    if course.reopened_at:
        reopened = _of_task(planned, "reopened", "Reopened: {}", course.reopened_at)
        yield _Candidate(reopened, is_rare=True)


def _of_task(planned: Planned, kind: Kind, template: str, at: datetime) -> LogEntry:
    task = planned.task
    title = template.format(task.title)
    return LogEntry(title, kind, at, date=at, author=task.assignee or task.reporter, task=task.key)


def _release(planned: Planned, at: datetime) -> str:
    year, week, weekday = at.isocalendar()
    return f"{planned.task.project} {year % 100}.{week}.{weekday} to production"


def _meetings(days: Workdays, rng: Random) -> Iterator[_Candidate]:
    for day in days.past:
        week = day.isocalendar().week
        if day.isoweekday() == _MONDAY:
            yield _general(f"Planning of week {week}", "meeting", day, rng, MEETING_NOTES)
        elif day.isoweekday() == _FRIDAY and week % 2 == 0:
            yield _general(f"Retrospective of week {week}", "meeting", day, rng, MEETING_NOTES)


def _decisions(days: Workdays, rng: Random) -> Iterator[_Candidate]:
    for day in pick_days(days.past, _DECISIONS_COUNT, rng):
        title = rng.choice(DECISIONS).format(_subject(rng))
        yield _general(title, "decision", day, rng, DECISION_NOTES)


def _incidents(days: Workdays, rng: Random) -> Iterator[_Candidate]:
    for day in pick_days(days.past, _INCIDENTS_COUNT, rng):
        title = rng.choice(INCIDENTS).format(_subject(rng))
        sentence = title[0].upper() + title[1:]
        yield _general(sentence, "incident", day, rng, INCIDENT_NOTES)


def _general(title: str, kind: Kind, day: date, rng: Random, notes: Sequence[str]) -> _Candidate:
    at = instant_of(day, rng.random())
    body = tuple(Passage("paragraph", note) for note in rng.sample(notes, 2))
    entry = LogEntry(title, kind, at, date=at, author=_anyone(rng), body=body)
    return _Candidate(entry, is_rare=True)


def _note(notes: Sequence[str], rng: Random) -> tuple[Passage, ...]:
    if rng.random() >= _NOTED_SHARE:
        return ()
    return (Passage("paragraph", rng.choice(notes)),)


def _subject(rng: Random) -> str:
    return rng.choice(SUBJECTS[rng.choice(PROJECTS)])


def _colleague(author: PersonKey, rng: Random) -> PersonKey:
    return rng.choice([person.key for person in TEAM if person.key != author])


def _anyone(rng: Random) -> PersonKey:
    return rng.choice(TEAM).key
