"""Into which question another one may be merged: one that everybody who could see the first can see as well.

Votes and askers go over, the first one's own words do not. A narrower target would take a published question away from
its readers, and show a closed event's question to whoever asked; a wider one shows nobody anything new.
"""

from typing import Any

from django.db.models import Q

from core import thai
from core.forms import whole_number
from core.words import with_words
from events.models import CoHost, State
from groups.models import Stage
from groups.visibility import Visibility

from .access import hosts_of
from .models import PUBLISHED, Question
from .models.question import QuestionQuerySet

MOST_FOUND, MOST_ALIKE, MOST_COMPARED = 20, 5, 300
LEAST_LIKENESS = 0.4
WIDENING = [Visibility.GROUP, Visibility.INTERNAL, Visibility.PUBLIC]


def found(viewer: Any, question: Question, words: str) -> list[Question]:
    """What holds the words, those with many votes first; without words, what is worded alike."""
    rows = candidates(viewer, question)
    if words:
        by_words = with_words(rows, words, "text", "detail") | rows.filter(pk=whole_number(words))
        return list(by_words.order_by("-vote_count", "-pk")[:MOST_FOUND])
    pieces = pieces_of(question.text)
    recent = rows.order_by("-pk").values_list("pk", "text")[:MOST_COMPARED]
    likenesses = {pk: likeness(pieces, pieces_of(text)) for pk, text in recent}
    best = sorted((pk for pk in likenesses if likenesses[pk] >= LEAST_LIKENESS), key=likenesses.__getitem__)
    alike = rows.in_bulk(best[-MOST_ALIKE:]) if best else {}
    return [alike[pk] for pk in reversed(best) if pk in alike]


def candidates(viewer: Any, question: Question) -> QuestionQuerySet:
    rows = Question.objects.editable_by(viewer).filter(state__in=PUBLISHED).exclude(pk=question.pk)
    return rows.filter(seen_as_widely(question)).select_related("group", "event")


def pieces_of(text: str) -> set[str]:
    """Every three characters in a row: Thai words need not be told apart to compare."""
    bare = "".join(thai.normalise(text).split())
    return {bare[at : at + 3] for at in range(len(bare) - 2)}


def likeness(one: set[str], other: set[str]) -> float:
    """From 0 to 1: how much of the shorter text the longer one has as well."""
    return len(one & other) / max(1, min(len(one), len(other)))


def seen_as_widely(question: Question) -> Q:
    """Of other questions: asked in the same place, or in one that all its readers may enter."""
    if question.event is None:
        same_place = Q(event__isnull=True, group=question.group_id)
        return same_place | to_readers_of(Visibility.PUBLIC)
    level = Visibility(question.event.visibility)
    wider = Q(event=question.event_id) | to_readers_of(level)
    if level != Visibility.GROUP:
        return wider
    shared_by_all = Q(event__visibility=Visibility.GROUP) & ~Q(event__state=State.DRAFT)
    for host in hosts_of(question.event):
        shared_by_all &= Q(event__group=host) | Q(event__in=CoHost.objects.filter(group=host).values("event"))
    return wider | shared_by_all


def to_readers_of(level: Visibility) -> Q:
    """Whoever reads what is published at that level can read these; of "members only" each group has its own."""
    levels = [one for one in WIDENING[WIDENING.index(level) :] if one != Visibility.GROUP]
    of_open_group = ~Q(group__stage=Stage.DRAFT)
    of_event = Q(event__visibility__in=levels) & ~Q(event__state=State.DRAFT) & ~Q(event__group__stage=Stage.DRAFT)
    return of_open_group & (Q(event__isnull=True) | of_event)


def problem_of(question: Question, target: Question) -> str:
    """Why the one cannot be merged into the other; empty where it can."""
    if question.pk == target.pk:
        return "รวมคำถามเข้ากับตัวเองไม่ได้ กรุณาเลือกคำถามอื่น"
    if target.state not in PUBLISHED:
        return "คำถามปลายทางยังไม่เผยแพร่ หรือไม่อยู่ในทะเบียนแล้ว กรุณาเลือกคำถามอื่น"
    if not Question.objects.filter(seen_as_widely(question), pk=target.pk).exists():
        return "คำถามปลายทางเผยแพร่ในวงที่แคบกว่า ผู้ถามและผู้สนใจบางคนจะตามไปดูไม่ได้ กรุณาเลือกคำถามอื่น"
    return ""
