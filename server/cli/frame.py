"""What every command that needs the configuration has around it."""

import argparse
import sys
from collections.abc import Callable

from playbooks.errors import ConfigurationInvalid, NotionError, PlaybookError, StoreUnusable
from server.cli.exits import FAILED, USAGE
from server.settings import Configuration, read_configuration
from server.workspace.errors import WorkspaceUnusable


def framed(options: argparse.Namespace, act: Callable[[Configuration], int]) -> int:
    """The exit status of `act`, given a configuration without mistakes.

    An error of ours is told in one line: FAILED where Notion, the store or the workspace cannot be
    used, USAGE where something else has to be asked for.
    """
    configuration = read_configuration(options.config)
    try:
        if configuration.mistakes:
            raise ConfigurationInvalid(configuration.mistakes)
        return act(configuration)
    except PlaybookError as error:
        sys.stderr.write(f"notion-playbooks: {error}\n")
        unusable = isinstance(error, NotionError | StoreUnusable | WorkspaceUnusable)
        return FAILED if unusable else USAGE
