"""The register of questions as people read it: lists, search, and what a row of them shows."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, QueryDict
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from core import thai
from core.fragments import FORM_MARK, shared
from core.paging import Page, paginate, query_after
from core.prepared import Prepared
from core.words import with_words
from events.listing import KINDS, Reader
from groups.models import Group, Stage

from .forms.question import GroupChoices
from .models import OWED, Question, QuestionState, Vote, Way
from .models.question import QuestionQuerySet, readable

SIZE = 15
MOST_HITS = 20
MOST_WORDS = 8
LONGEST_ANSWER = 700  # characters in a list; the question's own page shows all
ORDERS = {"": ["-vote_count", "-pk"], "new": ["-pk"], "waiting": ["owed_since", "pk"]}
SEARCHED = ("text", "detail", "answer")
UNNAMED = "ไม่ประสงค์ออกนาม"
# How the viewer stands to a question.
VISITOR, STRANGER, VOTER, ASKER = "visitor", "stranger", "voter", "asker"


# --- A row ------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class VoteButton:
    pk: int
    text: str
    count: int
    mark: str  # VISITOR, STRANGER, VOTER or ASKER

    @property
    def html(self) -> SafeString:
        """The form in it carries FORM_MARK."""
        return drawn_button(self)


@dataclass(frozen=True)
class QuestionRow:
    """The same for peers and moderators: who wishes to stay unnamed is named in no list."""

    button: VoteButton
    url: str
    number: int
    group: str
    event: str
    asker: str
    sent: str
    badge: str
    tone: str
    owed: str
    answer: str
    is_cut: bool
    answered: str

    @property
    def html(self) -> SafeString:
        return drawn_row(self)


@lru_cache(maxsize=1024)
def drawn_button(button: VoteButton) -> SafeString:
    return render_to_string("surveys/vote.html", {"button": button, "form_mark": FORM_MARK})


@lru_cache(maxsize=512)
def drawn_row(row: QuestionRow) -> SafeString:
    return render_to_string("surveys/question_row.html", {"row": row})


def row_of(question: Question, mark: str) -> QuestionRow:
    """Of a question that came through `listed`."""
    badge, tone = badge_of(question)
    return QuestionRow(
        button=button_of(question, mark),
        url=question.get_absolute_url(),
        number=question.group.number,
        group=f"กลุ่ม {question.group.thai_number} {question.group.name}",
        event=question.event.title if question.event else "",
        asker=public_name(question),
        sent=thai.format_date(question.created_at),
        badge=badge,
        tone=tone,
        owed=owed_by(question, owner="" if question.agency_id else "ผู้ดำเนินกลุ่ม"),
        answer=question.answer[:LONGEST_ANSWER],
        is_cut=len(question.answer) > LONGEST_ANSWER,
        answered=answered_by(question),
    )


def button_of(question: Question, mark: str) -> VoteButton:
    return VoteButton(question.pk, question.text, question.vote_count, mark)


def public_name(question: Question) -> str:
    return UNNAMED if question.is_anonymous else question.asker.get_full_name()


def badge_of(question: Question) -> tuple[str, str]:
    """Words and tone."""
    if question.state in OWED and question.is_being_answered:
        return "กำลังตอบ", "now"
    match question.state:
        case QuestionState.ANSWERED:
            return ("ตอบในเวทีแล้ว" if question.answered_how == Way.LIVE else "ตอบแล้ว"), "ok"
        case QuestionState.CONSIDERING if question.agency_id:
            return "ส่งต่อหน่วยงานเจ้าของเรื่อง", "info"
        case QuestionState.CONSIDERING:
            return question.get_state_display(), "info"
        case QuestionState.PENDING | QuestionState.WAITING:
            return question.get_state_display(), "warn"
    return question.get_state_display(), ""


def owed_by(question: Question, *, owner: str = "") -> str:
    """Who owes the answer (in other words, as `owner`), and since when; empty where nobody does."""
    if question.state not in OWED:
        return ""
    owner = owner or question.owes_answer
    return f"{owner} ตั้งแต่ {thai.format_date(question.owed_since)}" if question.owed_since else owner


def answered_by(question: Question) -> str:
    """Who, how and when."""
    if question.state != QuestionState.ANSWERED:
        return ""
    who = question.answered_by.get_full_name() if question.answered_by else ""
    if question.answered_how == Way.REFERRED and question.agency:
        who = str(question.agency)
    when = thai.format_date(question.answered_at) if question.answered_at else ""
    return " · ".join(part for part in (who, question.get_answered_how_display(), when) if part)


# --- Lists ------------------------------------------------------------------------------------------------
def published(viewer: Any) -> QuestionQuerySet:
    """The same for all who may see the same events: own questions of a closed circle that one left are not in it."""
    return Question.objects.published().filter(readable(viewer))


def listed(questions: QuestionQuerySet) -> QuestionQuerySet:
    """With all that a row shows."""
    return questions.select_related("group", "event", "agency", "asker", "answered_by").defer(
        "detail", "group__about", "group__agreements", "event__agenda"
    )


def wanted(
    questions: QuestionQuerySet, *, q: str = "", group: str = "", state: str = "", order: str = ""
) -> QuestionQuerySet:
    """Narrowed to what somebody looks for. Waiting is only what somebody still owes an answer to."""
    if group:
        questions = questions.of_group(Group.objects.get(slug=group))
    if state:
        questions = questions.filter(state=state)
    if order == "waiting":
        questions = questions.owed()
    found: Any = with_words(questions, " ".join(q.split()[:MOST_WORDS]), *SEARCHED)
    return found


def page_of(questions: QuestionQuerySet, params: QueryDict, order: str = "") -> Page[Question]:
    return paginate(listed(questions), order=ORDERS[order], request_params=params, size=SIZE)


@dataclass(frozen=True)
class Lines:
    """Queries as ui/pager.html wants them."""

    rows: list[QuestionRow]
    next_query: str | None = None
    previous_query: str | None = None
    first_query: str | None = None


def lines(
    questions: QuestionQuerySet, viewer: Any, params: QueryDict, order: str = "", *, of: Group | None = None
) -> Lines:
    page = page_of(questions, params, order)
    return Lines(rows(page.items, viewer, of=of), page.next_query, page.previous_query, page.first_query)


def beginning(request: HttpRequest, group: Group | None = None) -> Lines:
    """Of the register, or of a group's tab, by votes: what nearly everybody asks for, compiled once.

    Counts are read each time, since votes raise no version; the rest of a row is kept until something changes.
    """
    viewer = request.user
    kind = "visitor" if not viewer.is_authenticated else "officer" if viewer.is_officer else "person"
    who = viewer.pk or 0
    found = of_group[kind].rows(who, group.pk) if group else of_all[kind].rows(who)
    votes = dict(found[:SIZE])
    last = Question(pk=found[SIZE - 1][0], vote_count=found[SIZE - 1][1]) if len(found) > SIZE else None
    return Lines(
        rows=marked(kept_rows(request, list(votes)), votes, viewer, group),
        next_query=query_after(last, order=ORDERS[""], request_params=QueryDict()) if last else None,
    )


def of_beginning(kind: str, narrow: Callable[..., QuestionQuerySet]) -> Prepared:
    def build(user: int, *values: int) -> QuerySet:
        seen = narrow(published(KINDS[kind](user)), *values)
        return seen.order_by(*ORDERS[""]).values_list("pk", "vote_count")[: SIZE + 1]

    return Prepared(build)


of_all = {kind: of_beginning(kind, lambda seen: seen) for kind in KINDS}
of_group = {kind: of_beginning(kind, lambda seen, group: seen.of_group(Group(pk=group))) for kind in KINDS}


def kept_rows(request: HttpRequest, ids: list[int]) -> list[QuestionRow]:
    """One query for all that are not kept yet."""
    read: dict[int, QuestionRow] = {}

    def build(pk: int) -> QuestionRow | None:
        if not read:
            read.update({row.pk: row_of(row, VISITOR) for row in listed(Question.objects.filter(pk__in=ids))})
        return read.get(pk)

    found = [shared(request, f"question-row:{pk}", partial(build, pk)) for pk in ids]
    return [row for row in found if row is not None]


def marked(found: list[QuestionRow], votes: Mapping[int, int], viewer: Any, of: Group | None) -> list[QuestionRow]:
    """As the viewer stands to them; on the page `of` a group its name is not repeated."""
    marks = marks_of(viewer, list(votes))
    other = STRANGER if viewer.is_authenticated else VISITOR
    told = []
    for row in found:
        pk = row.button.pk
        button = replace(row.button, count=votes[pk], mark=marks.get(pk, other))
        told.append(replace(row, button=button, group="" if of and of.number == row.number else row.group))
    return told


def rows(questions: Iterable[Question], viewer: Any, *, of: Group | None = None) -> list[QuestionRow]:
    """One query, however many; none for visitors."""
    found = list(questions)
    votes = {question.pk: question.vote_count for question in found}
    return marked([row_of(question, VISITOR) for question in found], votes, viewer, of)


def votes_for(question: Question) -> int:
    """Now: of a question that was kept, the rest is as it was."""
    return votes_now.rows(question.pk)[0][0]


votes_now = Prepared(lambda question: Question.objects.filter(pk=question).order_by().values_list("vote_count"))


def marks_of(viewer: Any, ids: list[int]) -> Mapping[int, str]:
    """Of a list's questions, MOST_HITS at most."""
    if not viewer.is_authenticated or not ids:
        return {}
    found = own_votes.rows(viewer.pk, *ids, *[0] * (MOST_HITS - len(ids)))
    return {pk: ASKER if is_asker else VOTER for pk, is_asker in found}


# As many places as the longest list has rows; those that are not needed hold no question's number.
own_votes = Prepared(
    lambda user, *ids: Vote.objects.filter(user=user, question__in=ids).values_list("question", "is_asker")
)


@dataclass(frozen=True)
class Figures:
    total: int
    answered: int


def figures(request: HttpRequest, reader: Reader, chosen: dict[str, str]) -> Figures:
    """Counted once for all who may see the same; each time anew for words, of which there is no end."""

    def build() -> Figures:
        answered = Count("pk", filter=Q(state=QuestionState.ANSWERED))
        counted = wanted(published(reader.viewer), **chosen).order_by()
        return Figures(**counted.aggregate(total=Count("pk"), answered=answered))

    if "q" in chosen:
        return build()
    return shared(request, f"questions:{reader.scope}:{sorted(chosen.items())}", build)


def choices(request: HttpRequest) -> GroupChoices:
    return shared(request, "questions:groups", read_choices)


def read_choices() -> GroupChoices:
    """One query."""
    groups = Group.objects.visible_to(AnonymousUser()).in_order().values_list("slug", "number", "name", "stage")
    named = [(slug, f"{thai.to_thai_digits(number)} {name}", stage) for slug, number, name, stage in groups]
    return GroupChoices(
        all=tuple((slug, name) for slug, name, _ in named),
        asked=tuple((slug, name) for slug, name, stage in named if stage in (Stage.ACTIVE, Stage.PAUSED)),
    )


# --- For the site's search --------------------------------------------------------------------------------
def search(viewer: Any, words: list[str]) -> list[Question]:
    """Published questions that the viewer may read, by their words and those of the answer. One query."""
    if not words:
        return []
    found = wanted(published(viewer), q=" ".join(words))
    return list(listed(found).order_by("-vote_count", "-pk")[:MOST_HITS])
