def mix_due() -> int:
    return 0
