"""The result of a verification, and how it is printed: what was proved, what this file cannot prove, the digests."""

from __future__ import annotations

from dataclasses import dataclass, field

from data.audit.standalone.fault_list import Fault, shown


@dataclass
class ExportReport:
    """What was read and counted; the digests are empty until they are computed. All sizes are numbers of events."""

    ok: bool = False
    origin: str = ""
    log_id: str = ""
    scope: str = ""
    taken_at: str = ""
    events: int = 0
    withheld: int = 0
    signed: int = 0
    anchored: int = 0
    sealed: int = 0
    unsigned: int = 0
    checkpoints: int = 0
    rows: int = 0
    documents: int = 0
    root: str = ""
    keys: list[str] = field(default_factory=list)
    key_fingerprint: str = ""
    export_digest: str = ""
    verifier_digest: str = ""
    is_key_trusted: bool = False
    own_anchors: int = 0
    own_proofs: int = 0
    first_bad_seq: int | None = None
    faults: list[Fault] = field(default_factory=list)
    fault_count: int = 0
    stamps: int = 0
    commits: list[str] = field(default_factory=list)

    @property
    def proved(self) -> list[str]:
        """What this verification proved, one sentence each; nothing if there is a fault."""
        if not self.ok:
            return []
        part = "the whole registry" if self.scope == "all" else f"the model {shown(self.scope)}"
        events = self.events - self.withheld
        sentences = [
            _FILES_ARE_NAMED,
            f"The {events} disclosed events are well-formed and in order; each contains the hash of the one before.",
            f"{self.checkpoints} checkpoints, signed by the log's key, state exactly the first {self.signed} events.",
            f"The exported tables ({self.rows} rows of {part}) are exactly what the disclosed events wrote.",
            f"Each of the {self.documents} documents has the SHA-256 that an event names.",
        ]
        if self.sealed:
            sentences.append(f"The seals of {self.sealed} events are signatures by the key of the log.")
        if self.anchored:
            sentences.append(f"The anchors in this export state the same history, up to event {self.anchored - 1}.")
        sentences += [f"{_COMMITS} {commit}." for commit in self.commits]
        if self.own_anchors > self.own_proofs:
            sentences.append(_OWN_ANCHORS)
        return [*sentences, f"The events of {self.own_proofs} {_OWN_PROOFS}"] if self.own_proofs else sentences

    @property
    def not_proved(self) -> list[str]:
        """What this verification cannot prove, one sentence each."""
        sentences = [*([] if self.is_key_trusted else [_WHOSE_KEY]), *_NEVER_PROVED]
        if self.unsigned:
            sentences.append(f"{self.unsigned} events after the last checkpoint have no seal: {_MANIFEST_ONLY}")
        if self.stamps:
            sentences.append(f"It did not verify the signatures of {self.stamps} time stamps: {_STAMPS}")
        if self.withheld:
            sentences.append(f"{self.withheld} events are withheld; only their hashes are here. {_WITHHELD_CHANGES}")
        return sentences


_FILES_ARE_NAMED = "Every file is the one that the signed manifest names; none is missing and none was added."
_OWN_ANCHORS = "The checkpoints that you gave state the same history."
_OWN_PROOFS = "proofs that you gave are in this log, with the same content and number."
_WHOSE_KEY = (
    "It cannot prove whose key this is: compare the key fingerprint with the published one, or give the published key "
    "with --trusted-vkey."
)
_NEVER_PROVED = (
    (
        "It cannot prove that this is the newest state, or that nobody else was shown another history: compare size "
        "and root with a checkpoint from another source, or give one with --anchor."
    ),
    (
        "It did not judge the decisions again, such as roles and independence: `modelward audit verify --deep` does, "
        "from the same events."
    ),
    "It cannot prove that a time is right: times are those of the registry's clock.",
    "It compared the JSON lines of each table with the events, but not the Parquet file, which is a copy for analysis.",
    "It cannot prove that verify.py is genuine: use a copy from a source you trust, or compare its digest.",
)
_COMMITS = "The commits of a git anchor contain its checkpoints; compare the last one with your clone:"
_STAMPS = "`openssl ts -verify -CAfile log/timestamp-ca.pem` does, for the note and the response of each line."
_MANIFEST_ONLY = "only the signature of this export's manifest covers them."
_WITHHELD_CHANGES = "It cannot prove that none of them changed later what is shown here."


def report_text(report: ExportReport) -> str:
    """Return the report as lines for a person."""
    lines = [
        "THE EXPORT IS VERIFIED" if report.ok else f"THE EXPORT FAILS VERIFICATION, faults: {report.fault_count}",
        f"log {shown(report.origin)}, export of {shown(report.scope)}, taken at {shown(report.taken_at)}",
        f"{report.events} events ({report.withheld} withheld), {report.signed} under a signed checkpoint",
    ]
    if report.faults:
        lines += ["", "Faults", *[f"  {_fault_line(fault)}" for fault in report.faults]]
        first = report.first_bad_seq
        lines += [f"  the first bad event is event {first}"] if first is not None else []
    if report.proved:
        lines += ["", "Proved", *[f"  + {sentence}" for sentence in report.proved]]
    lines += ["", "Not proved", *[f"  - {sentence}" for sentence in report.not_proved]]
    lines += ["", "Compare with what the operator published", *[f"  {line}" for line in _digest_lines(report)]]
    return "\n".join(lines) + "\n"


def _fault_line(fault: Fault) -> str:
    return f"{fault.place}{'' if fault.seq is None else f', event {fault.seq}'}: {fault.what}"


def _digest_lines(report: ExportReport) -> list[str]:
    return [
        f"log id           {shown(report.log_id)}",
        f"key              {shown(report.keys[-1] if report.keys else '')}",
        f"key fingerprint  {report.key_fingerprint}",
        f"size             {report.events}",
        f"root             {report.root}",
        f"export           {report.export_digest}",
        f"verify.py        {report.verifier_digest}",
    ]
