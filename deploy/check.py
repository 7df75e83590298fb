"""The checks of `make check` and of CI, in order; the first failure ends it."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
DJANGO = [sys.executable, "manage.py"]
# `check --deploy` looks at the production settings: https, a secret, no debugging.
PRODUCTION = {
    "SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-check-only",
    "SITE_URL": "https://cops.example.go.th",
    "DATABASE_URL": "sqlite:///:memory:",
}


def templates() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "templates"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [name for name in listed.stdout.split() if name.endswith(".html")]


def commands() -> list[list[str]]:
    return [
        [str(BIN / "ruff"), "format", "--check", "."],
        [str(BIN / "ruff"), "check", "."],
        [str(BIN / "mypy"), "."],
        [str(BIN / "lint-imports")],
        [str(BIN / "djade"), "--check", "--target-version", "5.2", *templates()],
        [*DJANGO, "check", "--deploy", "--fail-level", "WARNING"],
        [*DJANGO, "makemigrations", "--check", "--dry-run"],
    ]


def main() -> int:
    for command in commands():
        print("$", " ".join(command[:6]), "…" if len(command) > 6 else "", flush=True)
        code = subprocess.run(command, cwd=ROOT, env=os.environ | PRODUCTION, check=False).returncode
        if code:
            return code
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
