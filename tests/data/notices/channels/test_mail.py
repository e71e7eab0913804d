"""Mail to one person through a real mail server: plain text, one receiver, no injected header."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_string, policy

import pytest

from data.errors import DeliveryError
from data.notices.channels.mail import Mail
from data.notices.outbox import Notice, QueuedNotice
from tests.delivery_servers import mail_server

LEFT = datetime(2026, 5, 1, 9, tzinfo=UTC)
NOTICE = Notice(
    kind="approval",
    to="alma",
    about="x",
    title="decide\r\nBcc: everybody@example.org",
    text="<b>now</b> \u202eplease",
)
PEOPLE = {"alma": "alma@example.org", "eve": "eve@example.org,all@example.org", "mal": "a@example.org\r\nBcc: b@x.org"}


def server(port: int) -> Mail:
    return Mail(f"mailto://127.0.0.1:{port}?from=modelward@example.org&mode=insecure", PEOPLE)


def test_a_mail_arrives_as_plain_text_with_one_receiver() -> None:
    with mail_server() as sink:
        server(sink.port).deliver(QueuedNotice("d-1", NOTICE, LEFT))
    ((_, receivers, text),) = sink.mails
    assert receivers == ["<alma@example.org>"]
    mail = message_from_string(text, policy=policy.default)
    assert mail["Subject"] == "[modelward] decide Bcc: everybody@example.org"
    assert mail["Bcc"] is None
    body = mail.get_body(("plain",))
    assert body is not None
    assert "<b>now</b> please" in body.get_content()
    assert not [part for part in mail.walk() if part.get_content_type() == "text/html"]


def test_a_notice_to_a_mailbox_needs_no_roster() -> None:
    with mail_server() as sink:
        server(sink.port).deliver(QueuedNotice("d-1", NOTICE.model_copy(update={"to": "gates@example.org"}), LEFT))
    assert sink.mails[0][1] == ["<gates@example.org>"]


@pytest.mark.parametrize("to", ["eve", "mal", "nobody", "a@b c", "<a@example.org>"])
def test_text_that_is_not_a_single_mailbox_is_not_reached(to: str) -> None:
    notice = NOTICE.model_copy(update={"to": to})
    assert not server(1).reaches(notice)
    with pytest.raises(DeliveryError, match="no mailbox is known"):
        server(1).deliver(QueuedNotice("d-1", notice, LEFT))


def test_an_unreachable_mail_server_raises_an_error_without_the_password() -> None:
    with mail_server() as sink:
        port = sink.port
    mail = Mail(f"mailto://me:hunter2@127.0.0.1:{port}?from=modelward@example.org&mode=insecure", PEOPLE)
    assert (mail.name, mail.reaches(NOTICE)) == ("mail 127.0.0.1", True)
    with pytest.raises(DeliveryError, match=r"mail 127\.0\.0\.1 did not accept the notice") as failed:
        mail.deliver(QueuedNotice("d-1", NOTICE, LEFT))
    assert "hunter2" not in str(failed.value) + repr(mail)


def test_a_server_without_a_host_is_named_server() -> None:
    assert Mail("mailto://", PEOPLE).name == "mail server"
