"""Verify the registry against its log, journal, anchors and artifacts, while other processes continue to write."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from data.audit.verifier.report import Report
from data.audit.verifier.since import verify_since
from data.audit.verifier.verification import verify
from data.registry.kept_note import kept_event, kept_note
from data.registry.pandas_stand_in import bind_without_pandas
from data.registry.registry import Registry
from data.registry.snapshot import copy_anchors, live_files, registry_snapshot


def verify_registry(registry: Registry, *, deep: bool, trusted_vkey: str | None = None) -> Report:
    """Compare every event with journal and anchors and return the report, which also lists unreadable files.

    `deep` also rebuilds every table from the events, hashes every stored file (artifacts, evidence, submissions,
    backups, dossiers), and compares keys and sealed seeds with the log. Raises StoreLockedError, and
    NestedTransactionError when this process holds the registry open.
    """
    with duckdb.connect() as connection:
        bind_without_pandas(connection)  # for the verifier, which has a connection of its own
    with registry_snapshot(registry) as files:
        home, copies = registry.home, (files.database, files.journal, files.anchors)
        stores = (home.artifacts, home.inbox, home.backups) if deep else (None, None, None)
        artifacts, inbox, backups = stores
        reports, keys = (home.reports, home.keys) if deep else (None, None)
        return verify(*copies, artifacts, deep, trusted_vkey, inbox, backups, files.authorities, reports, keys)


def verify_registry_since(registry: Registry, trusted: Path, trusted_vkey: str | None = None) -> Report:
    """Verify that the log continues a checkpoint that the caller trusts, and the events after it.

    `trusted` is a file with a note, the proof of an event, which is compared too, or a copy of an anchor. The files are
    read where they are, because that takes less time than a copy of them; nobody writes meanwhile. Raises InputError
    for a file without a checkpoint, and as `verify_registry` does.
    """
    note, proven = kept_note(trusted), kept_event(trusted)
    with duckdb.connect() as connection:
        bind_without_pandas(connection)
    with ExitStack() as stack:
        stack.enter_context(registry.store.locked())
        files = live_files(registry)
        if len(files.anchors) < len(registry.anchors):
            folder = Path(stack.enter_context(TemporaryDirectory(prefix="modelward-")))
            files = replace(files, anchors=copy_anchors(registry, folder))
        return verify_since(note, files.database, files.journal, files.anchors, trusted_vkey, files.authorities, proven)
