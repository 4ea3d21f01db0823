import pytest

from playbooks.bands import Bands
from resources.guides import guide, names


@pytest.mark.parametrize("procedure", names())
def test_a_guide_has_every_placeholder_filled(procedure: str) -> None:
    text = guide(procedure, Bands())

    assert text.startswith("# ")
    assert not any(f"{{{name}}}" in text for name in Bands.model_fields)


def test_a_guide_shows_the_thresholds_in_force() -> None:
    bands = Bands.model_validate({"error_rate_percent": {"good_below": 2, "critical_above": 9}})

    assert "good below 2, critical above 9" in guide("health_check", bands)


def test_there_is_no_guide_of_an_unknown_procedure() -> None:
    with pytest.raises(KeyError):
        guide("../health_check", Bands())
