def correct_counts() -> list[str]:
    return []
