"""The sample: an invented small team's last half year, with honest defects to find."""

from server.workspace.sample.defects import DEFECTS, Defect
from server.workspace.sample.loader import create_sample

__all__ = ["DEFECTS", "Defect", "create_sample"]
