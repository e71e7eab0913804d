"""A small time-stamp authority (RFC 3161) on a loopback port: `openssl ts` signs, `http.server` answers.

authority = TimestampAuthority(folder)
with authority.serving() as address: ...
from tests.timestamp_authority import address, authority     fixtures: one authority for the tests of a module
"""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

QUERY, REPLY = "application/timestamp-query", "application/timestamp-reply"
_CONFIGURATION = """[tsa]
default_tsa = authority
[authority]
serial = {folder}/serial
signer_cert = {folder}/signer.pem
signer_key = {folder}/signer.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_alg = sha256
"""


class TimestampAuthority:
    """A root certificate (`authorities`), a signer below it, and the replies that it makes.

    A test sets `answer` to replace a reply, and `purpose` to sign with a certificate that is not for time stamps.
    """

    def __init__(self, folder: Path, purpose: x509.ObjectIdentifier = ExtendedKeyUsageOID.TIME_STAMPING) -> None:
        self.folder, self.authorities = folder, folder / "root.pem"
        self.answer: bytes | None = None
        folder.mkdir(parents=True)
        root, signer = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
        self.authorities.write_bytes(_certificate("root", root, root, None).public_bytes(Encoding.PEM))
        signed = _certificate("signer", signer, root, purpose)
        (folder / "signer.pem").write_bytes(signed.public_bytes(Encoding.PEM))
        key = signer.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (folder / "signer.key").write_bytes(key)
        (folder / "serial").write_text("01\n")
        (folder / "configuration").write_text(_CONFIGURATION.format(folder=folder))

    def reply(self, query: bytes) -> bytes:
        """Return the reply to a query, or the one that the test set."""
        if self.answer is not None:
            return self.answer
        (self.folder / "query").write_bytes(query)
        command = ["openssl", "ts", "-reply", "-config", str(self.folder / "configuration"), "-queryfile"]
        command += [str(self.folder / "query"), "-out", str(self.folder / "reply")]
        subprocess.run(command, check=True, capture_output=True)
        return (self.folder / "reply").read_bytes()

    @contextmanager
    def serving(self) -> Iterator[str]:
        """Answer queries while the block runs; yield the address."""
        authority = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                query = self.rfile.read(int(self.headers["Content-Length"]))
                is_query = self.headers["Content-Type"] == QUERY
                reply = authority.reply(query) if is_query else b""
                self.send_response(200 if is_query else 400)
                self.send_header("Content-Type", REPLY)
                self.send_header("Content-Length", str(len(reply)))
                self.end_headers()
                self.wfile.write(reply)

            def log_message(self, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/tsr"
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


def _certificate(
    name: str, key: ec.EllipticCurvePrivateKey, root: ec.EllipticCurvePrivateKey, purpose: x509.ObjectIdentifier | None
) -> x509.Certificate:
    def named(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    now, is_root = datetime.now(UTC), purpose is None
    usage = x509.KeyUsage(not is_root, False, False, False, False, is_root, is_root, False, False)
    builder = (
        x509.CertificateBuilder()
        .subject_name(named(name))
        .issuer_name(named("root"))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(is_root, None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(root.public_key()), critical=False)
    )
    if purpose is not None:
        builder = builder.add_extension(x509.ExtendedKeyUsage([purpose]), critical=True)
    return builder.sign(root, hashes.SHA256())


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> TimestampAuthority:
    """A time-stamp authority of this module."""
    return TimestampAuthority(tmp_path_factory.mktemp("authority") / "tsa")


@pytest.fixture(scope="module")
def address(authority: TimestampAuthority) -> Iterator[str]:
    """The address at which the authority of this module answers."""
    with authority.serving() as address:
        yield address
