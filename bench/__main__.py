"""`make bench`: what a page costs, in R (one request of a bare Django view on the same server, same run).

docs/performance.md says how to read it. Options: BENCH_ROUNDS (5), BENCH_DATABASE_URL (an empty PostgreSQL database).
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

from . import seed
from .load import Sample, Target, measure
from .server import ROOT, Server, start

PAGES = {"home": "/", "group list": "/groups/", "group page": "/groups/finance/", "about": "/about/"}
COOKIE = "cops_session"


def prepare(folder: Path, size: str, database_url: str = "") -> tuple[dict[str, str], str]:
    env = seed.environment(folder, database_url)
    run = subprocess.run(
        [sys.executable, "-m", "bench.seed", size], cwd=ROOT, env=os.environ | env, capture_output=True, text=True
    )
    if run.returncode:
        raise SystemExit(run.stderr)
    return env, run.stdout.strip().splitlines()[-1]


def targets(server: Server, session: str, *, suffix: str = "") -> list[Target]:
    cookie = f"{COOKIE}={session}"
    rows = []
    for name, path in PAGES.items():
        rows.append(Target(f"{name}, visitor, warm{suffix}", server, path))
        rows.append(Target(f"{name}, visitor, address not kept{suffix}", server, path, cold=True))
        rows.append(Target(f"{name}, signed in{suffix}", server, path, cookie=cookie))
    rows.append(Target(f"group page, signed in, 32 connections{suffix}", server, "/groups/finance/", cookie, False, 32))
    return rows


def print_table(samples: dict[str, Sample]) -> None:
    unit = samples["hello"].median("cpu_ms")
    print(f"\nR = {unit:.3f} ms of CPU (bare Django view, granian, WSGI, 2 workers)\n")
    print(f"{'page':<52}{'R':>7}{'CPU ms':>9}{'req/s':>9}{'of hello':>10}{'p50 ms':>9}{'p99 ms':>9}{'errors':>8}")
    for name, sample in samples.items():
        rate = sample.median("per_second")
        share = rate / samples["hello"].median("per_second")
        cpu = sample.median("cpu_ms")
        print(
            f"{name:<52}{cpu / unit:>7.1f}{cpu:>9.3f}{rate:>9.0f}{share:>10.3f}"
            f"{sample.median('p50'):>9.1f}{sample.median('p99'):>9.1f}{sample.errors:>8}"
        )


def print_first_visit(server: Server) -> None:
    """Bytes and requests of a first visit: the page and every file that it names, compressed as sent."""
    print(f"\n{'first visit':<30}{'KB':>8}{'requests':>10}")
    for name, path in PAGES.items():
        sizes = [fetched(server, path)[0]]
        html = fetched(server, path)[1].decode()
        for file in sorted(set(re.findall(r'(?:href|src)="(/static/[^"#]+)', html))):
            sizes.append(fetched(server, file)[0])
        print(f"{name:<30}{sum(sizes) / 1000:>8.1f}{len(sizes):>10}")


def fetched(server: Server, path: str) -> tuple[int, bytes]:
    """Bytes on the wire (brotli where offered), and the plain text."""
    request = urllib.request.Request(server.address + path, headers={"Accept-Encoding": "br, gzip"})
    with urllib.request.urlopen(request) as answer:
        wire = len(answer.read())
    with urllib.request.urlopen(server.address + path) as answer:
        return wire, answer.read()


def print_cold(env: dict[str, str], unit: float) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "bench.cold", *PAGES.values()],
        cwd=ROOT, env=os.environ | env, capture_output=True, text=True, check=True,
    )  # fmt: skip
    print(f"\n{'visitor, first after a change':<52}{'R':>7}{'CPU ms':>9}")
    names = {path: name for name, path in PAGES.items()}
    for line in run.stdout.splitlines():
        path, cpu = line.split("\t")
        print(f"{names[path]:<52}{float(cpu) / unit:>7.1f}{cpu:>9}")


def print_queries(env: dict[str, str]) -> None:
    """SQL statements a page, counted in a process of its own."""
    sys.stdout.flush()
    subprocess.run([sys.executable, "-m", "bench.queries"], cwd=ROOT, env=os.environ | env, text=True, check=True)


def main() -> None:
    if not shutil.which("wrk"):
        raise SystemExit("make bench needs wrk (Debian, Ubuntu: apt-get install wrk)")
    rounds = int(os.environ.get("BENCH_ROUNDS", "5"))
    database_url = os.environ.get("BENCH_DATABASE_URL", "")
    with tempfile.TemporaryDirectory(prefix="cops-bench-") as folder:
        small_env, small_session = prepare(Path(folder) / "small", "small")
        large_env, large_session = prepare(Path(folder) / "large", "large", database_url)
        servers = [
            start("bench.hello:application", {}, ready_path="/"),
            start("cops_portal.wsgi:application", small_env, ready_path="/healthz"),
            start("cops_portal.wsgi:application", large_env, ready_path="/healthz"),
        ]
        hello, small, large = servers
        try:
            rows = [
                Target("hello", hello, "/"),
                *targets(small, small_session),
                *targets(large, large_session, suffix=" ×100"),
            ]
            samples = measure(rows, rounds=rounds)
            print_table(samples)
            print_cold(small_env, samples["hello"].median("cpu_ms"))
            print_first_visit(small)
            print_queries(small_env)
            print(f"\nmemory of the web server (2 workers): {small.memory_mb():.0f} MB")
        finally:
            for server in servers:
                server.stop()


if __name__ == "__main__":
    main()
