"""Packs the verifier into one file that an auditor runs without modelward: `python verifier.pyz --database …`."""

from __future__ import annotations

import zipfile
from pathlib import Path

from data.files.file_access import PRIVATE_FOLDER

_LAYER = Path(__file__).parents[1]
_FIRST_LINE = b"#!/usr/bin/env python3\n"
_START = "import sys\n\nfrom data.audit.verifier.__main__ import main\n\nsys.exit(main())\n"
_EPOCH = (1980, 1, 1, 0, 0, 0)


def write_verifier(target: Path) -> Path:
    """Write the verifier to `target` as one executable archive of its sources and return `target`.

    The same sources always give the same bytes.
    """
    sources = [_LAYER / "__init__.py", _LAYER / "audit" / "__init__.py", *sorted(_folder().rglob("*.py"))]
    members = {str(Path("data") / path.relative_to(_LAYER)): path.read_text(encoding="utf-8") for path in sources}
    with target.open("wb") as file:
        file.write(_FIRST_LINE)
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in {"__main__.py": _START, **members}.items():
                archive.writestr(zipfile.ZipInfo(name, _EPOCH), text, zipfile.ZIP_DEFLATED)
    target.chmod(PRIVATE_FOLDER)
    return target


def _folder() -> Path:
    return _LAYER / "audit" / "verifier"
