"""Who asks too often waits. Counted in the shared cache under a digest: no address is stored."""

from django.core.cache import cache
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from .visitors import client_address


def asks_too_often(request: HttpRequest, act: str, *, most: int, seconds: int) -> bool:
    return happens_too_often(act, client_address(request), most=most, seconds=seconds)


def happens_too_often(act: str, who: str, *, most: int, seconds: int) -> bool:
    """Count one more `act` of an address, a key, a person; whether that is more than `most` within so many seconds."""
    digest = salted_hmac("core.throttle", who, algorithm="sha256").hexdigest()[:32]
    key = f"throttle:{act}:{digest}"
    cache.add(key, 0, seconds)
    try:
        return cache.incr(key) > most
    except ValueError:  # it ran out between the two lines
        return False
