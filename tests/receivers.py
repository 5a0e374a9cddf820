"""Real receivers on loopback, for whoever sends pages: a web server and a mail server, both TLS.

receiver.answers(429, {"Retry-After": "7"})     # what it says from now on
receiver.loses_answers()                        # takes a request, then hangs up
receiver.got                                    # requests it took, oldest first
"""

import json
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Certificates:
    """An authority of the tests' own, and what it vouches for.

    Args:
        ca_file: What a sender trusts.
        good: For this machine.
        wrong: By the same authority, for somebody else.
    """

    ca_file: Path
    good: ssl.SSLContext
    wrong: ssl.SSLContext


def make_certificates(folder: Path) -> Certificates:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "authority.pem")
    contexts = []
    for name in (HOST, "somebody-else.example"):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(name).configure_cert(context)
        contexts.append(context)
    return Certificates(folder / "authority.pem", *contexts)


@dataclass(frozen=True)
class Request:
    """What came in."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Receiver:
    """A web server that takes whatever is posted."""

    url: str
    status: int = 202
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0
    loses: bool = False
    got: list[Request] = field(default_factory=list)

    def answers(
        self, status: int, headers: dict[str, str] | None = None, *, after: float = 0
    ) -> None:
        self.status, self.headers, self.seconds, self.loses = status, headers or {}, after, False

    def loses_answers(self) -> None:
        self.loses = True


@contextmanager
def web_receiver(context: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    receiver = Receiver("")

    class Taking(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            body = self.rfile.read(length)
            receiver.got.append(Request(self.path, dict(self.headers), body))
            time.sleep(receiver.seconds)
            if receiver.loses:
                self.close_connection = True
                return
            self.send_response(receiver.status)
            for name, value in receiver.headers.items():
                self.send_header(name, value)
            # a chatty receiver repeats what it was sent; nobody may repeat it further
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: Any) -> None:
            pass  # senders that give up are what is tested

    server = Quiet((HOST, 0), Taking)
    if context is not None:
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    receiver.url = f"http{'s' if context else ''}://{HOST}:{server.server_port}/pages"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield receiver
    server.shutdown()
    server.server_close()


@dataclass
class Post:
    """A mail server that takes whatever is written."""

    port: int = 0
    reply: str = "250 taken"
    seconds: float = 0
    hangs_up: bool = False
    got: list[Message] = field(default_factory=list)

    async def handle_DATA(self, server: SMTP, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's
        time.sleep(self.seconds)  # nobody else is served meanwhile
        self.got.append(message_from_bytes(envelope.content))
        if self.hangs_up:
            server.transport.abort()
        return self.reply


def _knows(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
    known = isinstance(data, LoginPassword) and data.password == b"geheim"
    return AuthResult(success=known, handled=False)


@contextmanager
def mail_receiver(
    context: ssl.SSLContext, *, tls: str = "starttls", login: bool = False
) -> Iterator[Post]:
    post = Post()
    asked: dict[str, Any] = (
        {"tls_context": context, "require_starttls": True}
        if tls == "starttls"
        else {"ssl_context": context}
    )
    if login:
        asked |= {"authenticator": _knows, "auth_required": True}
    controller = Controller(post, HOST, 0, server_hostname=HOST, **asked)
    controller.port = _free_port()
    controller.start()
    post.port = controller.port
    yield post
    controller.stop()


def _free_port() -> int:
    import socket

    with socket.socket() as free:
        free.bind((HOST, 0))
        return int(free.getsockname()[1])


def nobody_listens() -> str:
    """An address on which nobody answers."""
    return f"https://{HOST}:{_free_port()}/pages"
