"""Joins modules into one file for a bare Python: `verify.py` of every export, and `modelward_check.py` of a server.

The modules are joined in the order of their imports: the imports of the standard library once at the top, then each
module without its imports. Nothing is rewritten, so the file reads like the modules that the tests run.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Sequence
from pathlib import Path

FOLDER = Path(__file__).parent / "standalone"
CHECKER_FOLDER = Path(__file__).parent / "checker"
PACKAGE = "data.audit.standalone"
CHECKER_PACKAGE = "data.audit.checker"
MODULES = (
    "json_spelling", "curve_signature", "signed_note", "fault_list", "export_files", "log_declaration", "merkle_roots",
    "repeated_ids", "event_format", "event_log", "anchor_line", "checkpoint_check", "exported_rows", "stored_documents",
    "merkle_proofs", "proof_file", "proof_report", "proof_verification", "export_report", "export_verification",
    "verifier_command",
)  # fmt: skip
"""Every module of the verifier, each after those that it imports."""
SHARED = ("curve_signature", "signed_note")
"""The modules of the verifier that the checker of a server contains too."""
CHECKER_MODULES = ("served_manifest", "served_bytes", "newest_event", "checker_command")
"""Every module of the checker, each after those that it imports."""
_HEAD = '''#!/usr/bin/env python3
"""Verifies an export of a modelward registry: `python3 verify.py`, or `python3 verify.py --help`.

Needs Python 3.9 or newer and its standard library, nothing else, and works offline. Exit code 0: verified; 1: there is
at least one fault; 2: nothing could be verified. README.md beside this file says what is verified, and how.
"""

from __future__ import annotations

'''
_CHECKER_HEAD = '''#!/usr/bin/env python3
"""Verifies the manifest of a served model before a server loads it: `python3 modelward_check.py --help`.

Needs Python 3.9 or newer and its standard library, nothing else. Exit code 0: the model may be loaded; 1: it must not
be loaded; 2: an option is wrong; 3: nothing serves. docs/serving.md of modelward describes the format.
"""

from __future__ import annotations

'''
_START = '\n\nif __name__ == "__main__":\n    sys.exit(main())\n'


def standalone_verifier() -> bytes:
    """Return the verifier as the text of one Python file. The same modules always give the same bytes."""
    return _joined(_HEAD, [FOLDER / f"{name}.py" for name in MODULES])


def standalone_checker() -> bytes:
    """Return the checker of a model server as the text of one Python file. Always the same bytes too."""
    files = [FOLDER / f"{name}.py" for name in SHARED] + [CHECKER_FOLDER / f"{name}.py" for name in CHECKER_MODULES]
    return _joined(_CHECKER_HEAD, files)


def standalone_digest() -> str:
    """Return `sha256:<hex>` of the file, which is published with each release."""
    return "sha256:" + hashlib.sha256(standalone_verifier()).hexdigest()


def _joined(head: str, files: Sequence[Path]) -> bytes:
    imports: set[str] = set()
    sections = [_section(path, imports) for path in files]
    return (head + "\n".join(sorted(imports, key=_order)) + "\n" + "".join(sections) + _START).encode()


def _section(path: Path, imports: set[str]) -> str:
    """Return a module without docstring and imports, below a comment with its docstring; collect its imports."""
    name, text = path.stem, path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    lines = text.split("\n")
    removed: set[int] = set()
    for node in tree.body:
        is_docstring = node is tree.body[0] and isinstance(node, ast.Expr)
        if is_docstring or isinstance(node, (ast.Import, ast.ImportFrom)):
            removed.update(range(node.lineno - 1, node.end_lineno or node.lineno))
        if isinstance(node, (ast.Import, ast.ImportFrom)) and not _is_internal(node):
            imports.add(ast.unparse(node))
    comment = "\n".join(f"# {line}".rstrip() for line in (ast.get_docstring(tree) or "").split("\n"))
    kept = "\n".join(line for number, line in enumerate(lines) if number not in removed).strip("\n")
    return f"\n\n# ---- {name.replace('_', ' ')} {'-' * (105 - len(name))}\n{comment}\n\n{kept}\n"


def _is_internal(node: ast.Import | ast.ImportFrom) -> bool:
    module = node.module if isinstance(node, ast.ImportFrom) else ""
    return module == "__future__" or (module or "").startswith((PACKAGE, CHECKER_PACKAGE))


def _order(line: str) -> tuple[bool, str]:
    return line.startswith("from"), line
