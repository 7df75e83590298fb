"""What a person has to do with an event: one query, whatever it is."""

from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, Q, QuerySet, Value
from django.db.models.functions import Cast

from core.prepared import Prepared
from groups.models import Membership, Role

from .models import HELD, Attendance, Certificate, CoHost, Event, Interest, Registration, Seat, Status, ViewingSite


@dataclass(unsafe_hash=True)
class Part:
    """Nothing at all, for a visitor."""

    signed_in: bool = False
    may_edit: bool = False
    seat: str = ""
    mode: str = ""
    site_id: int | None = None
    for_another: bool = False  # a coordinator registered the person
    may_register_team: bool = False  # coordinators, responsible officers of viewing sites, who runs the event
    interested: bool = False
    attended: bool = False
    certificate: str = ""  # code of the valid one

    @property
    def is_held(self) -> bool:
        return self.seat in HELD

    @property
    def is_seated(self) -> bool:
        return self.seat == Seat.SEATED

    @property
    def is_waiting(self) -> bool:
        return self.seat == Seat.WAITING


def part_of(viewer: Any, event: Event) -> Part:
    if not viewer.is_authenticated:
        return Part()
    part = Part(signed_in=True, may_edit=viewer.is_officer, may_register_team=viewer.is_officer)
    for source, first, second, third in rows.rows(event.pk, viewer.pk):
        match source:
            case "registration":
                part.seat, part.mode = first, second
                part.site_id = int(third) if third else None
            case "by":
                part.for_another = True
            case "interest":
                part.interested = True
            case "attendance":
                part.attended = first == Status.PRESENT
            case "certificate":
                part.certificate = first
            case Role.FACILITATOR:
                part.may_edit = part.may_register_team = True
            case Role.COORDINATOR | "officer":
                part.may_register_team = True
    return part


def told_of(event: int, user: int) -> QuerySet:
    """Source and up to three values, as text."""

    def named(queryset: QuerySet, source: str, *columns: Any) -> QuerySet:
        nothing = [Value("", CharField())] * (3 - len(columns))
        return queryset.order_by().values_list(Value(source, CharField()), *columns, *nothing)

    registration = Registration.objects.filter(event=event, user=user)
    runs = Q(group__in=Event.objects.filter(pk=event).values("group")) | Q(
        group__in=CoHost.objects.filter(event=event).values("group")
    )
    return named(registration, "registration", "seat", "mode", Cast("site_id", CharField())).union(
        named(registration.filter(registered_by__isnull=False).exclude(registered_by=user), "by"),
        named(Interest.objects.filter(event=event, user=user), "interest"),
        named(Attendance.objects.filter(event=event, user=user), "attendance", "status"),
        named(Certificate.objects.valid().filter(event=event, user=user), "certificate", "code"),
        named(Membership.objects.active().filter(runs, user=user, role=Role.FACILITATOR), Role.FACILITATOR),
        named(Membership.objects.active().filter(runs, user=user, role=Role.COORDINATOR), Role.COORDINATOR),
        named(ViewingSite.objects.open().filter(event=event, officer=user), "officer"),
        all=True,
    )


rows = Prepared(told_of)
