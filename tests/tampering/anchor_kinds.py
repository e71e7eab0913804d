"""Changes to the anchors: the file of checkpoints, the git branch, the time stamps and their certificates."""

from __future__ import annotations

import base64
import json
import random
import shutil
from collections.abc import Callable

from data.audit.anchors.git_anchor import GitAnchor
from data.audit.keys import SigningKey
from data.audit.note import sign_checkpoint
from tests.git_repositories import git
from tests.tampering.flipped_bit import flip, flipped_bit
from tests.tampering.kind import ExpectedFinding, Kind, Lines, Tamper
from tests.tampering.tampered_home import BRANCH, TamperedHome


def anchor_lines(edit: Callable[[Lines, random.Random], Lines], says: str) -> Tamper:
    """Edit the lines of the file of checkpoints."""

    def tamper(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
        home.edit_lines(home.home.anchor, lambda lines: edit(lines, chosen))
        return ExpectedFinding(None, says)

    return tamper


def anchor_flipped(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
    flip(home.home.anchor, chosen)
    return ExpectedFinding(None, "anchor checkpoints.txt")


def without_line(lines: Lines, chosen: random.Random) -> Lines:
    place = chosen.randrange(len(lines) - 1)
    return lines[:place] + lines[place + 1 :]


def exchanged(lines: Lines, chosen: random.Random) -> Lines:
    place = chosen.randrange(len(lines) - 1)
    return [*lines[:place], lines[place + 1], lines[place], *lines[place + 2 :]]


def anchor_missing(home: TamperedHome, _: random.Random) -> ExpectedFinding:
    home.home.anchor.unlink()
    return ExpectedFinding(None, "anchor checkpoints.txt is missing")


def note_of(home: TamperedHome, size: int, key: SigningKey, root: bytes) -> bytes:
    return json.dumps(sign_checkpoint(home.origin, size, root, key), ensure_ascii=False).encode()


def forged_note(is_stolen: bool, ahead: bool) -> Tamper:
    """Append a note of a root that the log does not have; `ahead` of a size that it does not have."""

    def tamper(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
        key = home.key if is_stolen else SigningKey(home.origin, chosen.randbytes(32))
        free = sorted(set(range(2, home.size)) - set(home.sizes))
        size = home.size + chosen.randrange(1, 9) if ahead else chosen.choice(free)
        with home.home.anchor.open("ab") as file:
            file.write(note_of(home, size, key, chosen.randbytes(32)) + b"\n")
        bad = (home.size if ahead else home.proven(size)) if is_stolen else None
        return ExpectedFinding(bad, "anchor checkpoints.txt")

    return tamper


def of_another_log(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
    key = SigningKey("elsewhere.example", chosen.randbytes(32))
    notes = [sign_checkpoint(key.name, size, chosen.randbytes(32), key) for size in home.sizes]
    lines = [json.dumps(note, ensure_ascii=False).encode() + b"\n" for note in notes]
    home.home.anchor.write_bytes(b"".join(lines))
    return ExpectedFinding(0, "anchor checkpoints.txt is not valid")


def earlier_anchors(home: TamperedHome, _: random.Random) -> ExpectedFinding:
    shutil.copy(home.earlier / "anchors" / home.home.anchor.name, home.home.anchor)
    return ExpectedFinding(None, "lacks the checkpoint of size")


# -- the git branch ------------------------------------------------------------------------------------


def branch_reset(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
    """Set the branch back by some commits, at least two: the newest may be missing after a crash."""
    set_branch(home, git(home.repository, "rev-parse", f"{BRANCH}~{chosen.randrange(2, 9)}"))
    return ExpectedFinding(None, "git.jsonl lacks the checkpoint of size")


def newest_commit_removed(home: TamperedHome, _: random.Random) -> ExpectedFinding:
    set_branch(home, git(home.repository, "rev-parse", f"{BRANCH}~1"))
    return ExpectedFinding(None, "has confirmed size")


def branch_deleted(home: TamperedHome, _: random.Random) -> ExpectedFinding:
    git(home.repository, "update-ref", "-d", f"refs/heads/{BRANCH}")
    return ExpectedFinding(None, "git.jsonl")


def repository_missing(home: TamperedHome, _: random.Random) -> ExpectedFinding:
    shutil.rmtree(home.repository)
    return ExpectedFinding(None, "anchors.git")


def branch_without(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
    """Write the branch again from its first commit on, without one note."""
    notes = list(home.notes.values())
    del notes[chosen.randrange(len(notes) - 1)]
    write_branch(home, notes)
    return ExpectedFinding(None, "git.jsonl lacks the checkpoint of size")


def other_note_committed(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
    key = SigningKey(home.origin, chosen.randbytes(32))
    GitAnchor(home.repository, BRANCH).append(sign_checkpoint(home.origin, home.size + 1, chosen.randbytes(32), key))
    return ExpectedFinding(None, "git.jsonl is not valid")


def parent_dropped(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
    """Replace the branch by one commit of its last tree, without parent."""
    tree = git(home.repository, "rev-parse", f"{BRANCH}^{{tree}}")
    set_branch(home, committed(home, tree))
    return ExpectedFinding(None, "git.jsonl lacks the checkpoint of size")


def more_in_tree(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
    """Append a commit whose tree has a second file."""
    blob = git(home.repository, "rev-parse", f"{BRANCH}:checkpoint")
    entries = f"100644 blob {blob}\tcheckpoint\n100644 blob {blob}\tmore\n"
    tree = git(home.repository, "mktree", given=entries)
    set_branch(home, committed(home, tree, git(home.repository, "rev-parse", BRANCH)))
    return ExpectedFinding(None, "does not contain this checkpoint")


def object_damaged(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
    commits = git(home.repository, "rev-list", BRANCH).split()
    name = chosen.choice(commits)
    path = home.repository / "objects" / name[:2] / name[2:]
    path.chmod(0o600)
    flip(path, chosen, first=2)
    return ExpectedFinding(None, "git.jsonl")


def write_branch(home: TamperedHome, notes: list[str]) -> None:
    git(home.repository, "update-ref", "-d", f"refs/heads/{BRANCH}")
    anchor = GitAnchor(home.repository, BRANCH)
    for note in notes:
        anchor.append(note)


def committed(home: TamperedHome, tree: str, parent: str = "") -> str:
    names = ("-c", "user.name=eve", "-c", "user.email=eve@example.org")
    return git(home.repository, *names, "commit-tree", tree, "-m", "x", *(("-p", parent) if parent else ()))


def set_branch(home: TamperedHome, commit: str) -> None:
    git(home.repository, "update-ref", f"refs/heads/{BRANCH}", commit)


# -- the time stamps -----------------------------------------------------------------------------------


def stamp_lines(edit: Callable[[Lines, random.Random], Lines], says: str) -> Tamper:
    """Edit the lines of the file of stamps."""

    def tamper(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
        home.edit_lines(home.stamps, lambda lines: edit(lines, chosen))
        return ExpectedFinding(None, says)

    return tamper


def unsigned_places(reply: bytes) -> set[int]:
    """Return the bytes of a reply that its signature does not cover (RFC 5652 §5.4), and that state nothing.

    They are the two version numbers and the name of the signature algorithm, which the verification does not read.
    """
    algorithm = reply.rindex(bytes.fromhex("2a8648ce3d040302"))
    versions = {reply.index(b"\x02\x01\x03") + 2, reply.rindex(b"\x02\x01\x01\x30", 0, algorithm) + 2}
    return versions | set(range(algorithm, algorithm + 8))


def is_unsigned_change(former: bytes, changed: bytes) -> bool:
    """Return True if two replies differ, and only in bytes that the signature does not cover."""
    differing = {place for place, pair in enumerate(zip(former, changed, strict=False)) if pair[0] != pair[1]}
    return len(former) == len(changed) and bool(differing) and differing <= unsigned_places(former)


def replies_in(content: bytes) -> list[bytes]:
    """Return the replies in the file of stamps. Raises ValueError for a damaged file."""
    return [base64.b64decode(json.loads(line)["response"], validate=True) for line in content.split(b"\n")[:-1]]


def stamps_flipped(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
    former = home.stamps.read_bytes()
    content, _ = flipped_bit(former, chosen)
    while True:
        try:
            pairs = zip(replies_in(former), replies_in(content), strict=True)
            if not any(is_unsigned_change(*pair) for pair in pairs):
                break
        except (ValueError, KeyError):
            break
        content, _ = flipped_bit(former, chosen)
    home.stamps.write_bytes(content)
    return ExpectedFinding(None, "stamps")


def reply_flipped(lines: Lines, chosen: random.Random) -> Lines:
    place = chosen.randrange(len(lines))
    stamp = json.loads(lines[place])
    former = base64.b64decode(stamp["response"])
    reply, _ = flipped_bit(former, chosen)
    while is_unsigned_change(former, reply):
        reply, _ = flipped_bit(former, chosen)
    stamp["response"] = base64.b64encode(reply).decode()
    return [*lines[:place], spelt(stamp), *lines[place + 1 :]]


def replies_exchanged(lines: Lines, chosen: random.Random) -> Lines:
    first, other = chosen.sample(range(len(lines)), 2)
    stamps = [json.loads(line) for line in lines]
    responses = stamps[first]["response"], stamps[other]["response"]
    stamps[other]["response"], stamps[first]["response"] = responses
    return [spelt(stamp) for stamp in stamps]


def of_another_authority(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
    """Make the newest stamp again at an authority of the thief."""
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

    authority = home.another_authority()
    lines = home.stamps.read_bytes().split(b"\n")[:-1]
    stamp = json.loads(lines[-1])
    request = TimestampRequestBuilder(stamp["note"].encode(), HashAlgorithm.SHA256).build()
    stamp["response"] = base64.b64encode(authority.reply(request.as_bytes())).decode()
    home.edit_lines(home.stamps, lambda lines: [*lines[:-1], spelt(stamp)])
    return ExpectedFinding(None, "stamps")


def another_root(home: TamperedHome, _: random.Random) -> ExpectedFinding:
    shutil.copy(home.another_authority().authorities, home.authorities)
    return ExpectedFinding(None, "stamps")


def stamps_missing(home: TamperedHome, _: random.Random) -> ExpectedFinding:
    home.stamps.unlink()
    return ExpectedFinding(None, "stamps")


def spelt(stamp: dict[str, str]) -> bytes:
    return json.dumps(stamp, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


KINDS = [
    Kind("anchor file: bit", "One bit of the file of checkpoints is flipped.", anchor_flipped),
    Kind("anchor file: line removed", "A checkpoint is removed from the file.",
         anchor_lines(without_line, "anchor checkpoints.txt lacks the checkpoint")),
    Kind("anchor file: newest removed", "The newest checkpoint is removed from the file, which had confirmed it.",
         anchor_lines(lambda lines, _: lines[:-1], "has confirmed size")),
    Kind("anchor file: end cut", "The last checkpoints are removed from the file.",
         anchor_lines(lambda lines, chosen: lines[: -chosen.randrange(2, 9)], "lacks the checkpoint")),
    Kind("anchor file: emptied", "The file of checkpoints is emptied.",
         anchor_lines(lambda *_: [], "contains no checkpoint")),
    Kind("anchor file: missing", "The file of checkpoints is removed.", anchor_missing),
    Kind("anchor file: no note", "A line that is no checkpoint is appended.",
         anchor_lines(lambda lines, _: [*lines, b'"all is well"'], "not a checkpoint")),
    Kind("anchor file: no JSON", "A line that is not JSON is appended.",
         anchor_lines(lambda lines, _: [*lines, b"{"], "not a checkpoint")),
    Kind("anchor file: of another key", "A checkpoint that another key signed is appended.",
         forged_note(is_stolen=False, ahead=False)),
    Kind("anchor file: of other events", "A checkpoint of other events is appended, signed with the stolen key.",
         forged_note(is_stolen=True, ahead=False)),
    Kind("anchor file: ahead", "A checkpoint of more events than there are is appended, signed with the stolen key.",
         forged_note(is_stolen=True, ahead=True)),
    Kind("anchor file: of another log", "The file is replaced by checkpoints of another log.", of_another_log),
    Kind("anchor file: earlier", "An earlier copy of the file of checkpoints is restored.", earlier_anchors),
    Kind("git: set back", "The branch is set back to an earlier commit.", branch_reset),
    Kind("git: newest removed", "The newest commit is removed from the branch, which had confirmed it.",
         newest_commit_removed),
    Kind("git: branch deleted", "The branch is deleted.", branch_deleted),
    Kind("git: repository missing", "The repository is removed.", repository_missing),
    Kind("git: rewritten without a note", "The branch is written again without one checkpoint.", branch_without),
    Kind("git: other note", "A commit with a checkpoint of another key is appended.", other_note_committed),
    Kind("git: history dropped", "The branch is replaced by its last tree alone.", parent_dropped),
    Kind("git: another file", "A commit whose tree has a second file is appended.", more_in_tree),
    Kind("git: object damaged", "One bit of the object of a commit is flipped.", object_damaged),
    Kind("stamps: bit", "One bit of the file of stamps is flipped.", stamps_flipped),
    Kind("stamps: bit of a reply", "One bit of the reply of the authority is flipped.",
         stamp_lines(reply_flipped, "stamps")),
    Kind("stamps: replies exchanged", "The replies of two stamps are exchanged.",
         stamp_lines(replies_exchanged, "stamps")),
    Kind("stamps: end cut", "The last stamps are removed.",
         stamp_lines(lambda lines, chosen: lines[: -chosen.randrange(2, 9)], "confirm")),
    Kind("stamps: newest removed", "The newest stamp is removed, which the anchor had confirmed.",
         stamp_lines(lambda lines, _: lines[:-1], "has confirmed size")),
    Kind("stamps: emptied", "The file of stamps is emptied.", stamp_lines(lambda *_: [], "stamps")),
    Kind("stamps: missing", "The file of stamps is removed.", stamps_missing),
    Kind("stamps: of another authority", "The newest stamp is made by an authority of the thief.",
         of_another_authority),
    Kind("stamps: other certificates", "The file of root certificates is replaced by that of another authority.",
         another_root),
]  # fmt: skip
