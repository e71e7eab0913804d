"""Files with keys and credentials are recognised by their names and texts; ordinary files are not."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from data.errors import SubmissionError
from data.submission.secret_files import LARGEST_TEXT, require_no_secret_files, secret_files

TOKEN = "ghp_" + "aB3dE5gH7jK9" * 3
NAMES = (
    *(".git/config", ".env", "code/.env", "code/.aws/credentials", "repository.git/config", "__pycache__/a.pyc"),
    *("id_rsa", "code/id_ed25519", "tls/server.key", "tls/server.pem", "store.p12", "store.jks", "login.kdbx", "a.ppk"),
    *("prod.env", "env", "credentials", "credentials.json", "aws_credentials.csv", "secrets.yaml", "secret.toml"),
    *("service-account.json", "my_service_account-1a2b.json", "client_secret_1.json", "token.json", "kubeconfig"),
    *("terraform.tfstate", "netrc", "htpasswd"),
)
ORDINARY = (
    *("model.yaml", "docs/purpose.md", "requirements.txt", "environment.yml", "code/train.py", "code/keys.py"),
    *("artifact/model.bin", "tokenizer.json", "added_tokens.json", "special_tokens_map.json", "id_rsa.pub"),
    *("code/environment.py", "data/training.parquet", "code/secrets_test.py", "docs/credentials-policy.md"),
)


def written(folder: Path, name: str, content: bytes = b"text") -> PurePosixPath:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)
    return PurePosixPath(name)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_of_keys_or_credentials_is_recognised(name: str, tmp_path: Path) -> None:
    assert list(secret_files(tmp_path, [written(tmp_path, name)])) == [name]


@pytest.mark.parametrize("name", ORDINARY)
def test_an_ordinary_name_is_accepted(name: str, tmp_path: Path) -> None:
    assert list(secret_files(tmp_path, [written(tmp_path, name)])) == []


TEXTS = {
    "a token in code": (f"KEY = '{TOKEN}'".encode(), "code/a.py (GitHub token)"),
    "a private key in a text": (b"-----BEGIN PRIVATE KEY-----\nMII\n", "code/a.py (private key in PEM form)"),
    "a password as a name in code": (b"password = read_password()", None),
    "a token behind a byte-order mark": (b"\xef\xbb\xbf" + TOKEN.encode(), "code/a.py (GitHub token)"),
    "a token in UTF-16": (TOKEN.encode("utf-16"), "code/a.py (GitHub token)"),
    "bytes that are no text": (b"\x80" + TOKEN.encode(), None),
    "bytes that are UTF-16 only at their start": (b"\xff\xfe" + TOKEN.encode() + b"x", None),
    "a text that is too large": (TOKEN.encode() + b" " * LARGEST_TEXT, None),
}


@pytest.mark.parametrize("content,found", TEXTS.values(), ids=TEXTS)
def test_a_text_is_searched_for(content: bytes, found: str | None, tmp_path: Path) -> None:
    assert list(secret_files(tmp_path, [written(tmp_path, "code/a.py", content)])) == ([found] if found else [])


def test_the_error_lists_every_path_and_what_to_do(tmp_path: Path) -> None:
    paths = [written(tmp_path, name) for name in (".env", "model.yaml", "id_rsa")]
    with pytest.raises(SubmissionError, match=r"\.env, id_rsa\n[\s\S]*move keys and credentials out"):
        require_no_secret_files(tmp_path, paths)
    require_no_secret_files(tmp_path, paths[1:2])


def test_a_long_list_is_cut(tmp_path: Path) -> None:
    with pytest.raises(SubmissionError, match="and 10 more"):
        require_no_secret_files(tmp_path, [written(tmp_path, f"{number}.key") for number in range(30)])
