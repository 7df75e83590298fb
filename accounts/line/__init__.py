"""Signing in with LINE, for people who linked it to their account here. A LINE name proves no civil identity."""
