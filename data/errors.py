"""Every error of modelward: one hierarchy, each class with its remedy and exit code.

A message says what happened, what was found and what is allowed. Its last line is the next thing to do.
Exit codes: 0 passed, 1 a gate or the registry refused, 2 the input or the command was wrong, 3 it could
not be carried out.
"""

from __future__ import annotations

from typing import ClassVar


class ModelwardError(Exception):
    """An action that modelward could not carry out; `what` says what happened, `remedy` what to do next."""

    exit_code: ClassVar[int] = 3
    default_remedy: ClassVar[str] = "run `modelward doctor` and read what it reports"

    def __init__(self, what: str, remedy: str = "") -> None:
        super().__init__(what, remedy)
        self.what = what
        self.remedy = remedy or self.default_remedy

    def __str__(self) -> str:
        return f"{self.what}\n  → {self.remedy}"

    @property
    def code(self) -> str:
        """The broken rule in words: `StaleEvidenceError` reads `stale evidence`."""
        name = type(self).__name__.removesuffix("Error")
        return "".join(f" {c.lower()}" if c.isupper() else c for c in name).strip()


# -- the registry or a gate refused (exit 1) ------------------------------------------------------


class RefusedError(ModelwardError):
    """The rules do not allow it; the refusal itself is recorded."""

    exit_code = 1
    default_remedy = "read the reason, correct it and ask again"


class IllegalMoveError(RefusedError):
    """The lifecycle has no such move from this state."""

    default_remedy = "`modelward show MODEL/VERSION` names the state and the moves open from it"


class GateRefusedError(RefusedError):
    """A gate of the standard did not pass."""

    default_remedy = "follow the remedy of each gate that failed, then run `modelward validate` again"


class StaleEvidenceError(RefusedError):
    """The evidence, standard or artifact changed after it was judged."""

    default_remedy = "run `modelward validate` again so that fresh evidence is judged"


class NotAuthorisedError(RefusedError):
    """This person may not take this step."""

    default_remedy = "`modelward people list` shows who holds which role"


class IndependenceError(NotAuthorisedError):
    """A person who worked on the version, or asked for the decision, may not take it."""

    default_remedy = "ask a person who did not contribute to this version"


class ProofError(RefusedError):
    """The proof of person does not hold."""

    default_remedy = "wait for the next one-time code and enter it once"


class LockedOutError(ProofError):
    """Too many wrong codes in a short time."""

    default_remedy = "wait until the lock-out ends, or ask an administrator to enrol the person again"


class RequestClosedError(RefusedError):
    """The request was decided, withdrawn or has expired."""

    default_remedy = "open a new request by running the flow again"


class ConflictError(RefusedError):
    """Somebody else changed the same record first."""

    default_remedy = "read the record as it is now and decide again"


class BusyError(RefusedError):
    """Another operation on this model is under way."""

    default_remedy = "wait for it to end; `modelward reconcile` finishes or undoes an operation whose process ended"


class TransitionIncompleteError(RefusedError):
    """The retirement leaves a consumer without a successor, a fallback or an answer."""

    default_remedy = "`modelward consumers ack` and the transition plan name who is missing"


# -- the input or the command was wrong (exit 2) --------------------------------------------------


class InputError(ModelwardError):
    """The input cannot be read, or does not fit."""

    exit_code = 2
    default_remedy = "correct the named place and run the command again"


class InvalidNameError(InputError):
    """A name has characters or a length that are not allowed."""

    default_remedy = "use `team/name` of a–z, 0–9, dot, dash and underscore, at most 128 characters each"


class NotFoundError(InputError):
    """Nothing is registered under that name."""

    default_remedy = "`modelward inventory` lists every model and version"


class AmbiguousNameError(InputError):
    """The bare name belongs to more than one team."""

    default_remedy = "write the name as `team/name`"


class DocumentError(InputError):
    """A YAML, TOML or JSON file cannot be read; the message names file, line and correction."""


class StandardError(InputError):
    """A standard cannot be used as written; the message names file, line and correction."""


class SubmissionError(InputError):
    """A submission is incomplete, or contradicts itself."""

    default_remedy = "complete the submission folder; `modelward init` writes one with comments"


class LogFormatError(InputError):
    """A Parquet log or dataset lacks a mapped column, or holds values that are not allowed."""

    default_remedy = "map the columns in model.yaml, or write the log as docs/log-layout.md says"


class StatisticsError(InputError):
    """A statistic was computed on counts that do not belong together."""

    default_remedy = "measure both profiles on the edges of the same reference"


class ConfigurationError(InputError):
    """A setting has a value that cannot be used."""

    default_remedy = "`modelward config show` prints each setting and where it came from"


# -- it could not be carried out (exit 3) ---------------------------------------------------------


class StoreError(ModelwardError):
    """The registry file cannot be used."""


class StoreLockedError(StoreError):
    """Another process holds the registry."""

    default_remedy = "wait for the named process to end, or end it, and try again"


class NestedTransactionError(StoreError):
    """A transaction was begun inside another one."""

    default_remedy = "let the outer transaction end first"


class SchemaVersionError(StoreError):
    """The registry file was written by a newer modelward."""

    default_remedy = "install the modelward version that wrote it, or a later one"


class MissingRegistryError(StoreError):
    """There is no registry in this home yet, or it was lost."""

    default_remedy = "`modelward people add` starts one; `modelward audit rebuild` restores one from the journal"


class ArtifactError(ModelwardError):
    """An artifact is missing or cannot be stored."""

    default_remedy = "register the version again from the original file"


class DigestMismatchError(ArtifactError):
    """The bytes are not those that were registered."""

    default_remedy = "restore the registered bytes from backup, or register these as a new version"


class AuditError(ModelwardError):
    """The audit log fails verification."""

    default_remedy = "keep the files as they are and run `modelward audit verify --deep`"


class JournalError(AuditError):
    """The journal outside the database cannot be written or read."""

    default_remedy = "free space on, or make writable, the journal's directory; nothing was acknowledged"


class AnchorError(AuditError):
    """A checkpoint could not be anchored, or an anchor is ahead of the database."""


class SigningKeyError(ModelwardError):
    """A key is missing, readable by others, or not the one that genesis names."""

    default_remedy = "restore the key directory from its backup with mode 0600"


class PublishError(ModelwardError):
    """The serving target did not accept the version; the former one stays or was restored."""

    default_remedy = "make the serving target writable and run `modelward deploy` again"


class DeliveryError(ModelwardError):
    """A notice could not be delivered; it stays in the outbox and is tried again."""

    default_remedy = "`modelward notices list` shows the attempts and the time of the next one"


class PrefectUnavailableError(ModelwardError):
    """The Prefect server could not be reached or did not start."""

    default_remedy = "check PREFECT_API_URL, or unset it to run in process"


class AlreadyUpError(ModelwardError):
    """Another `modelward up` of this home runs already."""

    default_remedy = "`modelward status` shows what it runs, `modelward down` ends it"


class SupervisorError(ModelwardError):
    """A process of `modelward up` did not start; all that had been started were ended again."""

    default_remedy = "read the named log, correct what it reports, and run `modelward up` again"
