"""For load balancers and monitoring: `healthz` says that the process answers, `readyz` that it can do its work."""

import logging
import os
from collections.abc import Callable

from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import get_random_string
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core.access import public
from core.background import worker_is_alive

logger = logging.getLogger(__name__)


@public
@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@public
@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    parts = {name: works(check) for name, check in CHECKS.items()}
    is_ready = all(parts.values())
    return JsonResponse({"ready": is_ready, **parts}, status=200 if is_ready else 503)


def works(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except Exception:
        logger.warning("%s failed", check.__name__, exc_info=True)
        return False


def database_answers() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return cursor.fetchone() == (1,)


def cache_keeps() -> bool:
    """One key per process, so that probing fills nothing."""
    key, value = f"readyz:{os.getpid()}", get_random_string(12)
    cache.set(key, value, 30)
    return cache.get(key) is not None


CHECKS: dict[str, Callable[[], bool]] = {
    "database": database_answers,
    "cache": cache_keeps,
    "worker": worker_is_alive,
}
