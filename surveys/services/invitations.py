def invite_due() -> int:
    return 0
