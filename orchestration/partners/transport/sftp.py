"""SFTP by asyncssh: only a pinned host key is trusted, and every wait has an end."""

import asyncio
import logging
import posixpath
import stat
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar, cast

import asyncssh

from orchestration.partners.line import CHUNK, Line, LineFailure, Remote, Transport, Why

_T = TypeVar("_T")
LONGEST_TIMEOUT_SECONDS: Final = 120
_WRITE, _CREATE, _READ = 0x02, 0x08, 0x01
_VARIABLE: Final = "CAREHOPS_"
_NAMES: Final = "latin-1"
"""Partners name files in any encoding; this one takes every byte and gives it back."""


@dataclass(frozen=True, kw_only=True)
class Sftp(Transport):
    """An SFTP server.

    Args:
        host: Its name or address.
        user: Our account there.
        host_keys: Its public keys, as ``ssh-keyscan`` prints them without the name; more than
            one while it changes them. Get them from the partner, not from the line.
        port: Its port.
        password: Name of the secret that is the password.
        key: Name of the secret that is our private key.
        passphrase: Name of the secret that opens the key, where it has one.
        timeout_seconds: How long to wait for each answer.
    """

    host: str
    user: str
    host_keys: list[str] = field(default_factory=list)
    port: int = 22
    password: str = ""
    key: str = ""
    passphrase: str = ""
    timeout_seconds: int = 30

    def secrets(self) -> tuple[str, ...]:
        """Those that are named."""
        return tuple(name for name in (self.password, self.key, self.passphrase) if name)

    def pinned(self) -> tuple[str, ...]:
        """Who it is and who we are."""
        return (self.host, str(self.port), self.user, *self.host_keys)

    def ways_in(self) -> tuple[str, ...]:
        """How we say who we are: a refused way counts as a failure there, so only ours."""
        by_password = ("password", "keyboard-interactive") if self.password else ()
        return (*(("publickey",) if self.key else ()), *by_password)

    def faults(self) -> Iterator[tuple[str, str, str]]:
        """A pinned key, a way to log in, and never a secret itself."""
        yield from super().faults()
        for option in ("password", "key", "passphrase"):
            name = getattr(self, option)
            if name and not (name.startswith(_VARIABLE) and name.replace("_", "").isalnum()):
                # never repeated: somebody has put the secret itself there
                mend = f'Write {option} = "CAREHOPS_..." and keep the secret under that name.'
                yield option, f"{option} is no name of a secret", mend
        if not self.password and not self.key:
            mend = 'Write password = "CAREHOPS_..." or key = "CAREHOPS_...".'
            yield "user", "nothing says how to log in", mend
        if not self.host_keys:
            mend = 'Ask the partner for it, write host_keys = ["ssh-ed25519 AAAA..."].'
            yield "host_keys", "no host key is pinned", mend
        for text in self.host_keys:
            try:
                asyncssh.import_public_key(text)
            except (asyncssh.KeyImportError, ValueError):
                mend = 'Write it like "ssh-ed25519 AAAA...".'
                yield "host_keys", "this is no public key", mend
        if not 0 < self.timeout_seconds <= LONGEST_TIMEOUT_SECONDS:
            mend = f"Write 1 to {LONGEST_TIMEOUT_SECONDS}."
            yield "timeout_seconds", "timeout_seconds is out of range", mend

    @contextmanager
    def open(self, home: Path, secret: Callable[[str], str | None]) -> Iterator[Line]:
        """Log in."""
        values = {name: secret(name) for name in self.secrets()}
        if not all(values.values()):
            raise LineFailure("secret_missing")
        # its own words quote accounts and addresses
        logging.getLogger("asyncssh").setLevel(logging.CRITICAL)
        with asyncio.Runner() as runner:
            line = _Sftp(runner, self.timeout_seconds)
            try:
                line.connect(self, {name: value or "" for name, value in values.items()})
                yield line
            finally:
                line.close()


class _Door(asyncssh.SSHClient):
    """Says who we are, each way once, and notices when we are thrown out meanwhile.

    Servers do that to those who failed too often: it is no weather, and asking again locks us out.
    """

    def __init__(self, key: asyncssh.SSHKey | None, password: str | None) -> None:
        self._key = key
        self._password = password
        self._is_asked = self._is_in = False
        self.was_shut = False

    def public_key_auth_requested(self) -> asyncssh.SSHKey | None:
        """Our key, where we have one."""
        key, self._key = self._key, None
        self._is_asked = self._is_asked or key is not None
        return key

    def password_auth_requested(self) -> str | None:
        """Our password, where we have one and have not given it yet."""
        password, self._password = self._password, None
        self._is_asked = self._is_asked or password is not None
        return password

    def kbdint_auth_requested(self) -> str | None:
        """Whether we can answer what a person would be asked."""
        return None if self._password is None else ""

    def kbdint_challenge_received(
        self, name: str, instructions: str, lang: str, prompts: Sequence[tuple[str, bool]]
    ) -> list[str] | None:
        """The one question we can answer is the password."""
        if not prompts:
            return []
        password = self.password_auth_requested()
        return None if password is None or len(prompts) > 1 else [password]

    def auth_completed(self) -> None:
        """We are in."""
        self._is_in = True

    def connection_lost(self, exc: Exception | None) -> None:
        """Told why, by a server that shuts us out; a line that breaks says nothing."""
        told = isinstance(exc, asyncssh.DisconnectError)
        lost = isinstance(exc, asyncssh.ConnectionLost)
        self.was_shut = self._is_asked and not self._is_in and told and not lost


class _Sftp(Line):
    def __init__(self, runner: asyncio.Runner, timeout_seconds: float) -> None:
        self._runner = runner
        self._seconds = timeout_seconds
        self._connection: asyncssh.SSHClientConnection | None = None
        self._client: asyncssh.SFTPClient | None = None

    def connect(self, said: Sftp, secrets: dict[str, str]) -> None:
        """Reach the server, see that it is the pinned one, log in."""
        pinned = [asyncssh.import_public_key(text) for text in said.host_keys]
        door = _Door(self._run(_key_of(said, secrets)), secrets.get(said.password))

        async def reach() -> None:
            self._connection = await asyncssh.connect(
                said.host,
                said.port,
                username=said.user,
                client_keys=None,
                known_hosts=(pinned, [], []),
                agent_path=None,
                config=None,
                connect_timeout=self._seconds,
                login_timeout=self._seconds,
                preferred_auth=said.ways_in(),
                client_factory=lambda: door,
            )
            self._client = await self._connection.start_sftp_client(path_encoding=_NAMES)

        try:
            self._run(reach(), 2 * self._seconds)
        except LineFailure as failure:
            if failure.why == "dropped" and door.was_shut:
                raise LineFailure("credential_refused") from None
            # without a common kind of key, whoever notices first hangs up
            if failure.why == "dropped" and self._is_another(said, pinned):
                raise LineFailure("host_key_changed") from None
            raise

    def _is_another(self, said: Sftp, pinned: list[asyncssh.SSHKey]) -> bool:
        """Whether the server shows a key that is not pinned."""
        kinds = [kind.decode() for key in pinned for kind in key.sig_algorithms]

        async def ask(of: Sequence[str]) -> asyncssh.SSHKey | None:
            return await asyncssh.get_server_host_key(
                said.host, said.port, config=None, server_host_key_algs=of
            )

        known = {key.public_data for key in pinned}
        for of in (kinds, ()):
            try:
                shown = self._run(ask(of))
            except LineFailure:
                continue
            return shown is not None and shown.public_data not in known
        return False

    def close(self) -> None:
        """Hang up; whoever does not answer is not waited for."""
        connection = self._connection
        if connection is None:
            return

        async def hang_up() -> None:
            if self._client is not None:
                self._client.exit()
            connection.close()
            try:
                await asyncio.wait_for(connection.wait_closed(), 1)
            except TimeoutError:
                connection.abort()
                await connection.wait_closed()

        self._runner.run(hang_up())

    def files(self, folder: str) -> list[Remote]:
        """What lies there."""
        names = self._run(self._sftp.readdir(_there(folder)))
        return sorted(
            (
                Remote(str(name.filename), name.attrs.size or 0, int(name.attrs.mtime or 0))
                for name in names
                if _is_file(name.attrs) and not str(name.filename).startswith(".")
            ),
            key=lambda found: (found.modified_at, found.name),
        )

    def size(self, folder: str, name: str) -> int | None:
        """Bytes, or None."""

        async def ask() -> int | None:
            try:
                return (await self._sftp.stat(_there(folder, name))).size
            except (asyncssh.SFTPNoSuchFile, asyncssh.SFTPNoSuchPath):
                return None

        return self._run(ask())

    def write(self, folder: str, name: str, content: bytes, start: int) -> None:
        """A piece at a time, each with a limit of its own."""
        path = _there(folder, name)
        file = self._open(path, _WRITE | (0 if start else _CREATE))
        for at in range(start, len(content), CHUNK):
            self._run(file.write(content[at : at + CHUNK], at))
        self._run(_synced(file))

    def rename(self, folder: str, name: str, final: str) -> None:
        """The plain rename, which refuses to replace."""
        self._run(self._sftp.rename(_there(folder, name), _there(folder, final)))

    def read(self, folder: str, name: str, take: Callable[[bytes], object]) -> None:
        """Piece by piece."""
        file = self._open(_there(folder, name), _READ)
        at = 0
        while piece := self._run(file.read(CHUNK, at)):
            take(cast(bytes, piece))  # it is opened without an encoding
            at += len(piece)
        self._run(file.close())

    def remove(self, folder: str, name: str) -> None:
        """Gone."""
        self._run(self._sftp.remove(_there(folder, name)))

    def _open(self, path: str, how: int) -> asyncssh.SFTPClientFile:
        async def opened() -> asyncssh.SFTPClientFile:
            return await self._sftp.open(path, how, encoding=None)

        return self._run(opened())

    @property
    def _sftp(self) -> asyncssh.SFTPClient:
        if self._client is None:
            raise LineFailure("dropped")
        return self._client

    def _run(self, asked: Coroutine[Any, Any, _T], seconds: float | None = None) -> _T:
        """Wait for an answer, not for ever."""

        async def wait() -> _T:
            return await asyncio.wait_for(asked, seconds or self._seconds)

        try:
            return self._runner.run(wait())
        except (OSError, asyncssh.Error, asyncssh.KeyImportError, ValueError) as error:
            raise LineFailure(_why(error)) from None


async def _key_of(said: Sftp, secrets: dict[str, str]) -> asyncssh.SSHKey | None:
    if not said.key:
        return None
    return asyncssh.import_private_key(secrets[said.key], secrets.get(said.passphrase))


async def _synced(file: asyncssh.SFTPClientFile) -> None:
    with suppress(asyncssh.SFTPOpUnsupported):  # most servers; their size is asked for next
        await file.fsync()
    await file.close()


def _there(folder: str, name: str = "") -> str:
    """A path as it is said to the server; a name it gave is said back byte for byte."""
    return posixpath.join(folder.encode().decode(_NAMES), name)


def _is_file(attrs: asyncssh.SFTPAttrs) -> bool:
    if attrs.permissions is not None and stat.S_IFMT(attrs.permissions):
        return stat.S_ISREG(attrs.permissions)
    unsaid = attrs.type == asyncssh.FILEXFER_TYPE_UNKNOWN and attrs.size is not None
    return attrs.type == asyncssh.FILEXFER_TYPE_REGULAR or unsaid


_WHY: Final[tuple[tuple[type[Exception], Why], ...]] = (
    (asyncssh.HostKeyNotVerifiable, "host_key_changed"),
    (asyncssh.PermissionDenied, "credential_refused"),
    (asyncssh.KeyImportError, "key_unreadable"),
    (asyncssh.KeyEncryptionError, "key_unreadable"),
    (asyncssh.SFTPNoSpaceOnFilesystem, "no_room"),
    (asyncssh.SFTPQuotaExceeded, "no_room"),
    (asyncssh.SFTPPermissionDenied, "folder_refused"),
    (asyncssh.SFTPNoSuchFile, "folder_missing"),
    (asyncssh.SFTPNoSuchPath, "folder_missing"),
    (asyncssh.SFTPConnectionLost, "dropped"),
    (asyncssh.SFTPNoConnection, "dropped"),
    (asyncssh.SFTPEOFError, "dropped"),
    (asyncssh.SFTPError, "not_taken"),
    (asyncssh.TimeoutError, "timeout"),
    (TimeoutError, "timeout"),
    (ConnectionResetError, "dropped"),
    (BrokenPipeError, "dropped"),
    (OSError, "unreachable"),
    (asyncssh.DisconnectError, "dropped"),
)


def _why(error: Exception) -> Why:
    return next((why for kind, why in _WHY if isinstance(error, kind)), "broken")


TRANSPORT = Sftp
