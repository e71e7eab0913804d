"""The report on one proof file: what it proves, what it cannot prove, and the event that it is about."""

from __future__ import annotations

from dataclasses import dataclass, field

from data.audit.standalone.fault_list import Fault, shown


@dataclass
class ProofReport:
    """What a proof file says. `index` is the number of the event, None for a proof of consistency.

    `size` and `root` are those of the newer checkpoint, `old_size` that of the older one. `event` holds the fields of
    the event as text. `keys` are the keys that were used, `is_key_trusted` says that they were given by the caller.
    """

    ok: bool = False
    file: str = ""
    origin: str = ""
    index: int | None = None
    old_size: int | None = None
    size: int = 0
    root: str = ""
    is_sealed: bool = False
    keys: list[str] = field(default_factory=list)
    key_fingerprints: list[str] = field(default_factory=list)
    is_key_trusted: bool = False
    event: dict[str, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    @property
    def proved(self) -> list[str]:
        """What the file proves, one sentence each; nothing if there is a fault."""
        if not self.ok:
            return []
        if self.index is None:
            return [f"The log of {self.size} events begins with the {self.old_size} events of the older checkpoint."]
        sentences = [
            f"The event below is event {self.index} of the log whose first {self.size} events the checkpoint states.",
            "The checkpoint is signed by the key below.",
        ]
        return [*sentences, "The event was sealed by the key of the log when it was written."][: 2 + self.is_sealed]

    @property
    def not_proved(self) -> list[str]:
        """What the file cannot prove, one sentence each."""
        about = [_STILL_THERE, _JUDGED] if self.index is not None else [_OTHER_HISTORY]
        return [*([] if self.is_key_trusted else [_WHOSE_PROOF_KEY]), *about]


_WHOSE_PROOF_KEY = (
    "It cannot prove whose key this is: compare the key fingerprint with the published one, or give the published key "
    "with --key."
)
_STILL_THERE = (
    "It cannot prove that the registry still has this event: verify an export together with this file "
    "(verify.py FOLDER --proof FILE), or run `modelward audit verify --since FILE` on the registry."
)
_JUDGED = "It cannot prove that a decision followed the rules, or that a time is right."
_OTHER_HISTORY = "It cannot prove that nobody else was shown another history: compare with their checkpoints."


def proof_text(report: ProofReport) -> str:
    """Return the report as lines for a person."""
    what = "A CONSISTENCY PROOF" if report.index is None else f"THE PROOF OF EVENT {report.index}"
    lines = [f"{what} {'IS VERIFIED' if report.ok else 'FAILS VERIFICATION'}", f"{report.file}, {report.origin}"]
    if report.faults:
        lines += ["", "Faults", *[f"  {fault.place}: {fault.what}" for fault in report.faults]]
    if report.proved:
        lines += ["", "Proved", *[f"  + {sentence}" for sentence in report.proved]]
    lines += ["", "Not proved", *[f"  - {sentence}" for sentence in report.not_proved]]
    if report.event:
        lines += ["", "The event", *[f"  {name:<26} {value}" for name, value in report.event.items()]]
    lines += ["", "Compare with what the operator published"]
    lines += [f"  key              {shown(key)}" for key in report.keys]
    lines += [f"  key fingerprint  {fingerprint}" for fingerprint in report.key_fingerprints]
    lines += [f"  size             {report.size}", f"  root             {report.root}"]
    return "\n".join(lines) + "\n"
