"""The questions of an event as they stand this second: what the audience, the screen and the moderators look at.

The board is the same for everybody who may see the event. Each process reads and draws it at most once a second,
however many ask. What is personal (which questions one wants answered, too) is put in afterwards and travels apart.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import Case, Count, IntegerField, Q, Value, When, Window
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from core import thai
from core.fragments import FORM_MARK, once_a_second
from events.models import Event, State
from groups.models import Stage
from groups.visibility import Visibility

from .models import OWED, Question, QuestionState, Vote
from .register import (
    ASKER,
    LONGEST_ANSWER,
    STRANGER,
    VISITOR,
    VOTER,
    VoteButton,
    badge_of,
    button_of,
    listed,
    public_name,
)

SHOWN = 60  # questions; the register has all
NEXT_ON_SCREEN = 3
NOW, OWING, DONE = range(3)  # the order of the board


@dataclass(frozen=True)
class Line:
    pk: int
    url: str
    text: str
    name: str
    asked: str
    votes: int
    badge: str
    tone: str
    look: str  # a change of it is worth telling
    answer: str
    button: SafeString  # of somebody who has not voted
    visitors_button: SafeString

    @property
    def is_now(self) -> bool:
        return self.look == "now"


@dataclass(frozen=True)
class Board:
    lines: tuple[Line, ...]
    total: int
    answered: int
    html: SafeString  # for whoever is signed in: FORM_MARK stands in each form
    html_for_visitors: SafeString

    @property
    def current(self) -> Line | None:
        return next((line for line in self.lines if line.is_now), None)

    @property
    def coming(self) -> list[Line]:
        return [line for line in self.lines if line.look in OWED][:NEXT_ON_SCREEN]

    @cached_property
    def by_pk(self) -> dict[int, Line]:
        return {line.pk: line for line in self.lines}


def board_of(event: Event) -> Board:
    return once_a_second(f"live:{event.pk}", lambda: drawn(event))


def drawn(event: Event) -> Board:
    """One query."""
    rows = list(ordered(Question.objects.published().filter(event=event))[:SHOWN])
    lines = tuple(line_of(row, event) for row in rows)
    total, answered = (rows[0].total, rows[0].answered) if rows else (0, 0)
    context = {
        "lines": lines,
        "total": total,
        "answered": answered,
        "more": total - len(lines),
        "group": event.group,
        "event": event,
        "form_mark": FORM_MARK,
    }
    # Who may not see the event without signing in never gets the visitors' board.
    is_public = is_open_to_all(event)
    return Board(
        lines=lines,
        total=total,
        answered=answered,
        html=render_to_string("surveys/live_board.html", context | {"may_vote": True}),
        html_for_visitors=render_to_string("surveys/live_board.html", context | {"may_vote": False})
        if is_public
        else SafeString(""),
    )


def ordered(questions: Any) -> Any:
    """What is being answered, then by votes what waits, then what is answered; the counts of all in each row."""
    rank = Case(
        When(is_being_answered=True, state__in=OWED, then=Value(NOW)),
        When(state__in=OWED, then=Value(OWING)),
        default=Value(DONE),
        output_field=IntegerField(),
    )
    answered = Count("pk", filter=Q(state=QuestionState.ANSWERED))
    counted = listed(questions).annotate(rank=rank, total=Window(Count("pk")), answered=Window(answered))
    return counted.order_by("rank", "-vote_count", "pk")


def line_of(question: Any, event: Event) -> Line:
    badge, tone = badge_of(question)
    return Line(
        pk=question.pk,
        url=question.get_absolute_url(),
        text=question.text,
        name=public_name(question),
        asked=moment(question.created_at, event),
        votes=question.vote_count,
        badge=badge,
        tone=tone,
        look="now" if question.rank == NOW else question.state,
        answer=question.answer[:LONGEST_ANSWER],
        button=button_of(question, STRANGER).html,
        visitors_button=button_of(question, VISITOR).html,
    )


def moment(at: datetime, event: Event) -> str:
    """On the event's day the time says more than the date."""
    of_day = thai.local_date(at) == thai.local_date(event.starts_at)
    return thai.format_time(at) if of_day else thai.format_date(at)


# --- What is personal -------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Own:
    """How one stands to an event's questions, with the count as it is now: who has just voted sees that at once."""

    buttons: tuple[VoteButton, ...] = ()
    waiting: tuple[str, ...] = ()  # texts of one's own questions that nobody has checked yet

    @property
    def votes(self) -> list[int]:
        return [button.pk for button in self.buttons]

    @property
    def asked(self) -> list[int]:
        return [button.pk for button in self.buttons if button.mark == ASKER]


def own_of(viewer: Any, event: Event) -> Own:
    """One query."""
    if not viewer.is_authenticated:
        return Own()
    rows = (
        Vote.objects.filter(user=viewer, question__event=event)
        .order_by("question")
        .values_list("question", "question__text", "question__vote_count", "is_asker", "question__state")
    )
    buttons, waiting = [], []
    for pk, text, count, is_asker, state in rows:
        buttons.append(VoteButton(pk, text, count, ASKER if is_asker else VOTER))
        if is_asker and state == QuestionState.PENDING:
            waiting.append(text)
    return Own(tuple(buttons), tuple(waiting))


def marked(board: Board, own: Own) -> SafeString:
    """The board with one's own votes pressed."""
    html: str = board.html
    for button in own.buttons:
        if line := board.by_pk.get(button.pk):
            html = html.replace(line.button, button.html)
    return SafeString(html)


def is_open_to_all(event: Event) -> bool:
    """The rule of Event.objects.visible_to for visitors. The event came with its group."""
    drafts = event.state == State.DRAFT or event.group.stage == Stage.DRAFT
    return event.visibility == Visibility.PUBLIC and not drafts


def poll_address(request: HttpRequest, event: Event) -> str:
    """Where a page asks for news. Of an event that everybody may see, whoever asks is answered from one copy."""
    if not is_open_to_all(event):
        return reverse("surveys:live_board_inside", args=[event.pk])
    address = reverse("surveys:live_board", args=[event.pk])
    return address if request.user.is_authenticated else f"{address}?for=visitors"
