"""The page for an auditor in every export: what the folder contains, how to verify it, and what to compare."""

from __future__ import annotations

from collections.abc import Mapping

_PAGE = """# Export of a modelward registry

This folder contains {scope} of the log `{origin}`, as it was at {taken_at}:
{events} events{withheld}. You can verify it offline. You need Python 3.9 or newer; no package, no database and no part
of modelward.

## Verify it

    python3 -I -S verify.py

The last lines are digests. Compare them with those that the operator publishes or gave you earlier: the **log id** and
the **key fingerprint** say whose log this is, **size** and **root** which history, **export** which export.

Do not rely on the `verify.py` of this folder alone: whoever can change the export can change this file too, and a
changed one prints what it wants. Run a copy that you trust, for example that of an earlier export, on this folder:

    python3 -I -S /trusted/verify.py .

Or compare its SHA-256 (`sha256sum verify.py`) with the one that the operator published when the export was made.

| option | use |
|---|---|
| `--trusted-vkey KEY` | the first key of the log, from a source that you trust; another key is then a fault |
| `--anchor FILE` | checkpoints of this log that you keep: a later export must continue the history that they state |
| `--proof FILE` | the proof of an event that you keep, such as an approver's receipt: is the event in this log |
| `--deep` | also verify the seals of events that a checkpoint covers |
| `--json` | the report as JSON |

Exit code 0: verified; 1: there is at least one fault; 2: nothing could be verified.

## What the folder contains

| path | content |
|---|---|
| `log/journal.jsonl` | the events, one a line: the canonical JSON body, a tab, the base64 of the seal; a withheld \
event is `leaf` and its hash |
| `log/checkpoints.jsonl` | the signed checkpoints of the registry, one JSON string a line |
| `log/anchor-N.jsonl` | the checkpoints of each anchor, a store outside the database |
| `log/timestamp-ca.pem` | with a time-stamp authority as an anchor: the root certificates for its stamps |
| `tables/*.jsonl` | the present rows of each table, one JSON object a line; they are compared with the events |
| `tables/*.parquet` | the same rows for analysis, for example with pandas or DuckDB |
| `documents/` | evidence, standards, submissions and models, each named by its SHA-256 |
| `manifest.json`, `manifest.note` | size and SHA-256 of every file, and their signature by the key of the log |
| `verify.py` | the verifier |

## Read it

    grep '"type":"approval.decided"' log/journal.jsonl
    python3 -c "import json; [print(json.loads(line)) for line in open('tables/version.jsonl')]"

The checkpoints are C2SP signed notes; after `jq -r .` other tools can verify them with this key:

    {vkey}

What verification proved, and what it cannot prove, is in its output. The format is documented in modelward's
`docs/audit-format.md`.
"""


def export_readme(fields: Mapping[str, object]) -> str:
    """Return the page for an export with these fields of the manifest."""
    model = fields["scope"] != "all"
    scope = f"the model `{fields['scope']}`" if model else "everything"
    withheld = f", of which {fields['withheld']} about other models are withheld" if fields["withheld"] else ""
    return _PAGE.format_map({**fields, "scope": scope, "withheld": withheld})
