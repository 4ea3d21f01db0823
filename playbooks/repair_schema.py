"""How a schema that is not as its contract says is put right."""

from collections.abc import Sequence
from dataclasses import dataclass

from playbooks.contract_check import Mismatch
from playbooks.data_ports import Editor
from playbooks.databases import kind_of
from playbooks.desk import DatabaseSetting
from playbooks.drift import Drift
from playbooks.plan import Change
from playbooks.repair_bench import Mend
from playbooks.repair_values import column_for, with_options
from playbooks.row_rules import RepairClass
from playbooks.text import shown
from playbooks.validation import Validated


@dataclass(frozen=True, slots=True)
class Columns:
    """Repairs of one table's schema; may raise a NotionError."""

    validated: Validated
    setting: DatabaseSetting
    data_source_id: str
    editor: Editor

    async def mend(self, mismatch: Mismatch) -> Mend | None:
        """The repair; None where a person has to decide what was meant."""
        match mismatch.kind:
            case "missing" | "mistaken":
                return await self._restored(mismatch)
            case "option_missing":
                return await self._completed(mismatch)
            case "retyped" | "target_changed":
                return None

    async def _restored(self, mismatch: Mismatch) -> Mend | None:
        """Renamed back where it was renamed, which a person has to look at; else made anew."""
        name = self._name(mismatch)
        renamed = self._renamed(name)
        if renamed is not None:
            before = await self.editor.column(self.data_source_id, renamed.property_id)
            after = None if before is None else {**before, "name": name}
            key = renamed.property_id
            return _mend("review", self._change(key, name, before, after, "renamed back"))
        after = column_for(name, mismatch.expected.wanted)
        if after is None or await self.editor.column(self.data_source_id, name) is not None:
            return None
        return _mend("safe", self._change(name, name, None, after, "the contract requires it"))

    async def _completed(self, mismatch: Mismatch) -> Mend | None:
        """Options as agreed; of a status Notion takes none, and a renamed one is only renamed."""
        prop, lacking = mismatch.property, mismatch.options
        if prop is None or prop.type == "status" or self._were_renamed(prop.id, lacking):
            return None
        before = await self.editor.column(self.data_source_id, prop.id)
        if before is None or prop.type not in before:
            return None
        there = {option["name"] for option in before[prop.type]["options"]}
        names = [name for name in lacking if name not in there]
        after = with_options(before, prop.type, names)
        return _mend("safe", self._change(prop.id, prop.name, before, after, "options as agreed"))

    def _name(self, mismatch: Mismatch) -> str:
        """As configured, else as people usually call it."""
        expected = mismatch.expected
        if expected.role is None:
            return expected.label
        configured = self.setting.properties.get(expected.role)
        roles = kind_of(self.validated.key).roles
        usual = next((r.names[0] for r in roles if r.name == expected.role), expected.role)
        return configured or usual.capitalize()

    def _renamed(self, name: str) -> Drift | None:
        drifts: Sequence[Drift] = self.validated.drifts
        return next((d for d in drifts if d.kind == "renamed" and d.before == name), None)

    def _were_renamed(self, property_id: str, names: Sequence[str]) -> bool:
        return any(
            each.kind == "option_renamed" and each.property_id == property_id
            for each in self.validated.drifts
            if each.before in names
        )

    def _change(self, key: str, name: str, before: object, after: object, why: str) -> Change:
        return Change(
            target=f"column/{self.data_source_id}/{key}",
            before=before,
            after=after,
            expected=why,
            shown=f"column {shown(name)}",
        )


def _mend(sure: RepairClass, change: Change) -> Mend:
    return Mend(sure, (change,) if change.before != change.after else ())
