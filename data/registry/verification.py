"""Verify the registry against its log, journal, anchors and artifacts, while other processes continue to write."""

from __future__ import annotations

import duckdb

from data.audit.verifier.report import Report
from data.audit.verifier.verification import verify
from data.registry.pandas_stand_in import bind_without_pandas
from data.registry.registry import Registry
from data.registry.snapshot import registry_snapshot


def verify_registry(registry: Registry, *, deep: bool, trusted_vkey: str | None = None) -> Report:
    """Compare every event with journal and anchors and return the report, which also lists unreadable files.

    `deep` also rebuilds every table from the events and hashes every stored file: artifacts, evidence, submissions,
    backups. Raises StoreLockedError, and
    NestedTransactionError when this process holds the registry open.
    """
    with duckdb.connect() as connection:
        bind_without_pandas(connection)  # for the verifier, which has a connection of its own
    with registry_snapshot(registry) as files:
        home, copies = registry.home, (files.database, files.journal, files.anchors)
        stores = (home.artifacts, home.inbox, home.backups) if deep else (None, None, None)
        artifacts, inbox, backups = stores
        return verify(*copies, artifacts, deep, trusted_vkey, inbox, backups, files.authorities)
