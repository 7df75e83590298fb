"""Signing in with ThaID, or any other OpenID Connect provider that the settings name."""
