"""CPU of a page when it is asked for first after a change. In one process, without the server."""

import io
import os
import sys
import time

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "cops_portal.settings"
django.setup()

from django.core.handlers.wsgi import WSGIHandler  # noqa: E402  after setup

from core import pagecache  # noqa: E402

ROUNDS = 100
handler = WSGIHandler()


def fetch(address: str) -> None:
    path, _, query = address.partition("?")
    environ = {
        "REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": query, "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80", "HTTP_HOST": "127.0.0.1", "HTTP_USER_AGENT": "Mozilla/5.0", "REMOTE_ADDR": "127.0.0.1",
        "HTTP_ACCEPT_ENCODING": "gzip", "wsgi.input": io.BytesIO(), "wsgi.errors": sys.stderr,
        "wsgi.url_scheme": "http", "wsgi.version": (1, 0), "wsgi.multithread": True, "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }  # fmt: skip
    statuses: list[str] = []
    response = handler(environ, lambda status, headers, error=None: statuses.append(status))
    b"".join(response)
    response.close()
    assert statuses == ["200 OK"], (address, statuses)


def cpu_ms(path: str) -> float:
    fetch(path)
    spent = 0.0
    for _ in range(ROUNDS):
        pagecache.changed()
        before = time.process_time()
        fetch(path)
        spent += time.process_time() - before
    return spent / ROUNDS * 1000


for path in sys.argv[1:]:
    print(f"{path}\t{cpu_ms(path):.3f}")
