"""Every way modelward says no: one hierarchy, each class with its remedy and exit code.

The last line of a message is the next thing to do; an operator at three in the morning acts on it.
Exit codes: 0 passed, 1 a gate or the registry refused, 2 the input or the command was wrong, 3 it could
not be carried out.
"""

from __future__ import annotations

from typing import ClassVar


class ModelwardError(Exception):
    """Something modelward could not do; `what` says what happened, `remedy` what to do next."""

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
    default_remedy = "read the reason, put it right and ask again"


class IllegalMoveError(RefusedError):
    """The lifecycle has no such move from this state."""

    default_remedy = "`modelward show MODEL/VERSION` names the state and the moves open from it"


class GateRefusedError(RefusedError):
    """A gate of the standard did not pass."""

    default_remedy = "follow the remedy of each gate that failed, then run `modelward validate` again"


class StaleEvidenceError(RefusedError):
    """What was judged is no longer what is there."""

    default_remedy = "run `modelward validate` again so that fresh evidence is judged"


class NotAuthorisedError(RefusedError):
    """This person may not take this step."""

    default_remedy = "`modelward people list` shows who holds which role"


class IndependenceError(NotAuthorisedError):
    """Somebody who worked on the version, or asked for the decision, may not take it."""

    default_remedy = "ask a person who did not contribute to this version"


class ProofError(RefusedError):
    """The proof of person does not hold."""

    default_remedy = "wait for the next one-time code and enter it once"


class LockedOutError(ProofError):
    """Too many wrong codes."""

    default_remedy = "wait until the lock-out ends, or have an administrator enrol the person anew"


class RequestClosedError(RefusedError):
    """The request was decided, withdrawn or has expired."""

    default_remedy = "open a new request by running the flow again"


class ConflictError(RefusedError):
    """Somebody else changed the same record first."""

    default_remedy = "look at the record as it is now and decide again"


class BusyError(RefusedError):
    """Another operation on this model is under way."""

    default_remedy = "wait for it to end; `modelward reconcile` finishes or undoes one that died"


class TransitionIncompleteError(RefusedError):
    """The retirement leaves somebody without a successor, a fallback or an answer."""

    default_remedy = "`modelward consumers ack` and the transition plan name who is missing"


# -- the input or the command was wrong (exit 2) --------------------------------------------------


class InputError(ModelwardError):
    """What was handed in cannot be read or does not fit."""

    exit_code = 2
    default_remedy = "put the named place right and run the command again"


class InvalidNameError(InputError):
    """A name holds what a name may not hold."""

    default_remedy = "use `team/name` of a–z, 0–9, dot, dash and underscore, at most 128 characters each"


class NotFoundError(InputError):
    """Nothing of that name is registered."""

    default_remedy = "`modelward inventory` lists every model and version"


class AmbiguousNameError(InputError):
    """The bare name belongs to more than one team."""

    default_remedy = "write the name as `team/name`"


class DocumentError(InputError):
    """A YAML, TOML or JSON file is broken; the message names file, line and fix."""


class StandardError(InputError):
    """A standard cannot be used as written; the message names file, line and fix."""


class SubmissionError(InputError):
    """A submission lacks something, or says something that cannot be."""

    default_remedy = "complete the submission folder; `modelward init` writes one with comments"


class LogFormatError(InputError):
    """A Parquet log or dataset lacks a mapped column, or holds what it may not hold."""

    default_remedy = "map the columns in model.yaml, or write the log as docs/log-layout.md says"


class StatisticsError(InputError):
    """A statistic was asked of counts that do not belong together."""

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
    """There is no registry here yet, or it was lost."""

    default_remedy = "`modelward people add` starts one; `modelward audit rebuild` restores one from the journal"


class ArtifactError(ModelwardError):
    """An artifact is missing or cannot be stored."""

    default_remedy = "register the version again from the original file"


class DigestMismatchError(ArtifactError):
    """The bytes are not those that were registered."""

    default_remedy = "restore the registered bytes from backup, or register these as a new version"


class AuditError(ModelwardError):
    """The audit log does not hold."""

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
    """The serving target did not take the version; the former one stays or was put back."""

    default_remedy = "make the serving target writable and run `modelward deploy` again"


class DeliveryError(ModelwardError):
    """A notice could not be carried further; it lies in the outbox and is tried again."""

    default_remedy = "`modelward notices list` says what was tried and when it is tried again"


class PrefectUnavailableError(ModelwardError):
    """The Prefect server could not be reached or did not come up."""

    default_remedy = "check PREFECT_API_URL, or unset it to run in process"


class AlreadyUpError(ModelwardError):
    """Another `modelward up` of this home runs already."""

    default_remedy = "`modelward status` shows what it runs, `modelward down` ends it"


class SupervisorError(ModelwardError):
    """What `modelward up` starts did not come up; everything that had been started was ended again."""

    default_remedy = "read the log that is named, put right what it says, and run `modelward up` again"
