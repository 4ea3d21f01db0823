"""Where samples of AI tools come from: rows of Notion by the mirror, and our own records."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from playbooks.currency import currency_of
from playbooks.databases import kind_of
from playbooks.desk import Desk
from playbooks.errors import StoreUnusable
from playbooks.kept_readings import Reader
from playbooks.metric_answer import PROCEDURE
from playbooks.metric_period import MetricPeriod
from playbooks.opened import Opened, open_database
from playbooks.ports import Progress
from playbooks.records import Reading
from playbooks.roll_up import rolled_rows
from playbooks.rows import Row
from playbooks.tool_samples import ROLES, Flaw, RowReader, Sample, sample_of_record
from playbooks.verdict import Verdict

KIND = kind_of("ai_tool_metrics")


@dataclass(frozen=True, slots=True)
class ToolData:
    """Samples of every tool, the oldest first; what could not be read is told by `troubles`.

    `reading` is None where no rows could be read. `absent` are the roles that no property fills.
    `rolled_count` of the samples are of rows that a clean-up moved to the trash. `currency` is the
    code of that of the costs, None where no property tells.
    """

    samples: Sequence[Sample] = ()
    reading: Reading | None = None
    troubles: Sequence[Verdict] = ()
    flaws: Mapping[Flaw, Sequence[Row]] = field(default_factory=dict[Flaw, Sequence[Row]])
    absent: Sequence[str] = ()
    rolled_count: int = 0
    currency: str | None = None

    @property
    def is_whole(self) -> bool:
        """Whether no source is in trouble; one that is not set up is none."""
        return all(trouble.gate.status == "not_measured" for trouble in self.troubles)

    def within(self, period: MetricPeriod) -> list[Sample]:
        """The samples of that period."""
        return [sample for sample in self.samples if period.holds(sample.moment)]


async def read_tools(
    desk: Desk, span: MetricPeriod, *, run_id: str, progress: Progress, procedure: str = PROCEDURE
) -> ToolData:
    """Rows and records of that span; a row that only holds records kept here is not read twice."""
    recorded, trouble = await _recorded(desk, span)
    troubles = [] if trouble is None else [trouble]
    opened = await open_database(desk, KIND, procedure=procedure, run_id=run_id, progress=progress)
    if isinstance(opened, Verdict):
        return ToolData(recorded, troubles=[*troubles, opened])
    absent = [role for role in ROLES if role not in opened.names]
    lacking = [role for role in ("tool", "date") if role in absent]
    if lacking:
        misfit = Verdict.of(
            f"database {KIND.key}", "critical", f"no property fills {' and '.join(lacking)}", _MAP
        )
        return ToolData(recorded, opened.view.reading, [*troubles, misfit], absent=absent)
    try:
        reader, rolled_count = await _read(desk, opened, span)
    except StoreUnusable as error:
        unknown = Verdict.of(f"database {KIND.key}", "unknown", error.problem, error.remedy)
        return ToolData(recorded, opened.view.reading, [*troubles, unknown], absent=absent)
    samples = sorted([*reader.samples(), *recorded], key=lambda sample: sample.day)
    currency = currency_of(opened.roles.filled.get("cost"))
    return ToolData(
        samples, opened.view.reading, troubles, reader.flaws, absent, rolled_count, currency
    )


_MAP = (
    "Name the properties in playbooks.toml under [databases.ai_tool_metrics.properties]:"
    " `notion-playbooks init` proposes them."
)


async def _recorded(desk: Desk, span: MetricPeriod) -> tuple[list[Sample], Verdict | None]:
    try:
        records = await desk.usage.between(span.start, span.end)
    except StoreUnusable as error:
        return [], Verdict.of("recorded usage", "unknown", error.problem, error.remedy)
    return [sample_of_record(record) for record in records], None


def _as_it_is(row: Row) -> Row:
    """What a row says of calls hangs on the question; its values are parsed once."""
    return row


async def _read(desk: Desk, opened: Opened, span: MetricPeriod) -> tuple[RowReader, int]:
    """Every row, and how many of those of the span were rolled up."""
    try:
        ours = await desk.usage.page_ids(opened.view.schema.id)
    except StoreUnusable:
        ours = frozenset[str]()
    reader, there = RowReader(opened.names, desk.work.days, span.holds), set(ours)
    names = [opened.names[role] for role in ROLES if role in opened.names]
    kept = Reader(opened.view.schema.id, names, _as_it_is, way=names)
    async for row in desk.rows.read(opened.view, kept, desk.clock()):
        there.add(row.id)
        if row.id not in ours:
            reader.read(row)
    rows_count = len(reader.samples())
    for row in await rolled_rows(desk, opened, ROLES, there):
        reader.read(row)
    return reader, len(reader.samples()) - rows_count
