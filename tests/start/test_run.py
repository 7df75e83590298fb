"""`make run` as a newcomer runs it: real processes, a real port. Slow, so only with --run-start (CI does)."""

import socket
import sqlite3
import subprocess
import time
from pathlib import Path

import pytest

from tests.portal import Portal, free_port

SECOND_START = 5.0  # seconds
MEMORY = 400 * 1024  # KB, web and worker together


@pytest.fixture(autouse=True)
def _asked_for(request: pytest.FixtureRequest) -> None:
    if not request.config.getoption("--run-start"):
        pytest.skip("starts the whole portal: run with --run-start")


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def var_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("var")


def children_of(pid: int) -> list[int]:
    listed = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False).stdout.split()
    return [int(child) for child in listed]


def descendants(pid: int) -> list[int]:
    return [pid, *(below for child in children_of(pid) for below in descendants(child))]


def memory_kb(pids: list[int]) -> int:
    """Proportional memory of the processes."""
    lines = [line for pid in pids for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()]
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


@pytest.fixture(scope="module")
def first_start(var_dir: Path) -> tuple[Portal, str]:
    portal = Portal(free_port(), var_dir)
    portal.wait()
    time.sleep(3)
    started = descendants(portal.process.pid)
    print(f"memory of {len(started)} processes: {memory_kb(started) // 1024} MB")
    assert memory_kb(started) < MEMORY
    home = portal.get("/")
    assert "การเงิน การคลัง และพัสดุ" in home
    out = portal.stop()
    assert [pid for pid in started if Path(f"/proc/{pid}").exists()] == []
    return portal, out


def rows(var_dir: Path) -> dict[str, int]:
    tables = ["accounts_user", "accounts_agency", "groups_group", "groups_membership", "groups_milestone"]
    with sqlite3.connect(var_dir / "portal.sqlite3") as database:
        return {table: database.execute(f"select count(*) from {table}").fetchone()[0] for table in tables}  # noqa: S608


def test_it_greets_with_the_address_and_the_sign_ins(first_start: tuple[Portal, str]) -> None:
    portal, out = first_start
    assert f"http://127.0.0.1:{portal.port}" in out
    assert "staff@example.go.th" in out
    assert portal.process.returncode == 0


def test_a_second_start_is_quick_and_doubles_nothing(first_start: tuple[Portal, str], var_dir: Path, port: int) -> None:
    """The best of three: other work on the machine is not the portal's."""
    before = rows(var_dir)
    starts = []
    for _ in range(3):
        portal = Portal(port, var_dir)
        starts.append(portal.wait())
        portal.stop()
        if min(starts) < SECOND_START:
            break
    print(f"second start: {min(starts):.1f} s")
    assert rows(var_dir) == before
    assert min(starts) < SECOND_START


def test_a_port_in_use_gives_one_clear_line(var_dir: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        portal = Portal(taken.getsockname()[1], var_dir)
        _, err = portal.process.communicate(timeout=30)
    assert portal.process.returncode == 1
    assert err.count("\n") == 1
    assert "is in use" in err


def test_without_the_demonstration_there_are_groups_but_no_people(tmp_path: Path, port: int) -> None:
    portal = Portal(port, tmp_path, DEMO="0")
    portal.wait()
    out = portal.stop()
    counted = rows(tmp_path)
    assert (counted["accounts_user"], counted["groups_group"]) == (0, 14)
    assert "staff@example.go.th" not in out
