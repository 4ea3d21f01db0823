"""Repairs sorted by class while a plan of them is made, and the plan's words."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from playbooks.aspects import requests_of
from playbooks.plan import Change
from playbooks.plan_kind import Draft
from playbooks.repair_bench import Mend
from playbooks.report import Gate
from playbooks.row_rules import RepairClass
from playbooks.targets import Target


@dataclass(slots=True)
class Gathering:
    """The repairs of one plan while they are gathered; `review` says of which class they are."""

    review: bool
    most: int
    changes: list[Change] = field(default_factory=list[Change])
    planned: Counter[str] = field(default_factory=Counter[str])
    others: Counter[str] = field(default_factory=Counter[str])
    waiting: Counter[str] = field(default_factory=Counter[str])
    never: Counter[str] = field(default_factory=Counter[str])
    told: dict[str, str] = field(default_factory=dict[str, str])
    gates: list[Gate] = field(default_factory=list[Gate])
    _targets: set[str] = field(default_factory=set[str])
    _pages: set[str] = field(default_factory=set[str])
    _trashed: set[str] = field(default_factory=set[str])

    @property
    def wanted(self) -> RepairClass:
        """The class that is planned."""
        return "review" if self.review else "safe"

    @property
    def is_full(self) -> bool:
        """Whether no more is planned."""
        return len(self.changes) >= self.most

    def take(self, rule: str, mend: Mend | None, bound: RepairClass, instead: str) -> None:
        """Sort a repair in; it is no surer than `bound`. `instead` is what a person should do."""
        if mend is None:
            self.leave(rule, instead)
        elif mend.changes:
            sure = "review" if "review" in {bound, mend.sure} else "safe"
            if sure != self.wanted:
                self.others[rule] += 1
            elif self.is_full or not self._is_free(mend.changes):
                self.waiting[rule] += 1
            else:
                self._plan(rule, mend.changes)

    def leave(self, rule: str, instead: str) -> None:
        """Nobody but the team knows what is right."""
        self.never[rule] += 1
        self.told.setdefault(rule, instead)

    def _plan(self, rule: str, changes: Sequence[Change]) -> None:
        self.planned[rule] += 1
        self.changes += changes
        for change in changes:
            self._targets.add(change.target)
            (self._trashed if _is_trashing(change) else self._pages).add(_page(change))

    def _is_free(self, changes: Sequence[Change]) -> bool:
        """Whether nothing else of the plan is about the same; what is edited is not trashed."""
        return not any(
            change.target in self._targets
            or _page(change) in self._trashed
            or (_is_trashing(change) and _page(change) in self._pages)
            for change in changes
        )


def _is_trashing(change: Change) -> bool:
    return Target.of(change.target).aspect == "trash"


def _page(change: Change) -> str:
    return Target.of(change.target).parts[0]


def drafted(gathering: Gathering) -> Draft:
    """The plan, with what it leaves aside and why."""
    changes = tuple(gathering.changes)
    return Draft(
        headline=_headline(gathering),
        changes=changes,
        gates=tuple(gathering.gates),
        evidence=(*_counts(gathering), *_left(gathering)),
        requests_count=sum(map(requests_of, changes)),
        looked_at_count=len(gathering.gates),
        measurements={
            "planned_count": gathering.planned.total(),
            f"{_other(gathering)}_count": gathering.others.total(),
            "waiting_count": gathering.waiting.total(),
            "never_count": gathering.never.total(),
        },
    )


def _other(gathering: Gathering) -> RepairClass:
    return "safe" if gathering.review else "review"


def _headline(gathering: Gathering) -> str:
    planned = gathering.planned.total()
    repairs = "1 repair" if planned == 1 else f"{planned} repairs"
    kinds = "to be looked at one by one" if gathering.review else "certain"
    told = f"{repairs}, {kinds}." if planned else f"Nothing to repair that is {kinds}."
    parts = [told]
    if waiting := gathering.waiting.total():
        parts.append(f"{waiting} more wait: apply these, then plan again.")
    if others := gathering.others.total():
        how = "without review" if gathering.review else "with review=true"
        parts.append(f"{others} {_other(gathering)}: plan {how}.")
    if never := gathering.never.total():
        parts.append(f"{never} only a person can put right.")
    return " ".join(parts)


def _counts(gathering: Gathering) -> Iterator[str]:
    lists = (
        (gathering.wanted, gathering.planned),
        ("waiting", gathering.waiting),
        (_other(gathering), gathering.others),
    )
    for word, counts in lists:
        yield from (f"{word}: {rule} {count}" for rule, count in sorted(counts.items()))


def _left(gathering: Gathering) -> Iterator[str]:
    for rule, count in sorted(gathering.never.items()):
        yield f"never: {rule} {count}: {gathering.told[rule]}"
