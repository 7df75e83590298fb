"""What the page of a survey needs to know: who asks, how the person stands to it, the form as it is shown."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import Http404, HttpRequest, QueryDict
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.safestring import SafeString

from core.forms import whole_number
from core.fragments import lasting, shared_row
from events.models import Event
from groups.services import Refused

from .audiences import may_answer
from .filled import carried_over, typed_in
from .form import Form, form_of
from .models import Audience, Kind, Phase, Survey
from .services import answering
from .services.drafts import draft_of


@dataclass
class Asked:
    """A survey, as one person stands to it. Asked for only where it is shown: who sends an answer is asked anew."""

    survey: Survey
    user: Any
    token: str = ""  # of somebody unknown with a link
    by_link: bool = False

    @cached_property
    def event(self) -> Event | None:
        """Where the person may see it: a link leads to the survey, not to an event that is not for everybody."""
        is_hidden = self.by_link and self.survey.event_id and found(self.user, self.survey.pk) is None
        return None if is_hidden else self.survey.event

    @cached_property
    def phase(self) -> Phase:
        return self.survey.phase_at(timezone.now())

    @property
    def is_known(self) -> bool:
        return self.user.is_authenticated

    @cached_property
    def may_answer(self) -> bool:
        has_the_link = self.by_link or self.survey.audience != Audience.LINK
        return has_the_link and may_answer(self.survey, self.user)

    @cached_property
    def has_answered(self) -> bool:
        return answering.has_answered(self.survey, self.user, self.token)

    @cached_property
    def may_edit(self) -> bool:
        return self.is_known and Survey.objects.editable_by(self.user).filter(pk=self.survey.pk).exists()

    @property
    def owner(self) -> str:
        """Of what the browser keeps: it is not shown to the next person who uses it."""
        return salted_hmac("surveys.owner", str(self.user.pk)).hexdigest()[:16] if self.is_known else ""

    @property
    def takes_answers(self) -> bool:
        return self.phase == Phase.OPEN and self.may_answer and not self.has_answered

    @property
    def counts_for_certificate(self) -> bool:
        return bool(self.event and self.event.needs_evaluation and self.survey.kind == Kind.SATISFACTION)

    def refuse_without_link(self) -> None:
        """The number in the other address can be guessed, the link's key cannot."""
        if self.survey.audience == Audience.LINK and not self.by_link:
            raise Refused(answering.WHO[Audience.LINK])

    @property
    def problem(self) -> str:
        """Why the person cannot answer now; empty where that is possible, or after signing in."""
        if closed := answering.closed_to_all(self.survey, timezone.now()):
            return closed
        is_waiting_for_sign_in = not self.is_known and self.survey.audience != Audience.LINK
        return "" if self.may_answer or is_waiting_for_sign_in else answering.WHO[self.survey.audience]

    @property
    def done_url(self) -> str:
        return reverse("surveys:survey_done", args=[self.survey.pk])


def survey_for(request: HttpRequest, survey_id: int) -> Survey:
    row = shared_row(request, f"survey:{survey_id}", lambda viewer: found(viewer, survey_id))
    if row is None:
        raise Http404
    return row


def found(viewer: Any, survey_id: int) -> Survey | None:
    rows = Survey.objects.visible_to(viewer).select_related("group", "event__group", "current")
    return rows.filter(pk=survey_id).first()


Shown = tuple[Form | None, dict[int, list[str]], float]


def typed_for(asked: Asked, data: QueryDict | None) -> Shown:
    """The form to show, what stands in it, and when that was saved: what was just sent, else the person's draft."""
    if data is not None:
        form = wording_of(asked.survey, data)
        return form, typed_in(form, data) if form else {}, 0.0
    form = current_form(asked.survey)
    draft = draft_of(asked.survey, asked.user) if form and asked.is_known else None
    if form is None or draft is None:
        return form, {}, 0.0
    return form, carried_over(draft.typed, form_of(draft.version), form), draft.saved_at


def wording_of(survey: Survey, data: QueryDict) -> Form | None:
    """The version that was seen; the present one where the data names none of this survey's."""
    try:
        return answering.wording(survey, whole_number(data.get("version")))
    except Refused:
        return current_form(survey)


def current_form(survey: Survey) -> Form | None:
    return form_of(survey.current_id) if survey.current_id else None


def form_html(form: Form, typed: dict[int, list[str]], errors: dict[int, str]) -> SafeString:
    """An empty form is drawn once per version."""
    if typed or errors or not form.is_published:
        return drawn(form, typed, errors)
    return lasting(f"survey-empty:{form.version}", lambda: drawn(form, {}, {}))


def drawn(form: Form, typed: dict[int, list[str]], errors: dict[int, str]) -> SafeString:
    context = {"form": form, "answers": typed, "errors": errors}
    return render_to_string("surveys/survey_form.html", context)
