"""Random identifiers, as defaults that migrations can name."""

import secrets
import uuid

# Without 0/O, 1/I/L and U: read out over a telephone without a mistake.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_uid() -> str:
    return str(uuid.uuid4())


def new_secret() -> str:
    return secrets.token_urlsafe(32)


def new_code() -> str:
    """For a certificate: twelve characters, about 59 bits, so that nobody finds another's by trying."""
    return "".join(secrets.choice(ALPHABET) for _ in range(12))
