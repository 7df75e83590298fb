"""Documents of an event: who adds, orders and removes them, who has them, how often."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template.loader import render_to_string
from django.test import Client
from django.utils import timezone

from core import documents, pagecache
from core.documents import CleanDocument
from events.models import CoHost, Document, Event, LogLine, State
from events.services import documents as acts
from groups.visibility import Visibility
from tests.core.test_documents import PDF, office, old_office, package
from tests.factories import make_event, make_group, make_membership, make_user

pytestmark = pytest.mark.django_db
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0"


@pytest.fixture
def event(group):
    return make_event(group=group, starts_at=timezone.now() - timedelta(days=2), state=State.ENDED)


@pytest.fixture
def document(event, facilitator):
    return added(event, facilitator, "ตารางปัญหาและวิธีแก้ 7 ข้อ")


@pytest.fixture
def browser() -> Client:
    return Client(headers={"user-agent": FIREFOX})


def added(event: Event, by, title: str = "", content: bytes = PDF) -> Document:
    clean = CleanDocument(ContentFile(content, name="0123.pdf"), "PDF", len(content), "น้ำ ที่ ปู่.pdf")
    return acts.add(event=event, content=clean, by=by, title=title)


def page(event: Event) -> str:
    return f"/events/{event.pk}/documents/"


def upload(content: bytes = PDF, name: str = "แผน น้ำ.pdf", **fields: str) -> dict:
    return {"file": SimpleUploadedFile(name, content), "is_open": "on"} | fields


def titles(event: Event) -> list[str]:
    return list(Document.objects.filter(event=event).values_list("title", flat=True))


def files(settings: LazySettings) -> list[str]:
    return sorted(path.name for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file())


# --- The list ---------------------------------------------------------------------------------------------
def test_a_document_is_added(as_, facilitator, event, told, settings) -> None:
    before = pagecache.read().number
    response = as_(facilitator).post(page(event), upload(title=" ตารางปัญหา  7 ข้อ "))
    assert (told(response), response["Location"]) == (["แนบ “ตารางปัญหา 7 ข้อ” แล้ว"], page(event))
    row = Document.objects.get()
    assert (row.title, row.kind, row.size, row.original_name) == ("ตารางปัญหา 7 ข้อ", "PDF", len(PDF), "แผน น้ำ.pdf")
    assert (row.added_by, row.event, row.downloads) == (facilitator, event, 0)
    assert files(settings) == [Path(row.file.name).name]
    assert "แผน" not in row.file.name
    assert LogLine.objects.get().text == "แนบเอกสาร: ตารางปัญหา 7 ข้อ"
    assert pagecache.read().number > before


def test_without_a_title_the_name_of_the_file_is_one(as_, facilitator, event) -> None:
    as_(facilitator).post(page(event), upload(office("XLSX"), "แผน พ.ศ. 2570.xls"))
    row = Document.objects.get()
    assert (row.title, row.original_name) == ("แผน พ.ศ. 2570", "แผน พ.ศ. 2570.xlsx")


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        (b"", "แผน.pdf", "ไฟล์นี้ว่างเปล่า กรุณาเลือกไฟล์อื่น"),
        (b"<svg onload=alert(1)>", "แผน.pdf", documents.WRONG_TYPE),
        (b"<html>", "แผน.html", documents.WRONG_TYPE),
        (package(("แผน.pdf", PDF)), "แผน.docx", documents.ARCHIVE),
        (office("DOCX", ("word/vbaProject.bin", b"")), "แผน.docx", documents.MACROS),
        (old_office("EncryptedPackage"), "แผน.docx", documents.LOCKED),
        (old_office(), "แผน.doc", documents.OLD_OFFICE),
        (PDF[:40], "แผน.pdf", documents.BROKEN),
        (PDF + bytes(20 * 1024 * 1024), "แผน.pdf", "ไฟล์มีขนาดเกิน 20 เมกะไบต์ กรุณาเลือกไฟล์ที่เล็กกว่านี้"),
    ],
)
def test_a_bad_file_says_why_and_the_title_stays(as_, facilitator, event, settings, content, name, message) -> None:
    form = as_(facilitator).post(page(event), upload(content, name, title="ตาราง")).context["form"]
    assert (dict(form.errors), form["title"].value()) == ({"file": [message]}, "ตาราง")
    assert (titles(event), files(settings)) == ([], [])


def test_what_is_missing_is_said(as_, facilitator, event) -> None:
    form = as_(facilitator).post(page(event), {"title": "ก" * 201, "file": "no file"}).context["form"]
    assert form.errors == {
        "file": ["กรุณาเลือกไฟล์"],
        "title": ["ยาว 201 ตัวอักษร กรุณาตัดให้เหลือ 200"],
        "is_open": ["กรุณายืนยัน เอกสารที่มีชั้นความลับห้ามแนบในเว็บไซต์นี้"],
    }


def test_an_event_holds_only_so_many(as_, facilitator, event, monkeypatch, settings) -> None:
    monkeypatch.setattr(acts, "MOST", 1)
    client = as_(facilitator)
    client.post(page(event), upload())
    form = client.post(page(event), upload()).context["form"]
    assert form.non_field_errors() == ["กิจกรรมหนึ่งแนบได้ไม่เกิน 1 ไฟล์ กรุณาลบไฟล์ที่ไม่ใช้ก่อน"]
    assert (len(titles(event)), len(files(settings))) == (1, 1)


def test_order(as_, facilitator, event) -> None:
    rows = {title: added(event, facilitator, title) for title in "กขค"}
    client = as_(facilitator)
    orders = []
    for title, action in [("ค", "up"), ("ก", "down"), ("ค", "up"), ("ข", "down"), ("ข", "up")]:
        assert client.post(page(event), {"document": rows[title].pk, "action": action}).status_code == 302
        orders.append("".join(titles(event)))
    assert orders == ["กคข", "คกข", "คกข", "คกข", "คขก"]


def test_one_is_removed_with_its_file(
    as_, facilitator, event, document, settings, told, django_capture_on_commit_callbacks
) -> None:
    other = added(event, facilitator, "อื่น")
    before = pagecache.read().number
    with django_capture_on_commit_callbacks(execute=True):
        response = as_(facilitator).post(page(event), {"document": document.pk, "action": "remove"})
    assert told(response) == ["ลบ “ตารางปัญหาและวิธีแก้ 7 ข้อ” แล้ว"]
    assert (titles(event), files(settings)) == (["อื่น"], [Path(other.file.name).name])
    assert LogLine.objects.first().text == "ลบเอกสาร: ตารางปัญหาและวิธีแก้ 7 ข้อ"
    assert pagecache.read().number > before
    acts.remove(document=document, by=facilitator)
    assert LogLine.objects.filter(text__startswith="ลบ").count() == 1


@pytest.mark.parametrize("number", ["", "0", "x", "๑", "9" * 30, "-1"])
def test_what_is_not_there_cannot_be_changed(as_, facilitator, event, document, number) -> None:
    client = as_(facilitator)
    for action in ("remove", "up", "down"):
        assert client.post(page(event), {"document": number, "action": action}).status_code == 404
    foreign = added(make_event(), facilitator, "ของกลุ่มอื่น")
    assert client.post(page(event), {"document": foreign.pk, "action": "remove"}).status_code == 404
    assert (len(titles(event)), len(titles(foreign.event))) == (1, 1)


def test_who_sees_to_the_list(as_, visitor, outsider, member, facilitator, officer, event, document) -> None:
    cohost = make_group()
    CoHost.objects.create(event=event, group=cohost)
    colleague = make_user()
    make_membership(group=cohost, user=colleague, role="facilitator")
    people = {
        "outsider": outsider,
        "member": member,
        "facilitator": facilitator,
        "officer": officer,
        "cohost": colleague,
    }
    got = {name: as_(person).get(page(event)).status_code for name, person in people.items()}
    assert got == {"outsider": 404, "member": 404, "facilitator": 200, "officer": 200, "cohost": 200}
    for person in (outsider, member):
        client = as_(person)
        posts = [client.post(page(event), data) for data in (upload(), {"document": document.pk, "action": "remove"})]
        assert [post.status_code for post in posts] == [404, 404]
    assert visitor.get(page(event))["Location"].startswith("/accounts/login/?next=")
    assert titles(event) == [document.title]


def test_queries_do_not_grow_with_documents(as_, facilitator, event, steady, django_assert_num_queries) -> None:
    client = as_(facilitator)
    client.get(page(event))
    for more in (1, 29):
        for _ in range(more):
            added(event, make_user())
        with django_assert_num_queries(4):
            client.get(page(event))


# --- The file ---------------------------------------------------------------------------------------------
def test_the_file_under_its_own_name(browser, document) -> None:
    answer = browser.get(document.get_absolute_url())
    assert (answer.status_code, answer.getvalue(), answer["Content-Type"]) == (200, PDF, "application/pdf")
    name = "%E0%B8%99%E0%B9%89%E0%B8%B3%20%E0%B8%97%E0%B8%B5%E0%B9%88%20%E0%B8%9B%E0%B8%B9%E0%B9%88.pdf"
    assert answer["Content-Disposition"] == f"attachment; filename=\"document.pdf\"; filename*=UTF-8''{name}"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_what_counts_as_a_download(browser, visitor, document) -> None:
    address = document.get_absolute_url()
    first = browser.get(address)
    counted = [
        browser.get(address, headers={"range": "bytes=0-9"}),
        browser.get(address, headers={"range": f"bytes=0-{len(PDF)}"}),
    ]
    uncounted = [
        browser.head(address),
        browser.get(address, headers={"range": "bytes=10-"}),
        browser.get(address, headers={"range": "bytes=-5"}),
        browser.get(address, headers={"range": "bytes=99999-"}),
        browser.get(address, headers={"if-none-match": first["ETag"]}),
        browser.get(address, headers={"sec-purpose": "prefetch"}),
        visitor.get(address),
        visitor.get(address, headers={"user-agent": "Mozilla/5.0 (compatible; Googlebot/2.1)"}),
    ]
    assert [answer.status_code for answer in counted] == [206, 206]
    assert [answer.status_code for answer in uncounted] == [200, 206, 206, 416, 304, 200, 200, 200]
    assert b"".join(first) == PDF
    assert sum(len(b"".join(answer)) for answer in (*counted, *uncounted)) > len(PDF)
    document.refresh_from_db()
    assert document.downloads == 3


@pytest.mark.parametrize(
    ("fields", "codes"),
    [
        ({"visibility": Visibility.PUBLIC}, [200, 200, 200, 200]),
        ({"visibility": Visibility.INTERNAL}, [404, 200, 200, 200]),
        ({"visibility": Visibility.GROUP}, [404, 404, 200, 200]),
        ({"state": State.DRAFT}, [404, 404, 404, 200]),
    ],
)
def test_the_file_is_for_those_who_see_the_event(
    as_, visitor, outsider, member, facilitator, document, fields, codes
) -> None:
    Event.objects.update(**fields)
    clients = [visitor, as_(outsider), as_(member), as_(facilitator)]
    assert [client.head(document.get_absolute_url()).status_code for client in clients] == codes


def test_an_address_names_the_event_too(browser, document) -> None:
    other = make_event()
    assert browser.get(f"/events/{other.pk}/documents/{document.pk}/").status_code == 404
    assert browser.get(f"/events/{document.event_id}/documents/{document.pk + 1}/").status_code == 404


def test_a_file_that_is_gone_is_not_found(browser, document) -> None:
    document.file.storage.delete(document.file.name)
    assert browser.get(document.get_absolute_url()).status_code == 404
    document.refresh_from_db()
    assert document.downloads == 0


def test_nginx_sends_it_and_it_still_counts(browser, document, settings) -> None:
    settings.USE_X_ACCEL = True
    answer = browser.get(document.get_absolute_url())
    assert (answer.content, answer["X-Accel-Redirect"]) == (b"", f"/protected-media/{document.file.name}")
    document.refresh_from_db()
    assert document.downloads == 1


def test_the_list_for_readers(document) -> None:
    document.size = 317_440
    html = render_to_string("ui/file_list.html", {"files": [document]})
    assert f'<a href="/events/{document.event_id}/documents/{document.pk}/">' in html
    assert "<b>ตารางปัญหาและวิธีแก้ 7 ข้อ<small>PDF · 310 กิโลไบต์</small></b>" in html
