"""The rules run over the rows of a database, in one pass and bounded memory."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from playbooks.contract import Contract
from playbooks.databases import DatabaseKey
from playbooks.desk import Desk, silent
from playbooks.opened import Opened
from playbooks.ports import Progress
from playbooks.row_rules import RuleResult
from playbooks.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Checkup:
    """A database whose rows were checked; `opened.view.reading` says how many it has."""

    key: DatabaseKey
    opened: Opened
    contract: Contract
    results: Sequence[RuleResult]
    scanned_count: int


async def failures(  # noqa: PLR0913 - what a person may ask
    desk: Desk,
    key: DatabaseKey,
    *,
    procedure: str,
    run_id: str,
    rules: Collection[str] = (),
    row_ids: Collection[str] = (),
    progress: Progress = silent,
) -> Checkup | Verdict:
    """Every rule (or those named, with or without the database) over every row (or those).

    The verdict on the database where its rows cannot be had. Each RuleResult has the rule with its
    repair class, and its failures, of which the first MOST_KEPT_ROWS have their values by property
    name: `opened.roles.filled[role]` is the property of a role.
    """
    raise NotImplementedError
