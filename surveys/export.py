"""What the portal knows about a person's questions and answers, for the person to take away."""

from typing import Any

from accounts.models import User

from .form import Form, FormItem, form_of
from .models import AnswerDraft, Question, Receipt, Response, Vote
from .services.drafts import opened


def surveys_data(user: User) -> dict[str, Any]:
    """Ready for `JsonResponse`. Answers without a name are nobody's: only that they were given can be told."""
    return {
        "questions": [question(row) for row in of(Question, "asker", user, "group", "event")],
        "interesting_questions": [row.question.text for row in of(Vote, "user", user, "question") if not row.is_asker],
        "surveys_answered": [row.survey.title for row in of(Receipt, "user", user, "survey")],
        "named_answers": [named(row) for row in of(Response, "user", user, "version__survey")],
        "drafts": [draft(row) for row in of(AnswerDraft, "user", user, "survey")],
    }


def of(model: Any, name: str, user: User, *related: str) -> Any:
    return model.objects.filter(**{name: user}).select_related(*related).order_by("pk")


def question(row: Question) -> dict[str, Any]:
    return {
        "group": row.group.name,
        "event": row.event.title if row.event else None,
        "text": row.text,
        "detail": row.detail,
        "is_anonymous": row.is_anonymous,
        "state": row.get_state_display(),
        "sent_at": row.created_at,
        "answer": row.answer,
    }


def named(row: Response) -> dict[str, Any]:
    form = form_of(row.version_id)
    answers = {
        item.text: item.in_words(row.answers[str(item.pk)]) for item in form.items if str(item.pk) in row.answers
    }
    return {"survey": row.version.survey.title, "answered_on": row.answered_on, "answers": answers}


def draft(row: AnswerDraft) -> dict[str, Any]:
    kept = opened(row)
    typed = as_typed(form_of(kept.version), kept.typed) if kept else {}
    return {"survey": row.survey.title, "typed": typed}


def as_typed(form: Form, typed: dict[int, list[str]]) -> dict[str, list[str]]:
    return {item.text: words(item, typed[item.pk]) for item in form.items if item.pk in typed}


def words(item: FormItem, values: list[str]) -> list[str]:
    """Options by their wording; what is no option stays as it was typed."""
    options = dict(item.places)
    return [options.get(value, value) for value in values]
