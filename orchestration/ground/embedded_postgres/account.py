"""Whose the server's files are, and acting as that account.

Lives here: the account root hands the server to, owning a folder as it, running a program as it.
Not here: where the folders lie.
"""

import os
import pwd
import stat
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from orchestration.ground.failures import SetUpFailure


class Account(NamedTuple):
    """Whom the server runs as when we are root, which PostgreSQL refuses to be."""

    uid: int
    gid: int


def account_of(folder: Path) -> Account | None:
    """None if we are not root; else the data's owner, ``postgres`` or ``nobody``."""
    if os.geteuid() != 0:
        return None
    if folder.exists() and (owned := folder.stat()).st_uid != 0:
        return Account(owned.st_uid, owned.st_gid)
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            entry = pwd.getpwnam(name)
            return Account(entry.pw_uid, entry.pw_gid)
    message = "PostgreSQL does not run as root, and there is no account postgres or nobody."
    raise SetUpFailure(message)


def own(folder: Path, account: Account | None) -> None:
    """Make a folder that only the server's account enters; refuse what a stranger put there."""
    folder.mkdir(mode=0o700, exist_ok=True)
    found, ours = folder.lstat(), {os.geteuid(), account.uid if account else os.geteuid()}
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in ours:
        message = f"{folder} belongs to {name_of(found.st_uid)}. Remove it, or use another home."
        raise SetUpFailure(message)
    folder.chmod(0o700)
    give(folder, account)


def give(path: Path, account: Account | None) -> None:
    """Make the server's account, if it has one of its own, the owner of a path."""
    if account is not None:
        os.chown(path, account.uid, account.gid)


def run(
    *command: str | Path, account: Account | None = None, cwd: Path = Path("/")
) -> subprocess.CompletedProcess[str]:
    """Run a program as the server's account, out of reach of our Ctrl-C and environment."""
    return subprocess.run(  # noqa: S603 - an argument list, not a shell's line
        command,
        cwd=cwd,
        env={"PATH": os.defpath, "LC_ALL": "C"},
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        errors="replace",
        umask=0o077,
        start_new_session=True,
        check=False,
    )


def can(account: Account, *command: str | Path) -> bool:
    """Ask the system instead of adding up modes: it also knows of access lists."""
    try:
        return run(*command, account=account).returncode == 0
    except OSError:
        return False


def name_of(uid: int) -> str:
    """The user's name, or their number if they have none."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"


def not_ours(refused: PermissionError) -> SetUpFailure:
    """What to tell somebody who may not use this home."""
    return SetUpFailure(
        f"{name_of(os.geteuid())} may not use {refused.filename}. Be its owner or root, or use "
        "another home."
    )
