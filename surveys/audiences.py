"""Who may answer a survey, who is invited to, and how many could: the same rule asked of one person and of all."""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum

from accounts.models import User
from core.prepared import Prepared
from events.access import readers_of
from events.models import Attendance, Reach, Registration
from groups.models import Membership, Stage

from .models import Audience, Receipt, Survey


def may_answer(survey: Survey, user: Any) -> bool:
    """One query at most. Who holds the link has it from somewhere: the key in the address is looked at by the view."""
    if survey.audience == Audience.LINK:
        return True
    if not user.is_authenticated or not user.is_active:
        return False
    if survey.audience == Audience.SIGNED_IN:
        return True
    of = survey.group_id if survey.audience == Audience.MEMBERS else survey.event_id
    return of is not None and bool(AUDIENCES[survey.audience].rows(of, user.pk))


# The rule of `belonging` for one person, compiled once: asked of everybody who answers.
AUDIENCES: dict[str, Prepared] = {
    Audience.ATTENDEES: Prepared(
        lambda event, user: Attendance.objects.present().filter(event=event, user=user).values_list("pk")
    ),
    Audience.REGISTERED: Prepared(
        lambda event, user: Registration.objects.seated().filter(event=event, user=user).values_list("pk")
    ),
    Audience.MEMBERS: Prepared(
        lambda group, user: Membership.objects.active().filter(group=group, user=user).values_list("pk")
    ),
}


def belonging(survey: Survey) -> QuerySet[Any]:
    """The rows that make people part of the audience; none where it is everybody."""
    match survey.audience:
        case Audience.ATTENDEES:
            return Attendance.objects.present().filter(event=survey.event_id, user__isnull=False)
        case Audience.REGISTERED:
            return Registration.objects.seated().filter(event=survey.event_id)
        case Audience.MEMBERS:
            return Membership.objects.active().filter(group=survey.group_id)
    return Membership.objects.none()


def invited(survey: Survey) -> QuerySet[User]:
    """Who is told of it and reminded; nobody where everybody may answer. The survey came with group and event.

    Who belongs to the audience and can no longer see the event (it was restricted to its group) is left out.
    """
    people = User.objects.active().filter(pk__in=belonging(survey).values("user"))
    if survey.event is not None:
        return people.filter(pk__in=readers_of(survey.event).values("pk"))
    return people.none() if survey.group.stage == Stage.DRAFT else people


def silent(survey: Survey) -> QuerySet[User]:
    """Invited, and not answered yet."""
    return invited(survey).filter(~Exists(answered(survey)))


def answered(survey: Survey) -> QuerySet[Receipt]:
    """For a look at each person, as a subquery."""
    return Receipt.objects.filter(Q(survey=survey), user=OuterRef("pk"))


def participants(survey: Survey) -> int | None:
    """Of how many people the answers are a part, for the response rate; None where nobody can tell.

    Also those who took part at a viewing site without a name: they count among the participants of the event.
    """
    match survey.audience:
        case Audience.ATTENDEES:
            return Reach.objects.filter(event=survey.event_id).aggregate(people=Sum("people"))["people"] or 0
        case Audience.REGISTERED if survey.event is not None:
            return survey.event.seated_count
        case Audience.MEMBERS:
            return survey.group.member_count
    return None
