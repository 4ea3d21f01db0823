"""Which rules a database has, judged as its contract says."""

from collections.abc import Iterator
from dataclasses import replace

from playbooks.contract import RuleContract
from playbooks.databases import DatabaseKey
from playbooks.row_rules import Rule, Scene
from playbooks.row_rules_calls import call_rules
from playbooks.row_rules_relations import relation_rules
from playbooks.row_rules_tasks import task_rules
from playbooks.row_rules_values import date_rules, spaced_title, value_rules


def rules_for(scene: Scene) -> list[Rule]:
    """Every rule that the contract does not switch off, in a fixed order."""
    wanted = ((rule, scene.contract.rule(rule.name)) for rule in _all(scene))
    return [_as_agreed(rule, agreed) for rule, agreed in wanted if agreed.enabled]


def rule_ids(scene: Scene) -> tuple[str, ...]:
    """The ids of all rules, those included that the contract switches off."""
    return tuple(rule.id for rule in _all(scene))


def _as_agreed(rule: Rule, agreed: RuleContract) -> Rule:
    return replace(rule, severity=agreed.severity or rule.severity, mostly=agreed.mostly)


def _all(scene: Scene) -> Iterator[Rule]:
    yield from value_rules(scene)
    yield from _of(scene.key)
    if any(each.type == "relation" for each in scene.schema.properties):
        yield from relation_rules(scene.key)


def _of(key: DatabaseKey) -> Iterator[Rule]:
    if key != "ai_tool_metrics":
        yield spaced_title(key)
    if key != "task_management":
        yield from date_rules(key)
    if key == "task_management":
        yield from task_rules()
    if key == "ai_tool_metrics":
        yield from call_rules()
