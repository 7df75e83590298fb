"""Bad input on every form and query. Run inside pytest (db)."""
import random, io, traceback, os, itertools
from django.test import Client
from django.urls import reverse
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
pytestmark = pytest.mark.django_db
from tests.events.test_access import cast, ids  # noqa
@pytest.fixture
def level(): return "public"
BAD = ["", " ", "x"*100_000, "ก"*5000, "\x00", "a\x00b", "\x01\x02", "\u202eabc", "😀"*50, "๑๒๓", "-1", "0", "999999999999999999999999999999", "1e999", "NaN", "Infinity", "-0.0", "<script>alert(1)</script>", "'; DROP TABLE x; --", "{{7*7}}", "%s%s%n", "\r\nX: y", "\ud7ff\uffff", "[]", "{}", "null", "true", "../../etc/passwd", "=1+1", "๙"*30, "²", "１２", "٣", "\u0e33"*200, "\u0e48"*200, "https://", "http://[::1", "https://a@b:99999/", "javascript:alert(1)", "2569-13-45", "25.99", "24:00", "99:99", "๒๔.๐๐"]
FIELDS = {
 "registration": ["mode","site","action"], "interest": ["interested"],
 "replay_edit": ["video_id","length","is_shown","chapters","absence"],
 "document_list": ["title","is_open","action","document","file"],
 "event_state": ["move","postpone-reason","postpone-starts_at_day","postpone-starts_at_month","postpone-starts_at_year","postpone-starts_at_time","postpone-ends_time","cancel-reason"],
 "registration_removal": ["reason"], "team": ["emails","mode","site","shown","file"],
 "message_new": ["audience","subject","body","send_at_day","send_at_month","send_at_year","send_at_time","shown","action"],
 "sign_in": ["code","t","by","mode"], "attendance_mark": ["user","row","status","reason","back"],
 "attendance_page": ["user","back"], "attendance_closing": ["action"],
 "site_new": ["place","expected","officer","agency","district"], "site_edit": ["place","expected","officer"],
 "site_opening": ["action"], "head_count": ["count","remark"], "site_roster": ["people","shown","file"],
 "certificate_edit": ["reason"], "certificate_revocation": ["reason"],
 "event_edit": ["title","lead","agenda","starts_at_day","starts_at_month","starts_at_year","starts_at_time","ends_time","ends_on_day","ends_on_month","ends_on_year","capacity","target","registration_opens_at_day","registration_opens_at_month","registration_opens_at_year","registration_opens_at_time","cohosts","visibility","levels","room","room_note","room_link","vcs","vcs_note","vcs_link","speaker0_name","speaker0_position","speaker99_name","hours","signatory_name","signatory_position","seen","action","uid"],
}
QUERY = ["q","show","page","coming","drafts","log","closing","month","view","group","state","channel","level","year","audience","from","t","reported","seat","code","user","row","back"]

def good(event):
    from tests.events.plans import at, moment
    base = {"title":"เรื่องดี","lead":"","agenda":"<p>x</p>","ends_time":"15.30","visibility":"public","levels":["central","province"],"vcs":"on","vcs_note":"","vcs_link":"https://vcs.example.go.th/x","gives_certificates":"on"}
    base |= moment("starts_at", at(7))
    return {
     "event_edit": base, "registration":{"mode":"vc","action":"register"}, "replay_edit":{"video_id":"https://youtu.be/dQw4w9WgXcQ","length":"1:00:00","chapters":"0:00 a"},
     "message_new":{"audience":"seated","subject":"s","body":"b"}, "site_new":{"place":"p","expected":"3","officer":"officer@example.go.th"},
     "site_edit":{"place":"p","expected":"3","officer":"officer@example.go.th"},"head_count":{"count":"3"},"team":{"emails":"member@example.go.th","mode":"vc"},
     "site_roster":{"people":"สมชาย ใจดี"},"attendance_mark":{"row":"1","status":"present"},"event_state":{"move":"postpone"},
     "document_list":{"title":"x","is_open":"on"}, "sign_in":{"code":"ABCDEF"},
    }

def test_fuzz(cast, ids, group):
    from tests.events.test_access import addresses
    rnd = random.Random(int(os.environ.get("SEED","1")))
    count = 0; bad = []
    client = cast["officer"]; client.raise_request_exception = True
    from django.db import transaction
    def go(label, f):
        nonlocal count
        count += 1
        sid = transaction.savepoint()
        try:
            r = f()
            if getattr(r,"streaming",False): b"".join(r.streaming_content)
            if r.status_code >= 500: bad.append((label, r.status_code))
        except Exception as e:
            bad.append((label, repr(e)[:200], traceback.format_exc()[-600:]))
        transaction.savepoint_rollback(sid)
    named = dict(addresses(ids))
    named2 = {**named, "event_new": reverse("groups:event_new", args=[group.slug])}
    goods = good(None); goods["event_new"] = goods["event_edit"]; 
    FIELDS["event_new"] = FIELDS["event_edit"]
    for name, fields in FIELDS.items():
        path = named2[name]
        for field in fields:
            picks = BAD if len(fields) < 9 else rnd.sample(BAD, 14)
            for value in picks:
                data = dict(goods.get(name, {}))
                if field == "move": data = {}
                data[field] = value
                go(("POST", name, field, value[:30]), lambda: client.post(path, data))
            data = dict(goods.get(name, {})); data[field] = ["1","2","\x00"]
            go(("POST", name, field, "list"), lambda: client.post(path, data))
            data = dict(goods.get(name, {})); data.pop(field, None)
            go(("POST", name, field, "missing"), lambda: client.post(path, data))
            data = dict(goods.get(name, {})); data[field] = SimpleUploadedFile("a\x00\r\n..png", b"x"*10)
            go(("POST", name, field, "file"), lambda: client.post(path, data))
        raw = b"".join(f.encode()+b"=%ff%fe%00%ed%a0%80&" for f in fields)
        go(("POST", name, "raw"), lambda: client.generic("POST", path, raw, content_type="application/x-www-form-urlencoded"))
        go(("POST", name, "json"), lambda: client.generic("POST", path, b'{"a":1}', content_type="application/json"))
        go(("POST", name, "xml"), lambda: client.generic("POST", path, b"\xff\xfe", content_type="multipart/form-data; boundary="))
    extra = {"event_list": reverse("events:event_list"), "group": reverse("groups:event_list", args=[group.slug]), "cf": reverse("certificate_find"), "ml": reverse("my_learning"), "mle": reverse("my_learning_export"), "ws": "/workspace/", "search":"/search/", "mycal": "/my/calendar/", "home":"/"}
    for name, path in {**named, **extra}.items():
        for who in ("officer","visitor"):
            for q in QUERY:
                for value in rnd.sample(BAD, 5) + ["99999-99","2569-99","0000-01","๒๕๖๙-๑๒","9999-12","2943-12"][:2 if q!="month" else 6]:
                    view = {"view":"month"} if q=="month" else {}
                    go(("GET", name, who, q, value[:30]), lambda: cast[who].get(path, {q: value, **view}))
            go(("GET", name, who, "raw"), lambda: cast[who].generic("GET", path, QUERY_STRING="q=%ff%fe%00&page=%ed%a0%80&month=%00&t=%ff&view=month&code=%00&"+"&".join(f"{q}=%f0%28%8c" for q in QUERY)))
            go(("GET", name, who, "hx"), lambda: cast[who].get(path, HTTP_HX_REQUEST="true", HTTP_RANGE="bytes=99999999999999-", HTTP_IF_NONE_MATCH='W/"\xe0"', HTTP_IF_MODIFIED_SINCE="Thu, 99 Foo 99999"))
    import re
    for name, path in named.items():
        nums = re.findall(r"\d+", path)
        for i in range(len(nums)):
            for big in ("0", str(10**30), str(2**63), str(2**63-1), "00000001"):
                k = -1
                def sub(m):
                    nonlocal k
                    k += 1
                    return big if k == i else m.group()
                p = re.sub(r"\d+", sub, path)
                for who in ("officer","visitor","site officer"):
                    go(("ID", p, who), lambda: cast[who].get(p)); go(("IDP", p, who), lambda: cast[who].post(p, {}))
    for p in ["/certificates/%00/", "/certificates/%ff/", "/certificates/"+"A"*5000+"/", "/certificates/%E0%B8%81/pdf/", "/calendar/"+"a"*500+".ics", "/calendar/%00.ics","/certificates/../x/","/groups/%00/events/","/groups/"+"a"*300+"/calendar.ics","/events/1%00/","/events/-1/","/events/1/documents/-1/", "/groups/"+"a"*300+"/events/new/"]:
        for who in ("officer","visitor"):
            go(("PATH", p, who), lambda: cast[who].generic("GET", p.replace("%00","\x00")) if False else cast[who].get(p))
    for m in ("put","delete","patch","options","trace"):
        for name, path in named.items():
            go((m, path), lambda: getattr(cast["officer"], m)(path))
    open("/tmp/sec/fuzz.out","a").write(f"\n=== {os.environ.get('TEST_DATABASE_URL','sqlite')} requests {count} bad {len(bad)}\n" + "\n".join(map(str,bad[:80])))
    assert not bad, len(bad)
