"""Secrets of people (seeds of their second factor), unreadable in the database and its backups without SECRET_KEY."""

import base64

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.utils.crypto import salted_hmac


def seal(text: str) -> str:
    return _keys().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """Sealed under this key or a former one (SECRET_KEY_FALLBACKS)."""
    return _keys().decrypt(sealed.encode()).decode()


def _keys() -> MultiFernet:
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_key(secret)) for secret in secrets])


def _key(secret: str) -> bytes:
    return base64.urlsafe_b64encode(salted_hmac("core.sealed", "", secret=secret, algorithm="sha256").digest())
