"""Which surveys wait for a person."""

from typing import Any

from django.db.models import Exists, OuterRef, Q

from events.models import Attendance, Registration
from groups.models import Membership

from .models import Audience, Receipt, Survey
from .models.survey import SurveyQuerySet


def waiting_for(user: int, now: Any) -> SurveyQuerySet:
    """Open, the person is invited, and has not answered. The rule of surveys.audiences, asked of all surveys at once.

    `now` may be the database's own clock.
    """
    invited = (
        Q(audience=Audience.ATTENDEES, event__in=Attendance.objects.present().filter(user=user).values("event"))
        | Q(audience=Audience.REGISTERED, event__in=Registration.objects.seated().filter(user=user).values("event"))
        | Q(audience=Audience.MEMBERS, group__in=Membership.objects.active().filter(user=user).values("group"))
    )
    answered = Receipt.objects.filter(survey=OuterRef("pk"), user=user)
    return Survey.objects.open_at(now).filter(invited).filter(~Exists(answered))
