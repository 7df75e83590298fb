"""`make bench`: what a page costs, in R (one request of a bare Django view on the same server, same run).

docs/performance.md says how to read it. Options: BENCH_ROUNDS (5), BENCH_DATABASE_URL (an empty PostgreSQL database).
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from . import seed
from .load import Sample, Target, measure
from .proxy import Proxy, start_proxy
from .server import ROOT, Server, start

PAGES = {
    "home": "/",
    "group list": "/groups/",
    "group page": "/groups/finance/",
    "calendar": "/events/",
    "calendar month": "/events/?view=month",
    "event page": "/events/{event}/",
    "about": "/about/",
}
COOKIE = "cops_session"


@dataclass(frozen=True)
class Portal:
    """A seeded database and the server in front of it."""

    env: dict[str, str]
    session: str
    pages: dict[str, str]
    server: Server


def prepare(folder: Path, size: str, database_url: str = "") -> Portal:
    env = seed.environment(folder, database_url)
    run = subprocess.run(
        [sys.executable, "-m", "bench.seed", size], cwd=ROOT, env=os.environ | env, capture_output=True, text=True
    )
    if run.returncode:
        raise SystemExit(run.stderr)
    session, event = run.stdout.strip().splitlines()[-1].split()
    pages = {name: path.format(event=event) for name, path in PAGES.items()}
    return Portal(env, session, pages, start("cops_portal.wsgi:application", env, ready_path="/healthz"))


def targets(portal: Portal, *, suffix: str = "") -> list[Target]:
    server, cookie = portal.server, f"{COOKIE}={portal.session}"
    rows = []
    for name, path in portal.pages.items():
        rows.append(Target(f"{name}, visitor, warm{suffix}", server, path))
        rows.append(Target(f"{name}, visitor, address not kept{suffix}", server, path, cold=True))
        rows.append(Target(f"{name}, signed in{suffix}", server, path, cookie=cookie))
    for name in ("group page", "event page"):
        path = portal.pages[name]
        rows.append(Target(f"{name}, signed in, 32 connections{suffix}", server, path, cookie, False, 32))
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


def print_first_visit(portal: Portal) -> None:
    """Bytes and requests of a first visit: the page and every file that it names, compressed as sent."""
    print(f"\n{'first visit':<30}{'KB':>8}{'requests':>10}")
    server = portal.server
    for name, path in portal.pages.items():
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


def print_cold(portal: Portal, unit: float) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "bench.cold", *portal.pages.values()],
        cwd=ROOT, env=os.environ | portal.env, capture_output=True, text=True, check=True,
    )  # fmt: skip
    print(f"\n{'visitor, first after a change':<52}{'R':>7}{'CPU ms':>9}")
    names = {path: name for name, path in portal.pages.items()}
    for line in run.stdout.splitlines():
        path, cpu = line.split("\t")
        print(f"{names[path]:<52}{float(cpu) / unit:>7.1f}{cpu:>9}")


def print_registrations(portal: Portal, unit: float) -> None:
    """People who register at once, each with a session and a form of their own."""
    sys.stdout.flush()
    before = portal.server.cpu_seconds()
    command = [sys.executable, "-m", "bench.registrations", portal.server.address]
    run = subprocess.run(command, cwd=ROOT, env=os.environ | portal.env, capture_output=True, text=True)
    if run.returncode:
        raise SystemExit(run.stderr)
    report = json.loads(run.stdout)
    cost = (portal.server.cpu_seconds() - before) / report.pop("sent") * 1000
    print(f"\nregistration: {cost:.2f} ms of CPU each ({cost / unit:.1f} R)", report)


def print_surveys(portal: Portal, unit: float) -> None:
    """Ten thousand people send the standard survey at once, some of them twice."""
    sys.stdout.flush()
    command = [sys.executable, "-m", "bench.surveys", portal.server.address]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=ROOT, env=os.environ | portal.env, **pipes) as run:  # type: ignore[call-overload]
        cpu = []
        for mark in ("ready", "sent"):
            if run.stdout.readline().strip() != mark:
                raise SystemExit(f"bench.surveys was not {mark}")
            cpu.append(portal.server.cpu_seconds())
            run.stdin.write("go on\n")
            run.stdin.flush()
        report = json.loads(run.stdout.readline())
    cost = (cpu[1] - cpu[0]) / report["sent"] * 1000
    print(f"\nsurvey of 20 answers: {cost:.2f} ms of CPU each ({cost / unit:.1f} R)", report)


def print_live(portal: Portal, unit: float, folder: Path) -> None:
    """Ten thousand viewers of an event's questions, and how many polls two cores hold; behind nginx if there is one."""
    env = os.environ | portal.env
    made = subprocess.run([sys.executable, "-m", "bench.live"], cwd=ROOT, env=env, capture_output=True, text=True)
    event = int(made.stdout.split()[-1])
    servers = {"without nginx": portal.server, "behind nginx": start_proxy(folder / "nginx", portal.server)}
    try:
        for name, server in servers.items():
            if server is None:
                print("\nlive questions behind nginx: nginx is not installed")
            else:
                print_polls(portal, unit, name, server, event)
    finally:
        if proxy := servers["behind nginx"]:
            proxy.stop()


def print_polls(portal: Portal, unit: float, name: str, server: Server | Proxy, event: int) -> None:
    before = server.cpu_seconds()
    connections = 10_000 if isinstance(server, Proxy) else 1_000
    command = [sys.executable, "-m", "bench.live", server.address, str(event), str(connections)]
    run = subprocess.run(command, cwd=ROOT, env=os.environ | portal.env, capture_output=True, text=True)
    if run.returncode:
        raise SystemExit(run.stderr)
    report = json.loads(run.stdout.splitlines()[-1])
    cost = (server.cpu_seconds() - before) / report["polls"] * 1000
    print(f"\nlive questions {name}: {cost:.3f} ms of CPU each ({cost / unit:.2f} R)", report)
    poll = Target("poll", server, f"/shared/events/{event}/questions/", f"{COOKIE}={portal.session}", False, 64)
    most = measure([poll], rounds=3)["poll"]
    rate, cpu = most.median("per_second"), most.median("cpu_ms")
    print(f"as many as 64 connections get: {rate:.0f} a second, {cpu / unit:.2f} R each, errors {most.errors}")


def print_results(env: dict[str, str], rounds: int) -> None:
    """Of a survey that a hundred thousand have answered, in a process of its own."""
    sys.stdout.flush()
    command = [sys.executable, "-m", "bench.results", str(rounds)]
    subprocess.run(command, cwd=ROOT, env=os.environ | env, text=True, check=True)


def print_queries(env: dict[str, str], title: str) -> None:
    """SQL statements a page, counted in a process of its own."""
    print(f"\n{title}")
    sys.stdout.flush()
    subprocess.run([sys.executable, "-m", "bench.queries"], cwd=ROOT, env=os.environ | env, text=True, check=True)


def main() -> None:
    if not shutil.which("wrk"):
        raise SystemExit("make bench needs wrk (Debian, Ubuntu: apt-get install wrk)")
    rounds = int(os.environ.get("BENCH_ROUNDS", "5"))
    database_url = os.environ.get("BENCH_DATABASE_URL", "")
    with tempfile.TemporaryDirectory(prefix="cops-bench-") as folder:
        hello = start("bench.hello:application", {}, ready_path="/")
        small = prepare(Path(folder) / "small", "small")
        large = prepare(Path(folder) / "large", "large", database_url)
        try:
            rows = [Target("hello", hello, "/"), *targets(small), *targets(large, suffix=" ×100")]
            samples = measure(rows, rounds=rounds)
            unit = samples["hello"].median("cpu_ms")
            print_table(samples)
            print_cold(small, unit)
            print_first_visit(small)
            print_queries(small.env, "demonstration")
            print_queries(large.env, "×100: 10,000 registrations, 3,500 events")
            print_registrations(large, unit)
            print_surveys(large, unit)
            print_live(large, unit, Path(folder))
            print_results(large.env, rounds)
            print(f"\nmemory of the web server (2 workers): {small.server.memory_mb():.0f} MB")
        finally:
            for server in (hello, small.server, large.server):
                server.stop()


if __name__ == "__main__":
    main()
