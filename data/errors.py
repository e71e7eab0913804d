"""Every error of modelward in one hierarchy; each class has a default remedy and an exit code.

A message says what happened, what was found and what is allowed. Its last line says what to do next. Exit codes: 0
passed, 1 a gate or the registry refused, 2 the input or the command was wrong, 3 the command could not be carried out.
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
        """The broken rule in words: `StaleEvidenceError` gives `stale evidence`."""
        name = type(self).__name__.removesuffix("Error")
        return "".join(f" {c.lower()}" if c.isupper() else c for c in name).strip()


# -- the registry or a gate refused (exit 1) ------------------------------------------------------


class RefusedError(ModelwardError):
    """The rules of the registry or a gate do not allow the action."""

    exit_code = 1
    default_remedy = "correct the stated cause, then try again"


class IllegalMoveError(RefusedError):
    """The lifecycle does not allow this change of state."""

    default_remedy = "run `modelward show MODEL/VERSION` for the current state and the possible moves"


class GateRefusedError(RefusedError):
    """A gate of the standard did not pass."""

    default_remedy = "follow the remedy of each failed gate, then run `modelward validate` again"


class StaleEvidenceError(RefusedError):
    """The evidence, standard or artifact changed after it was judged."""

    default_remedy = "run `modelward validate` again so that fresh evidence is judged"


class NotAuthorisedError(RefusedError):
    """The acting person does not have the right to do this."""

    default_remedy = "run `modelward people list` to see who holds which role"


class IndependenceError(NotAuthorisedError):
    """A person who worked on the version, or requested the decision, cannot make that decision."""

    default_remedy = "ask a person who did not contribute to this version"


class ProofError(RefusedError):
    """The proof of who is acting, such as a one-time code, is not valid."""

    default_remedy = "wait for the next one-time code and enter it once"


class LockedOutError(ProofError):
    """A person entered too many wrong one-time codes in a short time."""

    default_remedy = "wait until the lock-out ends, or ask an administrator to enrol the person again"


class SeedMismatchError(ProofError):
    """The stored seed of a person's one-time codes is not the seed with which that person was enrolled."""

    default_remedy = (
        "find out who changed keys/seeds.json; restore the key directory from its backup, or ask an administrator to"
        " enrol the person again"
    )


class RequestClosedError(RefusedError):
    """The approval request was decided or withdrawn, or has expired."""

    default_remedy = "open a new request by running the flow again"


class AlteredRowError(RefusedError):
    """A row of the registry that a decision rests on differs from its last image in the log."""

    default_remedy = "nothing was decided; keep the files as they are and run `modelward audit verify --deep`"


class ConflictError(RefusedError):
    """Another person or process changed the same record first."""

    default_remedy = "read the current record, then decide again"


class BusyError(RefusedError):
    """Another operation on this model is in progress."""

    default_remedy = "wait until that operation ends; if its process has ended, run `modelward reconcile`"


class TransitionIncompleteError(RefusedError):
    """The plan of a retirement lacks a successor, a fallback or an answer for at least one consumer."""

    default_remedy = "run `modelward consumers ack`, `silence` or `plan` for each consumer named in the message"


# -- the input or the command was wrong (exit 2) --------------------------------------------------


class InputError(ModelwardError):
    """The input cannot be read or is not valid."""

    exit_code = 2
    default_remedy = "correct the input named in the message, then run the command again"


class InvalidNameError(InputError):
    """A name has characters or a length that are not allowed."""

    default_remedy = "use `team/name` of a–z, 0–9, dot, dash and underscore, at most 128 characters each"


class NotFoundError(InputError):
    """The registry has nothing of this name."""

    default_remedy = "run `modelward inventory` to list every model and version"


class AmbiguousNameError(InputError):
    """More than one team has a model of this name, and the name was given without a team."""

    default_remedy = "write the name as `team/name`"


class DocumentError(InputError):
    """A YAML, TOML or JSON file cannot be read; the message gives the file, the line and the correction."""


class StandardError(InputError):
    """A standard is not valid; the message gives the file, the line and the correction."""


class SubmissionError(InputError):
    """A submission is incomplete, or contradicts itself."""

    default_remedy = "complete the submission folder; `modelward init` writes one with comments"


class LogFormatError(InputError):
    """A Parquet log or dataset lacks a mapped column, or holds values that are not allowed."""

    default_remedy = "map the columns in model.yaml, or write the log as docs/log-layout.md says"


class StatisticsError(InputError):
    """A statistic cannot be computed from the given counts, edges or columns."""

    default_remedy = "compute both profiles on the edges of the same reference"


class ConfigurationError(InputError):
    """A setting has a value that cannot be used."""

    default_remedy = "correct the setting; `modelward config show` prints the source of each setting"


# -- it could not be carried out (exit 3) ---------------------------------------------------------


class StoreError(ModelwardError):
    """The registry file cannot be used."""


class StoreLockedError(StoreError):
    """Another process has locked the registry."""

    default_remedy = "wait for the named process to end, or end it, then try again"


class NestedTransactionError(StoreError):
    """A transaction was started inside another transaction."""

    default_remedy = "end the outer transaction first"


class SchemaVersionError(StoreError):
    """The registry file was written by a newer version of modelward."""

    default_remedy = "install the modelward version that wrote it, or a later one"


class MissingRegistryError(StoreError):
    """This home has no registry yet, or its registry file was lost."""

    default_remedy = "run `modelward people add` to create one, or `modelward audit rebuild` to restore a lost one"


class ClockError(ModelwardError):
    """The clock of this host contradicts the last event or the time that passed since the last write."""

    default_remedy = (
        "set this host's clock (`timedatectl`), then try again; if the clock is right, run `modelward recover clock "
        "--reason TEXT`"
    )


class FileError(ModelwardError):
    """A file cannot be written or read: full disk, read-only or private folder, too many open files."""

    default_remedy = "free disk space, or make the file and its folder writable for this user, then try again"


class ArtifactError(ModelwardError):
    """An artifact is missing or cannot be stored."""

    default_remedy = "register the version again from the original file"


class DigestMismatchError(ArtifactError):
    """The bytes of an artifact do not have the digest under which they were registered."""

    default_remedy = "restore the registered bytes from backup, or register these as a new version"


class AuditError(ModelwardError):
    """The audit log fails verification."""

    default_remedy = "keep the files as they are and run `modelward audit verify --deep`"


class JournalError(AuditError):
    """The journal, or another append-only file outside the database, cannot be written or read."""

    default_remedy = "free disk space, or make the file and its folder writable, then try again"


class AnchorError(AuditError):
    """A checkpoint could not be anchored, or an anchor contradicts the database.

    `confirmed` has the anchors that stored the checkpoint nevertheless, each with the size that it confirmed.
    """

    confirmed: tuple[tuple[str, int], ...] = ()


class UnreachableAnchorError(AnchorError):
    """An anchor cannot be reached now; the checkpoints that it lacks are appended once it can be."""

    default_remedy = "mount the drive or create the folder of the anchor, then try again"


class ForgedEventError(AuditError):
    """The registry contains an event, or a row, that the log's key did not sign."""

    default_remedy = "nothing was written; keep the files as they are and run `modelward audit verify --deep`"


class SigningKeyError(ModelwardError):
    """A key is missing, readable by other users, or not the key that genesis declares."""

    default_remedy = "restore the key directory from its backup with mode 0600"


class PublishError(ModelwardError):
    """The serving target did not accept the change; the previous state stays or was restored."""

    default_remedy = "make the serving target writable and run `modelward deploy` again"


class DeliveryError(ModelwardError):
    """A notice could not be delivered; it stays in the outbox, and delivery is tried again."""

    default_remedy = "run `modelward notices list` to see the attempts and the time of the next one"


class PrefectUnavailableError(ModelwardError):
    """The Prefect server could not be reached or did not start."""

    default_remedy = "run `modelward doctor`, which names the Prefect server in use and says whether it answers"


class AlreadyUpError(ModelwardError):
    """Another `modelward up` of this home is already running."""

    default_remedy = "run `modelward status` to see its processes, or `modelward down` to stop them"


class SupervisorError(ModelwardError):
    """A process of `modelward up` did not start; the processes started before it were stopped."""

    default_remedy = "read the log named in the message, correct the fault, then run `modelward up` again"
