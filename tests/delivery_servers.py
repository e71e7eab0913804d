r"""Real servers on loopback that receive notices: HTTPS with its own certificate, and mail.

with https_server(folder, answer) as server:    server.port, server.authority, server.requests
with mail_server() as server:                   server.port, server.mails
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOST = "hooks.example.org"
SocketAnswer = Callable[[ssl.SSLSocket], None]


@dataclass
class HttpsServer:
    """A running HTTPS server with the head and body of each request it received."""

    port: int
    authority: Path
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@dataclass
class MailServer:
    """A running mail server with sender, receivers and text of each mail it received."""

    port: int
    mails: list[tuple[str, list[str], str]] = field(default_factory=list)


def answering(head: str, body: bytes = b"", times: int = 1) -> SocketAnswer:
    """Return a handler that answers with this head, then with this body `times` times."""

    def answer(connection: ssl.SSLSocket) -> None:
        connection.sendall(f"HTTP/1.1 {head}\r\n\r\n".encode())
        for _ in range(times):
            connection.sendall(body)

    return answer


@contextmanager
def https_server(folder: Path, answer: SocketAnswer, host: str = HOST) -> Iterator[HttpsServer]:
    """Run an HTTPS server for `host` on a free port of 127.0.0.1 while the block runs."""
    certificate, key = _certificate(folder, host)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with _listening() as listener:
        server = HttpsServer(listener.getsockname()[1], certificate)

        def serve(plain: socket.socket) -> None:
            with context.wrap_socket(plain, server_side=True) as connection:
                server.requests.append(_request(connection))
                answer(connection)

        with _serving(listener, serve):
            yield server


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """Run a mail server without a login on a free port of 127.0.0.1 while the block runs."""
    with _listening() as listener:
        server = MailServer(listener.getsockname()[1])
        with _serving(listener, lambda plain: _take_mail(plain, server)):
            yield server


@contextmanager
def _listening() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        yield listener


@contextmanager
def _serving(listener: socket.socket, serve: Callable[[socket.socket], None]) -> Iterator[None]:
    over = threading.Event()

    def accept() -> None:
        while not over.is_set():
            try:
                plain, _ = listener.accept()
            except TimeoutError:
                continue
            plain.settimeout(20)
            try:
                serve(plain)
            except OSError:
                continue
            finally:
                plain.close()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(25)


def _request(connection: ssl.SSLSocket) -> tuple[dict[str, str], bytes]:
    found = b""
    while b"\r\n\r\n" not in found:
        found += connection.recv(65_536)
    head, _, content = found.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    while len(content) < int(headers["content-length"]):
        content += connection.recv(65_536)
    return {**headers, "": first}, content


def _take_mail(plain: socket.socket, server: MailServer) -> None:
    with plain.makefile("rwb", buffering=0) as lines:

        def say(text: str) -> None:
            lines.write(f"{text}\r\n".encode())

        say("220 server")
        sender, receivers = "", list[str]()
        for line in iter(lines.readline, b""):
            word = line.decode().strip()
            verb = word[:4].upper()
            if verb == "MAIL":
                sender = word[10:]
            elif verb == "RCPT":
                receivers.append(word[8:])
            elif verb == "DATA":
                say("354 go on")
                text = b"".join(iter(lines.readline, b".\r\n"))
                server.mails.append((sender, receivers, text.decode()))
                sender, receivers = "", []
            elif verb == "QUIT":
                say("221 bye")
                return
            say("250 ok")


def _certificate(folder: Path, host: str) -> tuple[Path, Path]:
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    folder.mkdir(parents=True, exist_ok=True)
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return paths
