"""`make run`: prepare the embedded portal, start web server and worker, and stop both together.

Standard library only, so that this process stays small beside what it starts.
"""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VAR = Path(os.environ.get("VAR_DIR", ROOT / "var"))
PASSWORD = "cops-demo-2570"  # noqa: S105  the demonstration's, printed below
# What differs in the demonstration: administrators need no second factor, and the old site had visitors.
DEMONSTRATION = {
    "REQUIRE_STAFF_MFA": "0",
    "COUNTER_OPENING_BALANCE": "1052000",
    "COUNTER_SINCE": "2019-10-01",
}
SIGN_INS = [
    ("staff@example.go.th", "สมาชิก"),
    ("facilitator@example.go.th", "ผู้ดำเนินกลุ่ม (คุณอำนวย)"),
    ("officer@example.go.th", "เจ้าหน้าที่จัดการความรู้"),
    ("executive@example.go.th", "ผู้บริหาร (คุณเอื้อ)"),
    ("outsider@example.go.th", "ผู้ที่ยังไม่ได้เข้ากลุ่ม"),
    ("admin@example.go.th", "ผู้ดูแลระบบ → /admin/"),
]


def environment(port: int, demo: bool) -> dict[str, str]:
    VAR.mkdir(parents=True, exist_ok=True)
    secret = VAR / "secret_key"
    if not secret.exists():
        secret.touch(mode=0o600)
        secret.write_text(secrets.token_urlsafe(50))
    defaults = {"SITE_URL": f"http://127.0.0.1:{port}"} | (DEMONSTRATION if demo else {})
    return (
        defaults
        | os.environ
        | {
            "EMBEDDED": "1",
            "DEMO": "1" if demo else "0",
            "VAR_DIR": str(VAR),
            "DJANGO_SETTINGS_MODULE": "cops_portal.settings",
            "PYTHONUNBUFFERED": "1",
        }
    )


def is_taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def start(port: int, env: dict[str, str]) -> list[subprocess.Popen[bytes]]:
    """Each child leads a process group of its own: a Ctrl-C reaches this process alone, which then stops them."""
    granian = [
        str(Path(sys.executable).parent / "granian"), "--interface", "wsgi", "--host", "127.0.0.1",
        "--port", str(port), "--workers", "2", "--blocking-threads", "4", "--no-ws", "--log-level", "warning",
        "--respawn-failed-workers", "--workers-kill-timeout", "10", "cops_portal.wsgi:application",
    ]  # fmt: skip
    worker = [sys.executable, "manage.py", "worker"]
    return [subprocess.Popen(command, cwd=ROOT, env=env, start_new_session=True) for command in (granian, worker)]


def wait_until_ready(port: int, children: list[subprocess.Popen[bytes]]) -> bool:
    while all(child.poll() is None for child in children):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1):
                return True
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    return False


def stop(children: list[subprocess.Popen[bytes]]) -> None:
    for child in children:
        if child.poll() is None:
            child.send_signal(signal.SIGTERM)
    deadline = time.monotonic() + 15
    for child in children:
        try:
            child.wait(timeout=max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()


def greet(port: int, demo: bool) -> None:
    print(f"\n  ชุมชนนักปฏิบัติ สป.มท. พร้อมใช้งานที่ http://127.0.0.1:{port}")
    if demo:
        print(f"  บัญชีสาธิต (รหัสผ่านทุกบัญชี: {PASSWORD})")
        for email, role in SIGN_INS:
            print(f"    {email:<28} {role}")
    print(f"  อีเมลที่ระบบส่งอยู่ใน {VAR / 'mail'}   หยุดด้วย Ctrl-C\n", flush=True)


def main() -> int:
    port = int(os.environ.get("PORT") or 8000)
    demo = os.environ.get("DEMO", "1") not in ("0", "")
    if is_taken(port):
        print(f"Port {port} is in use. Stop what uses it, or choose another: make run PORT={port + 1}", file=sys.stderr)
        return 1
    env = environment(port, demo)
    prepare = [sys.executable, "manage.py", "prepare", *(["--demo"] if demo else [])]
    if code := subprocess.run(prepare, cwd=ROOT, env=env, check=False).returncode:
        return code
    children = start(port, env)
    stopping = False

    def request_stop(*_: object) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGINT, request_stop)
    signal.signal(signal.SIGTERM, request_stop)
    if wait_until_ready(port, children):
        greet(port, demo)
    while not stopping and all(child.poll() is None for child in children):
        time.sleep(0.2)
    stop(children)
    return 0 if stopping else 1


if __name__ == "__main__":
    raise SystemExit(main())
