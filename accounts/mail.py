"""Letters in the portal's look: one text each, sent as plain text and as HTML with the same words."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

from .models import MailFrequency, Notification, User

UNSUBSCRIBE_SALT = "accounts.unsubscribe"
DIGEST_LINES = 60  # written out in one digest; the inbox has the rest


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of a letter. One that consists of "label: address on this portal" becomes a button."""

    text: str
    label: str = ""
    url: str = ""


def one_line(text: object) -> str:
    """Fit for a header: no line break, no control character."""
    return "".join(char for char in " ".join(str(text).split()) if char.isprintable())


def absolute(path: str) -> str:
    """The full address of a page of this portal; anything else leads to the home page."""
    is_path = path.startswith("/") and not path.startswith(("//", "/\\"))
    return settings.SITE_URL + (path if is_path else "/")


def paragraphs(text: str) -> list[Paragraph]:
    button = re.compile(rf"([^:\n]+): ({re.escape(settings.SITE_URL)}/\S*)")
    parts = []
    for part in re.split(r"\n\s*\n", text.strip()):
        match = button.fullmatch(part.strip())
        parts.append(Paragraph(part.strip(), *(match.groups() if match else ())))
    return parts


def letter(*, to: str, subject: str, text: str) -> EmailMultiAlternatives:
    """A letter about the person's own account: sent whatever mail the person takes."""
    return _compose("letter", to=to, subject=subject, context={"paragraphs": paragraphs(text)})


def notification(lines: Sequence[Notification]) -> EmailMultiAlternatives:
    """One line of the inbox, mailed at once."""
    line = lines[0]
    message = _compose(
        "notification",
        to=line.recipient.email,
        subject=line.text,
        context=_personal(line.recipient) | {"line": line, "url": absolute(line.url)},
        headers=_unsubscribe_headers(line.recipient),
    )
    message.extra_headers["Message-ID"] = _message_id(lines)
    return message


def digest(lines: Sequence[Notification]) -> EmailMultiAlternatives:
    """Several lines of one person's inbox, the newest first."""
    person, weekly = lines[0].recipient, lines[0].frequency == MailFrequency.WEEKLY
    newest = sorted(lines, key=lambda line: line.pk, reverse=True)[:DIGEST_LINES]
    subject = f"สรุป{'รายสัปดาห์' if weekly else 'ประจำวัน'}: {len(lines)} เรื่องถึงท่าน"
    message = _compose(
        "digest",
        to=person.email,
        subject=subject,
        context=_personal(person)
        | {
            "lines": [(line, absolute(line.url)) for line in newest],
            "more": len(lines) - len(newest),
            "inbox_url": absolute(reverse("accounts:notification_list")),
            "period": "สัปดาห์ละครั้ง" if weekly else "วันละครั้ง",
        },
        headers=_unsubscribe_headers(person),
    )
    message.extra_headers["Message-ID"] = _message_id(lines)
    return message


def unsubscribe_token(person: User) -> str:
    return signing.dumps(person.pk, salt=UNSUBSCRIBE_SALT)


def person_of_token(token: str) -> User | None:
    """Whose token this is. It does not expire: an old mail must be able to stop the next one."""
    try:
        pk = signing.loads(token, salt=UNSUBSCRIBE_SALT)
    except signing.BadSignature:
        return None
    return User.objects.active().filter(pk=pk).first()


def _compose(
    name: str, *, to: str, subject: str, context: dict[str, Any], headers: dict[str, str] | None = None
) -> EmailMultiAlternatives:
    subject = one_line(subject)
    context = context | {"subject": subject, "site_url": settings.SITE_URL, "contact_email": settings.CONTACT_EMAIL}
    text = render_to_string(f"email/{name}.txt", context)
    message = EmailMultiAlternatives(subject, _tidy(text), to=[to], headers=headers or {})
    message.attach_alternative(render_to_string(f"email/{name}.html", context), "text/html")
    return message


def _tidy(text: str) -> str:
    """At most one empty line in a row: template tags leave more."""
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in text.strip().splitlines())) + "\n"


def _personal(person: User) -> dict[str, Any]:
    return {
        "person": person,
        "preferences_url": absolute(reverse("accounts:preferences")),
        "unsubscribe_url": _unsubscribe_url(person),
    }


def _unsubscribe_url(person: User) -> str:
    return absolute(reverse("accounts:unsubscribe", args=[unsubscribe_token(person)]))


def _unsubscribe_headers(person: User) -> dict[str, str]:
    """One click in the mail program stops all mail (RFC 8058)."""
    return {
        "List-Unsubscribe": f"<{_unsubscribe_url(person)}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Auto-Submitted": "auto-generated",
    }


def _message_id(lines: Sequence[Notification]) -> str:
    """The same lines, the same id: should a crash make us send twice, mail systems drop the second."""
    host = settings.SITE_URL.partition("://")[2].partition(":")[0]
    return f"<inbox-{lines[0].recipient_id}-{lines[0].pk}-{lines[-1].pk}-{len(lines)}@{host}>"
