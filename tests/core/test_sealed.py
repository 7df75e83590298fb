import pytest
from cryptography.fernet import InvalidToken
from django.conf import LazySettings

from core.sealed import seal, unseal


def test_what_is_sealed_cannot_be_read_and_can_be_unsealed() -> None:
    sealed = seal("JBSWY3DPEHPK3PXP")
    assert "JBSWY3DPEHPK3PXP" not in sealed
    assert unseal(sealed) == "JBSWY3DPEHPK3PXP"


def test_a_former_key_still_opens_and_a_foreign_one_does_not(settings: LazySettings) -> None:
    sealed = seal("ความลับ")
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another", [settings.SECRET_KEY]
    assert unseal(sealed) == "ความลับ"
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(InvalidToken):
        unseal(sealed)
