"""A real PostgreSQL of our own: made at first use, joined ever after, left running.

    home/postgres.lock           held while somebody starts or stops the server
    home/postgres/data/          the cluster; data.new-<pid> until it is whole
    home/postgres/socket/        the only way in: local trust, behind a folder of mode 0700
    home/postgres/postgres.log   what the server says; once large, postgres.log.1 at next start

    server      starting, joining and stopping the one server of a home
    living      telling the living server from the dead
    cluster     what lies in data: made, refused, tuned
    folder      where the server's files lie
    account     whose they are, and acting as that account
    binaries    where PostgreSQL's programs are found and reached

Not here: databases, roles, schemas and connections.
"""

from orchestration.ground.embedded_postgres.binaries import find_binaries
from orchestration.ground.embedded_postgres.folder import SOCKET
from orchestration.ground.embedded_postgres.living import NO_PROCESS
from orchestration.ground.embedded_postgres.server import Server, running, start, stop

__all__ = ["NO_PROCESS", "SOCKET", "Server", "find_binaries", "running", "start", "stop"]
