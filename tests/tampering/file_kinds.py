"""Changes to the files beside the registry: stored files, submissions, backups, keys and sealed seeds."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path

from cryptography.fernet import Fernet

from data.audit.keys import SigningKey
from data.files.artifacts import ArtifactStore
from data.registry.backup import LIST, NOTE
from data.registry.seeds import SeedVault
from tests.tampering.flipped_bit import flip
from tests.tampering.kind import ExpectedFinding, Kind, Tamper
from tests.tampering.tampered_home import TamperedHome

FileChange = Callable[[Path, random.Random], object]
BACKUP_FILES = ("registry/registry.duckdb", "anchors/checkpoints.txt", "verifier.pyz")


def append(path: Path, chosen: random.Random) -> None:
    with path.open("ab") as file:
        file.write(chosen.randbytes(chosen.randrange(1, 9)))


def cut(path: Path, chosen: random.Random) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: chosen.randrange(len(content))])


def remove(path: Path, _: random.Random) -> None:
    path.unlink()


def replace(path: Path, chosen: random.Random) -> None:
    path.write_bytes(chosen.randbytes(64))


CHANGES: dict[str, tuple[FileChange, str]] = {
    "bit": (flip, "One bit of {} is flipped."),
    "removed": (remove, "{} is removed."),
}


def stored(what: str, change: FileChange) -> Tamper:
    """Change a stored file that an event names; `what` is its kind, or a part of the reference profile."""

    def tamper(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
        digest = (home.files.digests | home.files.parts)[what]
        named = home.files.digests["reference profile"] if what in home.files.parts else digest
        folder = home.home.inbox if what == "submission" else home.home.artifacts
        change(ArtifactStore(folder).path(digest), chosen)
        return ExpectedFinding(home.first_naming(named), digest)

    return tamper


def exchanged_files(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
    """Exchange the contents of two stored files."""
    first, other = chosen.sample(sorted(set(home.files.digests) - {"submission"}), 2)
    digests = [home.files.digests[name] for name in (first, other)]
    paths = [ArtifactStore(home.home.artifacts).path(digest) for digest in digests]
    contents = [path.read_bytes() for path in paths]
    for path, content in zip(paths, reversed(contents), strict=True):
        path.write_bytes(content)
    return ExpectedFinding(min(map(home.first_naming, digests)), "the stored file has")


def unnamed_file(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
    """Add a file that no event names, under the name of another content."""
    name = chosen.randbytes(32).hex()
    path = home.home.artifacts / "sha256" / name[:2] / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"something else")
    return ExpectedFinding(None, f"no event names the file {name}")


# -- backups -------------------------------------------------------------------------------------------


def in_backup(name: str, change: FileChange, says: str = "the backup") -> Tamper:
    def tamper(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
        change(home.backup / name, chosen)
        return ExpectedFinding(None, says)

    return tamper


def backup_file_added(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
    (home.backup / f"more-{chosen.randrange(100)}").write_text("more")
    return ExpectedFinding(None, "is not in its list of files")


def backup_unsigned(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
    """Remove list and note, so that the backup looks like one of an earlier version, and change its verifier."""
    (home.backup / LIST).unlink()
    (home.backup / NOTE).unlink()
    flip(home.backup / "verifier.pyz", chosen)
    return ExpectedFinding(None, "it has no signed list of its files")


def backup_of_thief(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
    """Sign a new list of a changed backup with another key of the same name."""
    flip(home.backup / "verifier.pyz", chosen)
    home.sign_backup(SigningKey(home.origin, chosen.randbytes(32)))
    return ExpectedFinding(None, "is not signed by the key of the log")


def backup_deleted(home: TamperedHome, _: random.Random) -> ExpectedFinding:
    shutil.rmtree(home.backup)
    return ExpectedFinding(None, "is missing, and no event says", "attestation")


# -- keys and seeds ------------------------------------------------------------------------------------


def other_key(name: str, key_name: str) -> Tamper:
    def tamper(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
        from data.audit import keys

        keys._make(path := home.home.keys / f"new-{name}", key_name.format(home.origin), "")
        path.replace(home.home.keys / name)
        return ExpectedFinding(None, f"the key {name} is not the one that the log declares")

    return tamper


def key_flipped(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
    flip(home.home.keys / "log.key", chosen)
    return ExpectedFinding(None, "the key log.key")


def key_removed(home: TamperedHome, _: random.Random) -> ExpectedFinding:
    (home.home.keys / "log.key").unlink()
    return ExpectedFinding(None, "the key log.key is missing")


def seed_copied(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
    """Copy the sealed seed of one person over that of another."""
    seeds = read_seeds(home)
    first, other = chosen.sample(sorted(seeds), 2)
    write_seeds(home, seeds | {first: seeds[other]})
    return ExpectedFinding(None, "is not the one that was enrolled", "credential")


def seed_removed(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
    seeds = read_seeds(home)
    del seeds[chosen.choice(sorted(seeds))]
    write_seeds(home, seeds)
    return ExpectedFinding(None, "its seed is missing", "credential")


def seed_sealed_again(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
    """Seal another seed for a credential with the stolen key of the seeds."""
    seeds = read_seeds(home)
    credential = chosen.choice(sorted(seeds))
    sealed = SeedVault(home.home.keys)._bound(credential, "JBSWY3DPEHPK3PXP" * 2)
    write_seeds(home, seeds | {credential: sealed})
    return ExpectedFinding(None, "is not the one that was enrolled", "credential")


def seed_flipped(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
    seeds = read_seeds(home)
    credential = chosen.choice(sorted(seeds))
    token = bytearray(seeds[credential].encode())
    token[chosen.randrange(len(token))] ^= 1
    write_seeds(home, seeds | {credential: token.decode()})
    return ExpectedFinding(None, "its seed in seeds.json", "credential")


def seeds_emptied(home: TamperedHome, _: random.Random) -> ExpectedFinding:
    (home.home.keys / "seeds.json").write_bytes(b"")
    return ExpectedFinding(None, "the sealed seeds in seeds.json cannot be read")


def seeds_key(make: Callable[[bytes, random.Random], bytes], says: str) -> Tamper:
    def tamper(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
        path = home.home.keys / "seeds.key"
        path.write_bytes(make(path.read_bytes(), chosen))
        return ExpectedFinding(None, says)

    return tamper


def read_seeds(home: TamperedHome) -> dict[str, str]:
    return dict(json.loads((home.home.keys / "seeds.json").read_bytes()))


def write_seeds(home: TamperedHome, seeds: dict[str, str]) -> None:
    (home.home.keys / "seeds.json").write_text(json.dumps(seeds, indent=1, sort_keys=True))


def last_bits(key: bytes, _: random.Random) -> bytes:
    """Return another spelling of the same key: the last character has two bits that are not used."""
    return key[:-2] + bytes([key[-2] + 1]) + key[-1:]


def capital(sentence: str) -> str:
    return sentence[0].upper() + sentence[1:]


STORED = (
    *("artifact", "environment", "submission", "text of a section", "generated text of a card", "quality report"),
    *("reference profile", "evidence of a metric", "standard", "edges", "training", "scores"),
)
NAMED = {name: f"the {name} of a version" for name in STORED} | {
    "standard": "the text of a standard",
    "edges": "the list of edges in a reference profile",
    "training": "the profile of the training data in a reference profile",
    "scores": "the profile of the scores in a reference profile",
}

KINDS = [
    *(
        Kind(f"{what}: {name}", capital(sentence.format(NAMED[what])), stored(what, change))
        for what in STORED
        for name, (change, sentence) in CHANGES.items()
    ),
    Kind("artifact: appended", "Some bytes are appended to the artifact of a version.", stored("artifact", append)),
    Kind("artifact: cut", "The end of the artifact of a version is removed.", stored("artifact", cut)),
    Kind("standard: replaced", "The text of a standard is replaced.", stored("standard", replace)),
    Kind("stored files exchanged", "The contents of two stored files are exchanged.", exchanged_files),
    Kind("stored file added", "A file that no event names is stored under the name of another content.", unnamed_file),
    *(Kind(f"backup: bit of {name}", f"One bit of {name} in a backup is flipped.", in_backup(name, flip))
      for name in (*BACKUP_FILES, LIST, NOTE)),
    Kind("backup: file removed", "The verifier is removed from a backup.", in_backup("verifier.pyz", remove)),
    Kind("backup: file added", "A file is added to a backup.", backup_file_added),
    Kind("backup: note removed", "The signature of a backup's list is removed.", in_backup(NOTE, remove)),
    Kind("backup: list removed", "A backup's list of files is removed.", in_backup(LIST, remove)),
    Kind("backup: made unsigned", "List and note are removed, and the verifier is changed.", backup_unsigned),
    Kind("backup: signed by another key", "The verifier is changed, and another key signs the new list.",
         backup_of_thief),
    Kind("backup: deleted", "The backup that an attestation names is deleted.", backup_deleted),
    Kind("log.key replaced", "The key of the log is replaced by another key of the same name.",
         other_key("log.key", "{}")),
    Kind("log.key: bit", "One bit of the key of the log is flipped.", key_flipped),
    Kind("log.key removed", "The key of the log is removed.", key_removed),
    Kind("recovery.key replaced", "The recovery key is replaced by another key of the same name.",
         other_key("recovery.key", "{}/recovery")),
    Kind("seed copied", "The sealed seed of one person is copied over that of another.", seed_copied),
    Kind("seed removed", "The sealed seed of a person is removed.", seed_removed),
    Kind("seed sealed again", "Another seed is sealed for a person with the stolen key.", seed_sealed_again),
    Kind("seed: bit", "The last bit of a character of a sealed seed is flipped.", seed_flipped),
    Kind("seeds emptied", "The file of the sealed seeds is emptied.", seeds_emptied),
    Kind("seeds.key replaced", "The key of the seeds is replaced.",
         seeds_key(lambda *_: Fernet.generate_key(), "is not sealed by seeds.key")),
    Kind("seeds.key emptied", "The key of the seeds is emptied.",
         seeds_key(lambda *_: b"", "the sealed seeds in seeds.json cannot be read")),
    Kind("seeds.key spelt otherwise", "The key of the seeds is spelt in another way.",
         seeds_key(last_bits, "seeds.key is not spelt")),
]  # fmt: skip
