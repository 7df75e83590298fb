"""Access rules that look at the person alone."""

from core.access import rule

officers_only = rule("officers_only", lambda user: user.is_officer)
