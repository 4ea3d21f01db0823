"""The written playbook of each procedure, with the thresholds in force."""

from importlib.resources import files

from playbooks.bands import Bands


def names() -> list[str]:
    """The procedures that have a guide."""
    texts = (entry.name for entry in files(__name__).iterdir())
    return sorted(name.removesuffix(".md") for name in texts if name.endswith(".md"))


def guide(procedure: str, bands: Bands) -> str:
    """The text of a procedure's guide; KeyError when there is none."""
    if procedure not in names():
        raise KeyError(procedure)
    text = (files(__name__) / f"{procedure}.md").read_text("utf-8")
    return text.format_map(
        {name: _shown(getattr(bands, name)) for name in type(bands).model_fields}
    )


def _shown(threshold: object) -> str:
    return f"{threshold:g}" if isinstance(threshold, float) else str(threshold)
