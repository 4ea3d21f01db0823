import pytest

from playbooks.contract import Contract, PropertyContract, default_contract, over_default
from playbooks.contract_check import Mismatch, mismatches, unknown_rules
from playbooks.databases import kind_of
from playbooks.mapping import map_roles
from playbooks.objects import DataSource, Option, Property

LOG = kind_of("development_log")
TITLE = Property("t", "Name", "title")
DATE = Property("d", "Date", "date")
KIND = Property("k", "Kind", "select", (Option("commit"), Option("review")))
TASK = Property("r", "Task", "relation", target_data_source_id="tasks")


def checked(
    *properties: Property, own: Contract | None = None, configured: dict[str, str] | None = None
) -> list[Mismatch]:
    schema = DataSource("s", "Log", None, in_trash=False, url="", properties=properties)
    contract = over_default("development_log", own or Contract())
    return mismatches(contract, schema, map_roles(LOG, properties, configured or {}))


def test_what_the_playbook_requires_is_enough() -> None:
    assert checked(TITLE, DATE) == []


@pytest.mark.parametrize(
    ("properties", "own", "kind", "severity"),
    [
        pytest.param([TITLE], Contract(), "missing", "critical", id="missing"),
        pytest.param(
            [TITLE, DATE, KIND],
            Contract(properties={"kind": PropertyContract(types=("status",))}),
            "retyped",
            "warning",
            id="retyped",
        ),
        pytest.param(
            [TITLE, DATE, KIND],
            Contract(properties={"kind": PropertyContract(options=("commit", "deploy"))}),
            "option_missing",
            "warning",
            id="option",
        ),
        pytest.param(
            [TITLE, DATE, TASK],
            Contract(properties={"task": PropertyContract(target="others")}),
            "target_changed",
            "warning",
            id="target",
        ),
        pytest.param(
            [TITLE, DATE],
            Contract(others={"Sprint": PropertyContract(required=True)}),
            "missing",
            "critical",
            id="property-without-a-role",
        ),
    ],
)
def test_a_schema_that_is_not_as_agreed_is_told(
    properties: list[Property], own: Contract, kind: str, severity: str
) -> None:
    (mismatch,) = checked(*properties, own=own)

    assert (mismatch.kind, mismatch.severity) == (kind, severity)


def test_a_configured_name_that_leads_to_another_type_is_told() -> None:
    (mismatch,) = checked(TITLE, DATE, configured={"date": "Name"})

    assert (mismatch.kind, mismatch.severity) == ("mistaken", "critical")
    assert "of type title" in mismatch.says


def test_the_options_that_are_missing_are_named() -> None:
    own = Contract(properties={"kind": PropertyContract(options=("commit", "deploy", "meet`ing"))})
    (mismatch,) = checked(TITLE, DATE, KIND, own=own)

    assert mismatch.options == ("deploy", "meet`ing")
    assert "`deploy`, `meet'ing`" in mismatch.says


def test_a_rule_that_is_none_is_named() -> None:
    contract = default_contract("development_log")
    known = {"missing_date"}

    assert unknown_rules(contract, known) == []
    assert unknown_rules(
        Contract.model_validate({"rules": {"missing_dat": {}, "missing_date": {}}}), known
    ) == ["missing_dat"]
