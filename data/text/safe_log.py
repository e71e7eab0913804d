r"""A logger whose messages stay on one line: names of files and texts of people cannot steer the reader's terminal.

LOG = safe_logger(__name__)
LOG.warning("notice file %s cannot be read", name)      # a harmful character in `name` is shown as its code, `\u202e`
"""

from __future__ import annotations

import logging
from typing import Any

from data.text.untrusted_text import on_one_line


class SafeLogger(logging.LoggerAdapter[logging.Logger]):
    """Shows each harmful character in the arguments of a message, and each line break, as its code."""

    def log(self, level: int, msg: object, *args: object, **kwargs: Any) -> None:
        """Log a message with these arguments; numbers keep their type, for formats like `%d`."""
        if self.isEnabledFor(level):
            shown = [arg if isinstance(arg, int | float) else on_one_line(str(arg)) for arg in args]
            self.logger.log(level, msg, *shown, **kwargs)


def safe_logger(name: str) -> SafeLogger:
    """Return the logger of a module."""
    return SafeLogger(logging.getLogger(name))
