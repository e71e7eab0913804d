"""Finds the files of a home that other users could read, and the command that removes their access."""

from __future__ import annotations

import stat
from dataclasses import dataclass

from data.files.file_access import OTHERS, open_to_others
from data.files.home import Home
from data.files.served_folder import ServedAccess, ServedFolder


@dataclass(frozen=True)
class Exposure:
    """What gives access to other users, and a remedy. `is_open` is True if they can also reach it through the home."""

    is_open: bool
    observed: str
    remedy: str


def exposure_of(home: Home, access: ServedAccess) -> Exposure | None:
    """Return what in a home gives other users more access than the settings for the served folder; None for nothing.

    The key directory is left out, since it has a check of its own. Raises OSError for a folder that cannot be read.
    """
    if stat.S_IMODE(home.root.stat().st_mode) & OTHERS & ~access.root_mode:
        return Exposure(
            True,
            f"other users have access to {home.root}",
            f"run `chmod {access.root_mode:o} {home.root}` as its owner",
        )
    exposed = [path for path in open_to_others(home.root, {home.serving, home.keys}) if path != home.root]
    if exposed:
        tops = sorted({home.root / path.relative_to(home.root).parts[0] for path in exposed})
        return Exposure(
            False,
            f"files and folders whose mode gives access to other users: {len(exposed)}, first {exposed[0]}",
            f"run `chmod -R go= {' '.join(map(str, tops))}`",
        )
    misfits = list(ServedFolder(home, access).misfits())
    if misfits:
        return Exposure(
            False,
            f"served files and folders with another mode or group than set: {len(misfits)}, first {misfits[0]}",
            f"run `{_command(home, access)}`",
        )
    return None


def _command(home: Home, access: ServedAccess) -> str:
    group, others = ("rX" if access.mode & bit else "" for bit in (stat.S_IRGRP, stat.S_IROTH))
    modes = f"chmod -R u=rwX,g={group},o={others} {home.serving}"
    return modes if access.group is None else f"chgrp -R {access.group} {home.serving} && {modes}"
