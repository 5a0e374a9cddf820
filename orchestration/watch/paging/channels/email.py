"""E-mail over SMTP, always with TLS: each person on duty is written to."""

import smtplib
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

from orchestration.watch.paging.channel import Channel, Sending
from orchestration.watch.paging.outcome import SENT, Outcome, Why
from orchestration.watch.paging.posting import TIMEOUT_SECONDS, trust

_TLS = ("starttls", "tls")
_LASTING_REPLY = 500
_NAME = "carehops.invalid"


@dataclass(frozen=True, kw_only=True)
class Email(Channel):
    """A mail server that takes our mail.

    Args:
        host: Its name, as in its certificate.
        sender: Address the mail comes from.
        port: 587 for ``starttls``, 465 for ``tls``.
        tls: ``starttls``, or ``tls`` from the first byte.
        user: Account, where it asks for one; the secret is its password.
        timeout_seconds: How long to wait for each answer.
        ca_file: Certificates to trust instead of the usual ones.
    """

    host: str
    sender: str
    port: int = 587
    tls: str = "starttls"
    user: str = ""
    timeout_seconds: float = TIMEOUT_SECONDS
    ca_file: Path | None = None

    is_personal = True
    needs = "the mail account's password"
    needs_always = False

    def send(self, sending: Sending, secret: str) -> Outcome:
        """Write to one person; the mails of one incident stand together."""
        try:
            with self._opened(secret) as server:
                server.send_message(_message(sending, self.sender))
                return SENT
        except (OSError, smtplib.SMTPException) as error:
            return _failed(error)

    def reach(self, secret: str) -> Outcome:
        """Whether the server answers, has a good certificate and knows the account."""
        try:
            with self._opened(secret) as server:
                server.noop()
                return SENT
        except (OSError, smtplib.SMTPException) as error:
            return _failed(error)

    def faults(self) -> Iterator[tuple[str, str, str]]:
        """One of the two kinds of TLS, and a sender."""
        yield from super().faults()
        if self.tls not in _TLS:
            yield "tls", "tls is starttls or tls", 'Write tls = "starttls".'
        if "@" not in self.sender:
            yield "sender", "sender is no address", 'Write sender = "carehops@your-agency".'

    def _opened(self, secret: str) -> smtplib.SMTP:
        context = trust(self.ca_file)
        server: smtplib.SMTP
        if self.tls == "tls":
            server = smtplib.SMTP_SSL(
                self.host, self.port, _NAME, timeout=self.timeout_seconds, context=context
            )
        else:
            server = smtplib.SMTP(self.host, self.port, _NAME, timeout=self.timeout_seconds)
        try:
            if self.tls != "tls":
                server.starttls(context=context)
            if self.user:
                server.login(self.user, secret)
        except (OSError, smtplib.SMTPException):
            server.close()
            raise
        return server


def _message(sending: Sending, sender: str) -> EmailMessage:
    page, domain = sending.page, sender.rpartition("@")[2]
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, sending.recipient, page.title
    mail["Date"] = sending.at
    mail["Message-ID"] = f"<{page.dedup_key}.{sending.page_id}@{domain}>"
    mail["References"] = f"<{page.dedup_key}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"  # no out-of-office answers
    mail.set_content(f"{page.text}\n")
    return mail


def _failed(error: Exception) -> Outcome:
    """The kind of failure; what the server said may quote the mail."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        status = max((code for code, _ in error.recipients.values()), default=0)
        return Outcome("refused" if status >= _LASTING_REPLY else "broken", status)
    if isinstance(error, smtplib.SMTPResponseException):
        lasts = error.smtp_code >= _LASTING_REPLY
        return Outcome("refused" if lasts else "broken", error.smtp_code)
    if isinstance(error.__context__, TimeoutError):  # smtplib calls it a disconnection
        return Outcome("timeout")
    kinds: tuple[tuple[type[Exception], Why], ...] = (
        (smtplib.SMTPServerDisconnected, "no_answer"),
        (smtplib.SMTPException, "refused"),
        (ssl.SSLError, "certificate"),
        (TimeoutError, "timeout"),
    )
    return Outcome(next((why for kind, why in kinds if isinstance(error, kind)), "unreachable"))


CHANNEL = Email
