"""The builder's pages: who gets in, what each does, what happens to what was typed."""

import pytest
from django.urls import reverse

from events.models import Event, State
from groups.models import Group, Role
from surveys.models import Audience, Item, ItemKind, Kind, Survey, SurveyState
from surveys.services import building, wording
from tests.factories import make_group, make_membership, make_survey
from tests.surveys.drafts import TWO_PARTS, at, item, section, shape

pytestmark = pytest.mark.django_db

LIKERT = {"kind": "likert", "text": "ตรงกับงาน", "aspect": "ด้านเนื้อหา", "is_required": "on"}


# --- Who gets in ------------------------------------------------------------------------------------------
def addresses(survey: Survey, event: Event, group: Group) -> list[str]:
    part, one = section(survey), item(survey, "1")
    plain = [
        "edit",
        "settings",
        "preview",
        "copy",
        "publication",
        "closing",
        "deletion",
        "reminder",
        "order",
        "revision",
    ]
    return [
        reverse("surveys:event_surveys", args=[event.pk]),
        reverse("surveys:survey_attachment", args=[event.pk]),
        reverse("surveys:event_survey_new", args=[event.pk]),
        reverse("groups:survey_list", args=[group.slug]),
        reverse("groups:survey_new", args=[group.slug]),
        *(at(survey, f"survey_{name}") for name in plain),
        at(survey, "section_new"),
        *(at(survey, name, part.pk) for name in ("section_edit", "section_removal", "item_new")),
        *(at(survey, name, one.pk) for name in ("item_edit", "item_removal")),
    ]


def test_outsiders_members_and_recorders_find_nothing(as_, outsider, member, group, event, draft) -> None:
    recorder = make_membership(group=group, role=Role.RECORDER).user
    elsewhere = make_membership(group=make_group(), role=Role.FACILITATOR).user
    pages = addresses(draft, event, group)
    for person in (outsider, member, recorder, elsewhere):
        client = as_(person)
        statuses = [{client.get(page).status_code, client.post(page).status_code} for page in pages]
        assert all(answered in ({404}, {404, 405}) for answered in statuses)  # nothing to do, or nothing there
    assert (Survey.objects.get().state, shape(draft)) == (SurveyState.DRAFT, "ก12ข3")


def test_visitors_are_asked_to_sign_in(visitor, group, event, draft) -> None:
    for page in addresses(draft, event, group):
        response = visitor.get(page)
        assert (response.status_code, response["Location"].split("?")[0]) == (302, "/accounts/login/")


def test_officers_and_cohosts_work_on_it(as_, officer, event) -> None:
    other = make_group()
    event.cohosting.create(group=other)
    cohost = make_membership(group=other, role=Role.FACILITATOR).user
    survey = make_survey(event=event, sections=TWO_PARTS)
    for person in (officer, cohost):
        response = as_(person).get(at(survey, "survey_edit"))
        assert [part.section.title for part in response.context["parts"]] == ["ก", "ข"]


def test_items_of_another_survey_are_not_found_below_this_one(desk, group, draft) -> None:
    other = make_survey(group=group, state=SurveyState.DRAFT, sections=TWO_PARTS)
    pages = [
        at(draft, "section_edit", section(other).pk),
        at(draft, "item_new", section(other).pk),
        at(draft, "item_edit", item(other, "1").pk),
    ]
    assert [desk.get(page).status_code for page in pages] == [404] * 3
    desk.post(at(draft, "item_removal", item(other, "1").pk))
    desk.post(at(draft, "section_removal", section(other).pk))
    assert shape(other) == "ก12ข3"


# --- Lists, and one click ---------------------------------------------------------------------------------
def test_one_click_attaches_a_second_says_so(desk, event, told) -> None:
    address = reverse("surveys:survey_attachment", args=[event.pk])
    page = reverse("surveys:event_surveys", args=[event.pk])
    assert [kind for kind, _ in desk.get(page).context["attachable"]] == ["satisfaction", "follow_up"]
    answers = [desk.post(address, {"kind": "satisfaction"}) for _ in range(2)]
    assert [answer["Location"] for answer in answers] == [page, page]
    assert told(answers[0])[0].startswith("แนบแบบประเมินความพึงพอใจแล้ว")
    assert told(answers[1])[-1] == "กิจกรรมนี้มีแบบประเมินความพึงพอใจแล้ว"
    response = desk.get(page)
    assert [row.survey.kind for row in response.context["rows"]] == ["satisfaction"]
    assert [kind for kind, _ in response.context["attachable"]] == ["follow_up"]


@pytest.mark.parametrize("kind", ["", "other", "x"])
def test_only_a_standard_form_is_attached(desk, event, told, kind) -> None:
    response = desk.post(reverse("surveys:survey_attachment", args=[event.pk]), {"kind": kind})
    assert (told(response), Survey.objects.count()) == (["กรุณาเลือกแบบประเมินที่จะแนบ"], 0)


def test_a_cancelled_event_takes_no_new_survey(desk, event, told) -> None:
    Event.objects.filter(pk=event.pk).update(state=State.CANCELLED)
    response = desk.post(reverse("surveys:survey_attachment", args=[event.pk]), {"kind": "satisfaction"})
    assert told(response) == ["กิจกรรมนี้ยกเลิกแล้ว จึงแนบแบบประเมินไม่ได้"]
    form = desk.post(reverse("surveys:event_survey_new", args=[event.pk]), NEW).context["form"]
    assert form.non_field_errors() == ["กิจกรรมนี้ยกเลิกแล้ว จึงสร้างแบบประเมินไม่ได้"]


def test_the_lists_ask_as_often_for_1_as_for_30(as_, officer, group, event, cold_queries) -> None:
    client = as_(officer)
    pages = [reverse("surveys:event_surveys", args=[event.pk]), reverse("groups:survey_list", args=[group.slug])]
    counts = []
    for number in (1, 29):
        for _ in range(number):
            make_survey(event=event, kind=Kind.OTHER, sections=[])
        counts.append([len(cold_queries(client, page)) for page in pages])
    assert counts == [counts[0], counts[0]]
    assert counts[0] == [5, 7]


# --- A new one --------------------------------------------------------------------------------------------
NEW = {"title": "ความต้องการอบรม", "audience": "members", "is_anonymous": "yes", "start": ""}


def test_a_group_survey_is_begun(desk, group) -> None:
    response = desk.post(reverse("groups:survey_new", args=[group.slug]), NEW)
    survey = Survey.objects.get()
    assert (response["Location"], survey.state, survey.group, survey.event) == (
        at(survey, "survey_edit"),
        SurveyState.DRAFT,
        group,
        None,
    )


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "ก" * 201}, "title"),
        ({"audience": "attendees"}, "audience"),
        ({"audience": ""}, "audience"),
        ({"is_anonymous": "perhaps"}, "is_anonymous"),
        ({"audience": "link", "is_anonymous": "no"}, "is_anonymous"),
        ({"start": "x"}, "start"),
    ],
)
def test_bad_input_is_said_and_kept(desk, group, change, field) -> None:
    response = desk.post(reverse("groups:survey_new", args=[group.slug]), NEW | change)
    form = response.context["form"]
    assert (list(form.errors), form["title"].value()) == ([field], (NEW | change)["title"])
    assert Survey.objects.count() == 0


# --- The wording ------------------------------------------------------------------------------------------
def test_200_items_in_as_many_queries_as_three(as_, officer, group, draft, cold_queries) -> None:
    items = [{"kind": "likert", "text": f"{number}"} for number in range(200)]
    long = make_survey(group=group, state=SurveyState.DRAFT, sections=[{"title": "ก", "items": items}])
    client = as_(officer)
    counts = [
        [len(cold_queries(client, at(survey, f"survey_{page}"))) for page in ("edit", "preview")]
        for survey in (draft, long)
    ]
    assert counts == [counts[0], counts[0]]
    assert client.get(at(long, "survey_edit")).content.decode().count('class="wording-item"') == 200


def test_a_button_moves_without_a_script(desk, draft) -> None:
    one = item(draft, "1")
    response = desk.post(at(draft, "survey_order"), {"move": f"i{one.pk} down"})
    assert (response["Location"], shape(draft)) == (f"{at(draft, 'survey_edit')}#i{one.pk}", "ก21ข3")


def test_with_htmx_only_the_list_comes_back_and_says_where_it_went(desk, draft) -> None:
    part = section(draft, 1)
    response = desk.post(at(draft, "survey_order"), {"move": f"s{part.pk} up"}, headers={"HX-Request": "true"})
    page = response.content.decode()
    assert ("<html" in page, "“ข” อยู่ลำดับที่ 1 จาก 2 ตอน" in page, shape(draft)) == (False, True, "ข3ก12")


def test_what_was_dragged_is_saved_and_an_old_order_is_not(desk, draft) -> None:
    order = f"s{section(draft).pk} i{item(draft, '2').pk} s{section(draft, 1).pk} i{item(draft, '3').pk} "
    moved = f"i{item(draft, '1').pk}"
    words = {"order": order + moved, "moved": moved}
    page = desk.post(at(draft, "survey_order"), words, headers={"HX-Request": "true"}).content.decode()
    assert ("“1” เป็นข้อ 3 ใน “ข”" in page, shape(draft)) == (True, "ก2ข31")
    item(draft, "2").delete()
    page = desk.post(at(draft, "survey_order"), words, headers={"HX-Request": "true"}).content.decode()
    assert ("มีผู้อื่นแก้ไขแบบประเมินนี้แล้ว กรุณาตรวจลำดับอีกครั้ง" in page, shape(draft)) == (True, "กข31")


@pytest.mark.parametrize("words", [{}, {"move": "i1"}, {"move": "x9 up"}, {"order": "i" + "9" * 30}, {"move": "i1 up"}])
def test_a_strange_order_changes_nothing(desk, draft, words) -> None:
    response = desk.post(at(draft, "survey_order"), words)
    assert (response.status_code, shape(draft)) == (302, "ก12ข3")


def test_sections_are_added_renamed_and_removed(desk, draft) -> None:
    desk.post(at(draft, "section_new"), {"title": "ค", "intro": ""})
    desk.post(at(draft, "section_edit", section(draft, 2).pk), {"title": "ง", "intro": "คำชี้แจง"})
    assert (shape(draft), section(draft, 2).intro) == ("ก12ข3ง", "คำชี้แจง")
    desk.post(at(draft, "section_removal", section(draft).pk))
    assert shape(draft) == "ข3ง"
    form = desk.post(at(draft, "section_new"), {"title": "", "intro": "ก" * 501}).context["form"]
    assert list(form.errors) == ["title", "intro"]


def test_an_item_is_added_and_the_next_one_begins_like_it(desk, draft) -> None:
    address = at(draft, "item_new", section(draft).pk)
    response = desk.post(address, LIKERT | {"action": "another"})
    assert (response["Location"], shape(draft)) == (address, "ก12ตรงกับงานข3")
    form = desk.get(address).context["form"]
    assert (form["kind"].value(), form["aspect"].value()) == ("likert", "ด้านเนื้อหา")


def test_what_belongs_to_another_kind_is_left_out(desk, draft) -> None:
    words = LIKERT | {"options": "ก\nข", "about": "level", "least": "1", "most": "5"}
    desk.post(at(draft, "item_new", section(draft).pk), words)
    row = item(draft, "ตรงกับงาน")
    assert (row.options, row.about, row.least, row.most, row.aspect) == ([], "", None, None, "ด้านเนื้อหา")
    desk.post(at(draft, "item_edit", row.pk), words | {"kind": "single", "options": " ก \n\nข  ค\n"})
    row.refresh_from_db()
    assert (row.options, row.about, row.aspect) == (["ก", "ข ค"], "level", "")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"text": ""}, "text"),
        ({"text": "ก" * 301}, "text"),
        ({"text": "ก" * 100_000}, "text"),
        ({"kind": "x"}, "kind"),
        ({"kind": ""}, "kind"),
        ({"kind": "single", "options": "อย่างเดียว"}, "options"),
        ({"kind": "single", "options": ""}, "options"),
        ({"kind": "several", "options": "ก\nก"}, "options"),
        ({"kind": "several", "options": "ก\n" + "ข" * 151}, "options"),
        ({"kind": "single", "options": "\n".join(map(str, range(51)))}, "options"),
        ({"kind": "single", "options": "ก\nข", "about": "level"}, "about"),
        ({"kind": "number", "least": "5", "most": "1"}, "most"),
        ({"kind": "number", "least": "มาก"}, "least"),
        ({"kind": "number", "most": "99999999999"}, "most"),
    ],
)
def test_a_bad_item_is_said_and_kept(desk, draft, change, field) -> None:
    Item.objects.filter(pk=item(draft, "3").pk).update(about="level")
    response = desk.post(at(draft, "item_new", section(draft).pk), LIKERT | change)
    form = response.context["form"]
    assert (list(form.errors), form["text"].value()) == ([field], (LIKERT | change)["text"])
    assert shape(draft) == "ก12ข3"


def test_the_item_itself_may_stay_what_it_is_about(desk, draft) -> None:
    row = item(draft, "3")
    Item.objects.filter(pk=row.pk).update(about="level")
    words = {"kind": "single", "text": "พื้นที่", "options": "ก\nข", "about": "level"}
    desk.post(at(draft, "item_edit", row.pk), words)
    row.refresh_from_db()
    assert (row.text, row.about, row.is_required) == ("พื้นที่", "level", False)


def test_two_who_edit_one_item_the_second_is_told(as_, desk, officer, draft) -> None:
    row = item(draft, "1")
    address, seen = at(draft, "item_edit", row.pk), wording.ItemDetails.of(row).mark
    as_(officer).post(address, LIKERT | {"text": "ของคนแรก", "seen": seen})
    response = desk.post(address, LIKERT | {"text": "ของคนที่สอง", "seen": seen})
    form = response.context["form"]
    assert (form["text"].value(), form.non_field_errors()[0].split()[0]) == ("ของคนที่สอง", "มีผู้อื่นแก้ไขข้อคำถามนี้แล้ว")
    assert "ขณะนี้บันทึกไว้ว่า “ของคนแรก”" in response.content.decode()
    desk.post(address, LIKERT | {"text": "ของคนที่สอง", "seen": response.context["seen"]})
    row.refresh_from_db()
    assert row.text == "ของคนที่สอง"


def test_an_item_that_was_published_meanwhile_is_not_changed(desk, draft, facilitator, told) -> None:
    row = item(draft, "1")
    building.publish(survey=draft, by=facilitator)
    for name, words in (("item_edit", LIKERT), ("item_removal", {})):
        response = desk.post(at(draft, name, row.pk), words)
        assert (response["Location"], told(response)[-1]) == (at(draft, "survey_edit"), wording.PUBLISHED)
    assert shape(draft) == "ก12ข3"


# --- Published, edited again, closed ----------------------------------------------------------------------
def test_from_draft_to_a_second_wording(desk, draft) -> None:
    assert desk.post(at(draft, "survey_publication"))["Location"] == at(draft, "survey_edit")
    response = desk.get(at(draft, "survey_edit"))
    assert (response.context["is_edited"], "แก้ไขเป็นฉบับใหม่" in response.content.decode()) == (False, True)
    desk.post(at(draft, "survey_revision"))
    desk.post(at(draft, "item_removal", item(draft, "1").pk))
    draft.refresh_from_db()
    assert (draft.current.number, shape(draft), desk.get(at(draft, "survey_edit")).context["is_edited"]) == (
        1,
        "ก2ข3",
        True,
    )
    desk.post(at(draft, "survey_publication"))
    draft.refresh_from_db()
    assert draft.current.number == 2
    desk.post(at(draft, "survey_revision"))
    desk.post(at(draft, "survey_revision"), {"action": "drop"})
    assert wording.latest(draft).number == 2


def test_what_cannot_be_published_is_said_on_the_page(desk, draft, told) -> None:
    Item.objects.filter(text="3").delete()
    problem = "“ข” ยังไม่มีข้อคำถาม กรุณาเพิ่มข้อคำถามหรือลบตอนนี้"
    assert desk.get(at(draft, "survey_edit")).context["problem"] == problem
    assert told(desk.post(at(draft, "survey_publication"))) == [problem]


def test_closing_and_deleting(desk, group, draft, told) -> None:
    survey = make_survey(group=group, sections=TWO_PARTS)
    assert told(desk.post(at(survey, "survey_deletion")))[0].startswith("แบบประเมินนี้เผยแพร่แล้ว จึงลบไม่ได้")
    assert told(desk.post(at(survey, "survey_closing")))[-1] == "ปิดรับคำตอบแล้ว"
    response = desk.post(at(draft, "survey_deletion"))
    assert (response["Location"], list(Survey.objects.all())) == (f"/groups/{group.slug}/surveys/", [survey])


def test_a_reminder_that_cannot_be_given_is_explained(desk, group, told) -> None:
    survey = make_survey(group=group, sections=TWO_PARTS)
    response = desk.post(at(survey, "survey_reminder"))
    assert told(response) == ["แบบประเมินนี้ไม่มีรายชื่อผู้ได้รับเชิญ จึงเตือนไม่ได้"]


def test_the_preview_cannot_be_sent(desk, draft) -> None:
    page = desk.get(at(draft, "survey_preview")).content.decode()
    form = page[page.index('<form class="stack loose"') : page.index("ส่งแบบประเมิน</button>")]
    assert ("method=" in form, 'type="button" disabled' in form, f'name="i{item(draft, "1").pk}"' in form) == (
        False,
        True,
        True,
    )


def test_a_form_that_outlives_its_session_is_kept(as_, facilitator, draft) -> None:
    client = as_(facilitator)
    address = at(draft, "section_new")
    mark = client.get(address).content.decode().split('name="form_of" value="')[1].split('"')[0]
    client.logout()
    client.post(
        address, {"title": "พิมพ์ไว้แล้ว", "intro": "", "form_of": mark}, headers={"Referer": f"http://testserver{address}"}
    )
    client.force_login(facilitator)
    assert client.get(address).context["form"]["title"].value() == "พิมพ์ไว้แล้ว"


def test_the_link_is_on_the_page(desk, group) -> None:
    survey = make_survey(group=group, audience=Audience.LINK, sections=TWO_PARTS)
    assert f"/surveys/link/{survey.key}/" in desk.get(at(survey, "survey_edit")).content.decode()


def test_every_kind_of_item_can_be_built(desk, draft) -> None:
    for kind in ItemKind.values:
        desk.post(
            at(draft, "item_new", section(draft).pk), {"kind": kind, "text": kind, "options": "ก\nข", "least": "-5"}
        )
    assert [row.kind for row in section(draft).items.all()][2:] == ItemKind.values
    assert item(draft, "number").least == -5
