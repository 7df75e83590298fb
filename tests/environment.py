"""Loaded before Django's settings (pyproject: `-p tests.environment`): they read the environment."""

import os
import tempfile
from pathlib import Path

os.environ["SECRET_KEY"] = "tests-only-tests-only-tests-only-tests-only-tests-only"
os.environ["EMBEDDED"] = "1"
os.environ["SITE_URL"] = "http://testserver"
os.environ["VAR_DIR"] = tempfile.mkdtemp(prefix="cops-tests-")
(Path(os.environ["VAR_DIR"]) / "static").mkdir()
for name in ("DATABASE_URL", "REDIS_URL", "DEMO", "DEBUG", "REQUIRE_STAFF_MFA", "USE_X_ACCEL", "YOUTUBE_OEMBED_URL"):
    os.environ.pop(name, None)
if os.environ.get("TEST_DATABASE_URL"):
    os.environ["DATABASE_URL"] = os.environ["TEST_DATABASE_URL"]
