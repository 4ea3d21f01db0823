"""The properties that an import makes."""

from playbooks.databases import kind_of
from playbooks.mapping import map_roles
from playbooks.objects import Property
from server.importing.fields import FIELDS


def test_the_health_check_recognises_every_property_of_its_roles_in_every_type() -> None:
    kind = kind_of("task_management")
    known = {role.name for role in kind.roles}

    for position in range(2):
        made = [
            Property(field.role, field.property, field.types[min(position, len(field.types) - 1)])
            for field in FIELDS
        ]
        mapped = map_roles(kind, made, {})

        assert {role: prop.id for role, prop in mapped.filled.items()} == {
            field.role: field.role for field in FIELDS if field.role in known
        }
        assert mapped.missing == ()
