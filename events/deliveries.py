"""What became of each person's copy of a message."""

from django.db.models import Case, Count, Q, QuerySet, TextChoices, Value, When

from accounts.models import MailFrequency

from .models import Delivery


class Outcome(TextChoices):
    MAILED = "mailed", "ส่งอีเมลแล้ว"
    WAITING = "waiting", "รอส่งอีเมล"
    DIGEST = "digest", "รวมในอีเมลสรุป"
    UNWANTED = "unwanted", "ไม่รับทางอีเมล (อ่านได้ในหน้าการแจ้งเตือน)"
    GONE = "gone", "บัญชีปิดหรือระงับแล้ว"


TONES = {Outcome.MAILED: "ok", Outcome.WAITING: "warn", Outcome.DIGEST: "info", Outcome.UNWANTED: "", Outcome.GONE: ""}


def with_outcome(rows: QuerySet[Delivery]) -> QuerySet[Delivery]:
    unwanted = Q(notification__frequency=MailFrequency.NONE) | Q(user__mail_frequency=MailFrequency.NONE)
    return rows.annotate(
        outcome=Case(
            When(notification__mailed_at__isnull=False, then=Value(Outcome.MAILED)),
            When(Q(notification=None) | Q(user__is_active=False), then=Value(Outcome.GONE)),
            When(unwanted, then=Value(Outcome.UNWANTED)),
            When(notification__frequency=MailFrequency.INSTANT, then=Value(Outcome.WAITING)),
            default=Value(Outcome.DIGEST),
        )
    )


def outcome_of(copy: Delivery) -> Outcome:
    return Outcome(copy.outcome)  # type: ignore[attr-defined]  # annotated by `with_outcome`


def totals(rows: QuerySet[Delivery]) -> list[tuple[str, int]]:
    """Label and number of people, without those of nobody."""
    counts = dict(with_outcome(rows).order_by().values_list("outcome").annotate(Count("pk")))  # type: ignore[misc]
    return [(outcome.label, counts[outcome]) for outcome in Outcome if outcome in counts]
