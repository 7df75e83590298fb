def forget_drafts() -> int:
    return 0
