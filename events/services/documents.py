"""Documents of an event: added, put in order, removed by those who run it."""

from pathlib import PurePath

from django.db import transaction

from accounts.models import User
from core import pagecache
from core.documents import CleanDocument
from groups.services import Refused

from ..models import Document, Event
from .registration import lock

MOST = 30  # of one event


@transaction.atomic
def add(*, event: Event, content: CleanDocument, by: User, title: str = "") -> Document:
    """At the end of the list. Without a title, the name of the file is one."""
    event = lock(event)
    orders = list(Document.objects.filter(event=event).values_list("order", flat=True))
    if len(orders) >= MOST:
        raise Refused(f"กิจกรรมหนึ่งแนบได้ไม่เกิน {MOST} ไฟล์ กรุณาลบไฟล์ที่ไม่ใช้ก่อน")
    row = Document(
        event=event,
        title=title or PurePath(content.original_name).stem,
        original_name=content.original_name,
        kind=content.kind,
        size=content.size,
        order=max(orders, default=0) + 1,
        added_by=by,
    )
    row.file.save(str(content.content.name), content.content, save=False)
    row.save()
    event.log(f"แนบเอกสาร: {row.title}", by=by)
    pagecache.changed()
    return row


@transaction.atomic
def remove(*, document: Document, by: User) -> None:
    """For good, the file with it. Removing twice is removing once."""
    event = lock(document.event)
    row = Document.objects.filter(event=event, pk=document.pk).first()
    if row is None:
        return
    storage, stored = row.file.storage, str(row.file.name)
    row.delete()
    transaction.on_commit(lambda: storage.delete(stored))
    event.log(f"ลบเอกสาร: {row.title}", by=by)
    pagecache.changed()


@transaction.atomic
def move(*, document: Document, up: bool) -> None:
    """Past its neighbour; the first stays first and the last stays last."""
    event = lock(document.event)
    rows = list(Document.objects.filter(event=event))
    place = next((place for place, row in enumerate(rows) if row.pk == document.pk), None)
    if place is None or not 0 <= (other := place - 1 if up else place + 1) < len(rows):
        return
    rows[place], rows[other] = rows[other], rows[place]
    for order, row in enumerate(rows, 1):
        row.order = order
    Document.objects.bulk_update(rows, ["order"])
    pagecache.changed()
