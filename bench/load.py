"""Bounded load with wrk, and what one request of it cost."""

import re
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from .server import Server

SECONDS = 3
# Every request its own address: no kept page answers it.
COLD = """
local n = math.random(1, 1000000000)
request = function()
  n = n + 1
  return wrk.format("GET", wrk.path .. "?v=" .. n)
end
"""
UNITS = {"us": 1e-3, "ms": 1.0, "s": 1e3}


@dataclass(frozen=True)
class Target:
    name: str
    server: Server
    path: str
    cookie: str = ""
    cold: bool = False
    connections: int = 8


@dataclass
class Sample:
    cpu_ms: list[float] = field(default_factory=list)  # per request
    per_second: list[float] = field(default_factory=list)
    p50: list[float] = field(default_factory=list)  # ms
    p99: list[float] = field(default_factory=list)  # ms
    errors: int = 0

    def median(self, name: str) -> float:
        return statistics.median(getattr(self, name))


def measure(targets: Iterable[Target], *, rounds: int) -> dict[str, Sample]:
    """Interleaved rounds, so that a noisy minute falls on all alike."""
    targets = list(targets)
    samples = {target.name: Sample() for target in targets}
    for target in targets:
        run(target, Sample(), seconds=1)
    for _ in range(rounds):
        for target in targets:
            run(target, samples[target.name], seconds=SECONDS)
    return samples


def run(target: Target, sample: Sample, *, seconds: int) -> None:
    command = ["wrk", "-t1", f"-c{target.connections}", f"-d{seconds}s", "--latency", "-H", "Accept-Encoding: gzip"]
    if target.cookie:
        command += ["-H", f"Cookie: {target.cookie}"]
    command += ["-H", "User-Agent: Mozilla/5.0 (bench)"]
    with tempfile.TemporaryDirectory() as folder:
        if target.cold:
            script = Path(folder) / "cold.lua"
            script.write_text(COLD)
            command += ["-s", str(script)]
        before = target.server.cpu_seconds()
        text = subprocess.run(
            [*command, target.server.address + target.path], capture_output=True, text=True, check=True
        )
        time.sleep(0.05)  # the last answers' accounting
        spent = target.server.cpu_seconds() - before
    read(text.stdout, spent, sample)


def read(report: str, cpu_seconds: float, sample: Sample) -> None:
    requests = int(found(r"(\d+) requests in", report))
    sample.cpu_ms.append(cpu_seconds / max(requests, 1) * 1000)
    sample.per_second.append(float(found(r"Requests/sec:\s+([\d.]+)", report)))
    for name in ("p50", "p99"):
        value, unit = re.search(rf"{name[1:]}%\s+([\d.]+)(us|ms|s)", report).groups()  # type: ignore[union-attr]
        getattr(sample, name).append(float(value) * UNITS[unit])
    if bad := re.search(r"Non-2xx or 3xx responses: (\d+)", report):
        sample.errors += int(bad[1])


def found(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    if match is None:
        raise ValueError(f"wrk said: {text}")
    return match[1]
