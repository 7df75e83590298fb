"""Start granian as production does, and read what its processes cost from the operating system."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TICKS = os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class Server:
    process: subprocess.Popen[bytes]
    port: int
    uses_postgres: bool = False

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def cpu_seconds(self) -> float:
        """User and system time of the server's processes, and of PostgreSQL's where it is the database."""
        ids = {self.process.pid, *descendants(self.process.pid)}
        if self.uses_postgres:
            ids |= {int(line) for line in output("pgrep", "-x", "postgres").split()}
        return sum(cpu_ticks(pid) for pid in ids) / TICKS

    def memory_mb(self) -> float:
        return sum(pss_kb(pid) for pid in {self.process.pid, *descendants(self.process.pid)}) / 1024

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=30)


def start(application: str, env: dict[str, str], *, ready_path: str) -> Server:
    port = free_port()
    command = [
        str(Path(sys.executable).parent / "granian"), "--interface", "wsgi", "--host", "127.0.0.1",
        "--port", str(port), "--workers", "2", "--blocking-threads", "4", "--no-ws", "--log-level", "error",
        "--backlog", "2048", application,
    ]  # fmt: skip
    process = subprocess.Popen(command, cwd=ROOT, env=os.environ | env)
    server = Server(process, port, uses_postgres=env.get("DATABASE_URL", "").startswith("postgres"))
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(server.address + ready_path, timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return server
    raise TimeoutError(application)


def output(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def descendants(pid: int) -> list[int]:
    children = [int(line) for line in output("pgrep", "-P", str(pid)).split()]
    return children + [grandchild for child in children for grandchild in descendants(child)]


def cpu_ticks(pid: int) -> int:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return int(fields[11]) + int(fields[12])


def pss_kb(pid: int) -> int:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    return 0
