"""Notes each page that a person opens, in memory; a thread of its own writes them down every few seconds.

So the counter adds no write and no wait to a page, and a killed process loses at most `FLUSH_EVERY` seconds.
The thread runs only where `enable()` was called (by the WSGI application), and starts with the first visit.
"""

import contextlib
import logging
import os
import threading
from collections import deque
from collections.abc import Callable
from multiprocessing.util import Finalize

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse

from core.visitors import Visit, is_loaded_ahead, visit_of

from . import visits
from .visits import Totals

logger = logging.getLogger(__name__)
FLUSH_EVERY = 3.0  # seconds
LIMIT = 50_000  # visits held while the database is away; beyond that the oldest are dropped


class VisitCounterMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if is_page(response) and is_opened(request):
            counter.note(visit_of(request))
        return response


def is_page(response: HttpResponse) -> bool:
    """A whole HTML page: sent now, or known to be unchanged in the browser that asked."""
    if response.status_code == 304:
        return getattr(response, "is_public_page", False)
    return response.status_code == 200 and response.get("Content-Type", "").startswith("text/html")


def is_opened(request: HttpRequest) -> bool:
    """By somebody who looks at it now: neither a fragment for HTMX nor loaded in advance."""
    return request.method == "GET" and "HTTP_HX_REQUEST" not in request.META and not is_loaded_ahead(request)


class Counter:
    """One per process. `note` may be called by any thread; `flush` writes on the calling thread's connection."""

    def __init__(self) -> None:
        self.enabled = False
        self.reset()

    def reset(self) -> None:
        """Begin empty, as in a process that was just forked: its parent writes down what it has noted itself."""
        self._waiting: deque[Visit] = deque(maxlen=LIMIT)
        self._writing = threading.Lock()
        self._starting = threading.Lock()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        self._totals: Totals | None = None

    def note(self, visit: Visit) -> None:
        self._waiting.append(visit)
        if self.enabled and self._thread is None:
            self.start()

    def flush(self) -> None:
        """Write down what waits. What could not be written waits on."""
        with self._writing:
            batch = [self._waiting.popleft() for _ in range(len(self._waiting))]
            try:
                if batch:
                    visits.record(batch)
                self._totals = visits.totals()
            except Exception:
                room = LIMIT - len(self._waiting)
                self._waiting.extendleft(reversed(batch[max(0, len(batch) - room) :]))
                raise

    def totals(self) -> Totals:
        """As of a few seconds ago. Only the very first page of a server process has to ask the database."""
        if self._totals is None and self.enabled:
            try:
                self._totals = visits.totals()
            except DatabaseError:
                logger.warning("the visitor numbers cannot be read", exc_info=True)
        return self._totals or visits.nothing_yet()

    def start(self) -> None:
        with self._starting:
            if self._thread is None:
                thread = threading.Thread(target=self._run, name="visit-counter", daemon=True)
                with contextlib.suppress(RuntimeError):  # no more threads to be had: the next visit tries again
                    thread.start()
                    self._thread = thread
                    # atexit alone is not enough: servers that fork through multiprocessing skip it.
                    Finalize(None, self.stop, exitpriority=10)

    def stop(self) -> None:
        """End the thread after a last flush."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join(timeout=5)

    def _run(self) -> None:
        last = False
        while not last:
            last = self._stopped.wait(FLUSH_EVERY)
            self._try_to_flush()
        connection.close()

    def _try_to_flush(self) -> None:
        try:
            connection.close_if_unusable_or_obsolete()
            self.flush()
        except Exception:
            logger.exception("visits could not be written down; trying again")
            connection.close()


counter = Counter()
os.register_at_fork(after_in_child=counter.reset)


def enable() -> None:
    """Let this process write visits down: called where the portal is served, not in tests and commands."""
    counter.enabled = True
