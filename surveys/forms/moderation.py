"""What moderators choose in their queue, and what they type to act on a question."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from accounts.agency_field import AgencyMixin
from core.forms import LineField, LongSelect, TextField
from events.models import Event
from groups.models import Group

from ..models import Question, QuestionState, Way

STATES = [("", ""), *((name, name) for name in ("open", "pending", "waiting", "considering", "answered", "refused"))]
ORDERS = [("", "รอนานที่สุด"), ("votes", "ผู้สนใจมากที่สุด"), ("newest", "ส่งล่าสุด")]


class QueueFilter(forms.Form):
    q = LineField(label="คำค้น", max_length=100, required=False, widget=forms.TextInput({"type": "search"}))
    group = forms.ModelChoiceField(
        label="กลุ่ม", queryset=Group.objects.none(), required=False, empty_label="ทุกกลุ่ม", widget=LongSelect
    )
    event = forms.TypedChoiceField(label="กิจกรรม", coerce=int, empty_value=None, required=False, widget=LongSelect)
    order = forms.ChoiceField(label="เรียงตาม", choices=ORDERS, required=False)
    state = forms.ChoiceField(choices=STATES, required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, groups: QuerySet[Group], events: QuerySet[Event], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["group"].queryset = groups  # type: ignore[attr-defined]
        titles = [(event.pk, event.title) for event in events]
        self.fields["event"].choices = [("", "ทุกกิจกรรม"), *titles]  # type: ignore[attr-defined]


class ActForm(forms.Form):
    """Of an act that needs no words; the others say what was chosen."""

    def chosen(self) -> dict[str, Any]:
        return self.cleaned_data


class WordingForm(ActForm):
    text = LineField(label="คำถาม", max_length=600, widget=forms.Textarea({"rows": 3, "class": "two"}))
    detail = TextField(label="รายละเอียด", max_length=3000, required=False, widget=forms.Textarea({"rows": 5}))


class RefusalForm(ActForm):
    reason = LineField(
        label="เหตุผลที่ไม่รับ",
        max_length=300,
        help_text="ผู้ถามจะเห็นข้อความนี้",
        widget=forms.Textarea({"rows": 3, "class": "two"}),
        error_messages={"required": "กรุณากรอกเหตุผล ผู้ถามจะได้ทราบ"},
    )


class RoutingForm(AgencyMixin, ActForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.show_agencies()
        self.fields["agency"].label = "หน่วยงานที่รับผิดชอบ"
        self.fields["agency"].required = True
        self.fields["agency"].help_text = "หากเป็นอำเภอ กรุณาเลือกสำนักงานจังหวัด แล้วระบุอำเภอในช่องถัดไป"
        self.fields["agency"].error_messages["required"] = "กรุณาเลือกหน่วยงานที่รับผิดชอบ"
        self.fields["district"].help_text = "เฉพาะเมื่อที่ทำการปกครองอำเภอเป็นผู้รับผิดชอบ เช่น เมืองเชียงใหม่"

    def chosen(self) -> dict[str, Any]:
        return {"agency": self.cleaned_data["agency"]}


class AnswerForm(ActForm):
    use_required_attribute = False  # of what was answered at the event, the answer may be left out

    how = forms.ChoiceField(
        label="วิธีตอบ",
        widget=forms.RadioSelect,
        error_messages={"required": "กรุณาเลือกวิธีตอบ", "invalid_choice": "กรุณาเลือกวิธีตอบจากรายการ"},
    )
    answer = TextField(
        label="คำตอบ",
        max_length=6000,
        help_text="ผู้ที่เห็นคำถามเห็นคำตอบนี้ด้วย เว้นว่างได้เฉพาะคำถามที่ตอบในเวทีแล้ว",
        widget=forms.Textarea({"rows": 7}),
    )

    def __init__(self, *args: Any, question: Question, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ways = [way for way in Way if way != Way.REFERRED or question.agency_id]
        labels = {Way.REFERRED: f"{question.agency}ตอบ"}
        self.fields["how"].choices = [(way.value, labels.get(way, way.label)) for way in ways]  # type: ignore[attr-defined]
        self.initial.setdefault("how", Way.REFERRED if question.agency_id else Way.WRITTEN)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("how") == Way.LIVE and self.has_error("answer", "required"):
            del self.errors["answer"]
            cleaned["answer"] = ""
        return cleaned


class MergeForm(ActForm):
    target = forms.ModelChoiceField(
        queryset=Question.objects.none(),
        widget=forms.HiddenInput,  # the template draws one radio button for each that was found
        error_messages={
            "required": "กรุณาเลือกคำถามที่จะรวมเข้าด้วย",
            "invalid_choice": "ไม่พบคำถามที่จะรวมเข้าด้วย ในคำถามที่ท่านดูแล",
        },
    )

    def __init__(self, *args: Any, viewer: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["target"].queryset = Question.objects.editable_by(viewer)  # type: ignore[attr-defined]


WORDING, MERGE, REFUSAL, ANSWER, ROUTING = "wording", "merge", "refusal", "answer", "routing"
PUBLICATION, CONSIDERATION, REOPENING = "publication", "consideration", "reopening"
TYPED = (ANSWER, ROUTING, WORDING, MERGE, REFUSAL)  # acts that need words
_OWED = (ANSWER, ROUTING, CONSIDERATION, WORDING, MERGE, REFUSAL)
POSSIBLE: dict[str, tuple[str, ...]] = {
    QuestionState.PENDING: (PUBLICATION, WORDING, MERGE, REFUSAL),
    QuestionState.WAITING: _OWED,
    QuestionState.CONSIDERING: _OWED,
    QuestionState.ANSWERED: (ANSWER, WORDING, REOPENING),
    QuestionState.REFUSED: (REOPENING,),
}


def possible(question: Question) -> tuple[str, ...]:
    """The acts that make sense now; the group takes over what it does not work on already."""
    acts = POSSIBLE.get(question.state, ())
    is_own = question.state == QuestionState.CONSIDERING and question.agency_id is None
    return tuple(act for act in acts if act != CONSIDERATION or not is_own)


def form_for(act: str, question: Question, viewer: Any, data: Any = None) -> ActForm:
    if act == WORDING:
        return WordingForm(data, initial={"text": question.text, "detail": question.detail})
    if act == REFUSAL:
        return RefusalForm(data)
    if act == ROUTING:
        return RoutingForm(data)
    if act == MERGE:
        return MergeForm(data, viewer=viewer)
    if act == ANSWER:
        given = {"how": question.answered_how, "answer": question.answer} if question.answered_how else {}
        return AnswerForm(data, question=question, initial=given)
    return ActForm(data)
