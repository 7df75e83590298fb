"""The whole portal as `make run` starts it, for tests that need real processes."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Portal:
    """`deploy/run.py` in a clean environment, so that what the tests themselves set does not leak in."""

    def __init__(self, port: int, var_dir: Path, **extra: str) -> None:
        kept = {k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "LANG")}
        self.port, self.began = port, time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, "deploy/run.py"],
            cwd=ROOT,
            env=kept | {"PORT": str(port), "VAR_DIR": str(var_dir)} | extra,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def wait(self, seconds: float = 120) -> float:
        """Seconds until the portal answers."""
        while time.monotonic() - self.began < seconds:
            assert self.process.poll() is None, self.process.communicate()
            try:
                self.get("/healthz")
            except OSError:
                time.sleep(0.05)
            else:
                return time.monotonic() - self.began
        raise TimeoutError

    def get(self, path: str) -> str:
        with urllib.request.urlopen(self.address + path, timeout=10) as answer:
            return answer.read().decode()

    def stop(self) -> str:
        self.process.send_signal(signal.SIGINT)
        out, _ = self.process.communicate(timeout=30)
        return out
