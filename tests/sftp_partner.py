"""A real SFTP server on loopback, and everything a partner's server does to one.

partner.goes_dead_after_taking = True    # takes the file, then neither answers nor hangs up
partner.drops_after = 100_000            # hangs up, once, when so many bytes have come
partner.arrived                          # files that got their final name, in order
"""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncssh

HOST = "127.0.0.1"
USER = "willow"


@dataclass
class SftpPartner:
    """What it is like; everything may be changed while it runs.

    Args:
        root: What clients see as their root.
        password: What it takes.
        drops_after: Bytes after which it hangs up; once.
        full_after: Bytes after which its disk is full.
        loses_answer: Renames, then hangs up without an answer; once.
        goes_dead_after_taking: Renames, then says nothing more.
        takes_at_once: Folder it moves a file to as soon as it has it; empty to leave it.
        throws_out: Whether it hangs up on whom it does not know.
        asks_as_a_person: Whether it asks for the password as it would ask a person.
        withholds: Name of a file it does not give.
        can_sync: Whether it knows fsync.
        says: Its words when it refuses anything.
        thinks_seconds: How long it takes before and after a file gets its final name.
        moment: What it tells of by setting ``reached``: login, write, rename, renamed.
    """

    root: Path
    port: int = 0
    password: str = "geheim"
    authorized: str = ""
    drops_after: int | None = None
    full_after: int | None = None
    loses_answer: bool = False
    loses_question: bool = False
    goes_dead_after_taking: bool = False
    takes_at_once: str = ""
    throws_out: bool = False
    asks_as_a_person: bool = False
    withholds: str = ""
    can_sync: bool = True
    says: str = "no"
    thinks_seconds: float = 0
    moment: str = ""
    reached: threading.Event = field(default_factory=threading.Event)
    written: int = 0
    logins: int = 0
    arrived: list[str] = field(default_factory=list)
    writes: list[tuple[int, int]] = field(default_factory=list)
    key: asyncssh.SSHKey = field(
        default_factory=lambda: asyncssh.generate_private_key("ssh-ed25519")
    )

    @property
    def host_key(self) -> str:
        return self.key.export_public_key().decode().strip()

    def comes_to(self, moment: str) -> None:
        if moment == self.moment:
            self.reached.set()

    def folder(self, name: str) -> Path:
        place = self.root / name
        place.mkdir(exist_ok=True)
        return place

    def files(self, name: str) -> dict[str, bytes]:
        """What it holds under final names."""
        return {
            path.name: path.read_bytes()
            for path in sorted(self.folder(name).iterdir())
            if not path.name.startswith(".")
        }


def _server(  # noqa: C901 - one class per side of the door
    partner: SftpPartner,
) -> tuple[type[asyncssh.SSHServer], type[asyncssh.SFTPServer]]:
    class Door(asyncssh.SSHServer):
        def begin_auth(self, username: str) -> bool:
            return True

        def connection_made(self, conn: Any) -> None:
            self._line = conn

        def password_auth_supported(self) -> bool:
            return not partner.asks_as_a_person

        def kbdint_auth_supported(self) -> bool:
            return True

        def get_kbdint_challenge(self, *_: Any) -> Any:
            return "", "", "", [("Password: ", False)]

        def validate_kbdint_response(self, username: str, responses: Any) -> bool:
            return self.validate_password(username, responses[0])

        def validate_password(self, username: str, password: str) -> bool:
            partner.logins += 1
            partner.comes_to("login")
            known = username == USER and password == partner.password
            if partner.throws_out and not known:
                self._line.disconnect(asyncssh.DISC_PROTOCOL_ERROR, partner.says)
            return known

        def public_key_auth_supported(self) -> bool:
            return bool(partner.authorized)

        def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
            known = asyncssh.import_public_key(partner.authorized)
            return username == USER and key == known

    class Files(asyncssh.SFTPServer):
        def __init__(self, chan: Any) -> None:
            super().__init__(chan, chroot=str(partner.root).encode())
            self._line = chan.get_connection()

        def open(self, path: bytes, pflags: int, attrs: Any) -> Any:
            if partner.withholds and path.endswith(partner.withholds.encode()):
                raise asyncssh.SFTPPermissionDenied(partner.says)
            return super().open(path, pflags, attrs)

        def write(self, file_obj: Any, offset: int, data: bytes) -> Any:
            if partner.full_after is not None and offset + len(data) > partner.full_after:
                raise asyncssh.SFTPFailure(partner.says)  # version 3 has no better word
            partner.written += len(data)
            partner.comes_to("write")
            partner.writes.append((offset, len(data)))
            if partner.drops_after is not None and partner.written > partner.drops_after:
                partner.drops_after = None
                self._line.abort()
            return super().write(file_obj, offset, data)

        async def fsync(self, file_obj: Any) -> None:
            if not partner.can_sync:
                raise asyncssh.SFTPOpUnsupported("no fsync")

        async def rename(self, oldpath: bytes, newpath: bytes) -> None:
            if partner.loses_question:
                partner.loses_question = False
                self._line.abort()
                return
            partner.comes_to("rename")
            await asyncio.sleep(partner.thinks_seconds)
            super().rename(oldpath, newpath)
            name = Path(newpath.decode()).name
            partner.arrived.append(name)
            if partner.takes_at_once:
                there = Path(self.map_path(newpath).decode())
                there.rename(partner.folder(partner.takes_at_once) / name)
            partner.comes_to("renamed")
            await asyncio.sleep(partner.thinks_seconds)
            if partner.loses_answer:
                partner.loses_answer = False
                self._line.abort()
            if partner.goes_dead_after_taking:
                await asyncio.sleep(3600)

    return Door, Files


@dataclass
class Running:
    """The server's thread."""

    partner: SftpPartner
    loop: asyncio.AbstractEventLoop
    acceptor: Any = None

    def start(self) -> None:
        async def listen() -> Any:
            door, files = _server(self.partner)
            return await asyncssh.listen(
                HOST,
                self.partner.port,
                server_host_keys=[self.partner.key],
                server_factory=door,
                sftp_factory=files,
                reuse_address=True,
            )

        self.acceptor = self.ask(listen())
        self.partner.port = self.acceptor.get_port()

    def stop(self) -> None:
        async def close() -> None:
            self.acceptor.close()
            for task in asyncio.all_tasks():
                if task is not asyncio.current_task():
                    task.cancel()
            await asyncio.sleep(0.02)

        self.ask(close())

    def change_key(self, algorithm: str = "ssh-ed25519") -> None:
        self.stop()
        self.partner.key = asyncssh.generate_private_key(algorithm)
        self.start()

    def ask(self, asked: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(asked, self.loop).result(10)


@contextmanager
def sftp_partner(root: Path) -> Iterator[Running]:
    root.mkdir(exist_ok=True)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    running = Running(SftpPartner(root), loop)
    for folder in ("in", "out", "done"):
        running.partner.folder(folder)
    running.start()
    yield running
    running.stop()
    loop.call_soon_threadsafe(loop.stop)
    thread.join(5)
    loop.close()
