"""Who is meant by a name on a roster: an account, somebody counted already, or a person known by name alone."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from allauth.account.models import EmailAddress
from django.db.models import Q

from accounts.models import Agency, User

from ..models import HELD, Attendance, Registration, RosterEntry, ViewingSite
from .names import name_key


@dataclass(frozen=True)
class Named:
    """A person as a roster names them."""

    full_name: str
    position: str = ""
    email: str = ""
    agency: Agency | None = None

    @cached_property
    def name_key(self) -> str:
        return name_key(self.full_name)


@dataclass(frozen=True)
class Match:
    """Who a named person is. `row` is what counts them already; `is_entered` says that this site named them."""

    named: Named
    person_key: str = ""
    user: User | None = None
    row: Attendance | None = None
    is_entered: bool = False
    is_ambiguous: bool = False  # several people have this name, and no e-mail says which is meant


def key_of(user: User) -> str:
    return f"u{user.pk}"


def own_name_key(user: User) -> str:
    """Without the title that the person chose, which may be any."""
    return name_key(f"{user.given_name} {user.family_name}")


def own_row(user: User, rows: Iterable[Attendance]) -> Attendance | None:
    """The row that counts a person with an account: their own, or one that has their name only."""
    rows = list(rows)
    for row in rows:
        if row.user_id == user.pk:
            return row
    nameless = [row for row in rows if row.user_id is None]
    # Rather one who is named with this address or none; with others' addresses, rather counted once than twice.
    return min(nameless, key=lambda row: (row.email != user.email, row.email != "", row.pk), default=None)


@dataclass
class Known:
    """What may tell who is meant."""

    by_email: dict[str, User] = field(default_factory=dict)
    near: dict[str, list[User]] = field(default_factory=lambda: defaultdict(list))  # take part in the event
    staff: dict[str, list[User]] = field(default_factory=lambda: defaultdict(list))  # of the site's agency and below
    rows: dict[str, list[Attendance]] = field(default_factory=lambda: defaultdict(list))  # by name
    row_of: dict[int, Attendance] = field(default_factory=dict)  # by person
    row_at: dict[str, Attendance] = field(default_factory=dict)  # by e-mail, of people known by name
    entered: set[int] = field(default_factory=set)


def find(site: ViewingSite, people: Sequence[Named]) -> list[Match]:
    """Who each is. The same few queries for one person and for a thousand."""
    known = look_up(site, people)
    return united([match(known, named) for named in people])


def united(matches: list[Match]) -> list[Match]:
    """One name twice on a roster is one person, unless two e-mails part them."""
    accounts = {found.named.name_key: found for found in reversed(matches) if found.user}
    fresh: dict[str, Match] = {}
    for place, found in enumerate(matches):
        named, twin = found.named, fresh.get(found.named.name_key)
        if found.user or found.is_ambiguous:
            continue
        if not named.email and named.name_key in accounts:
            matches[place] = replace(accounts[named.name_key], named=named)
        elif found.row is None and twin and not (named.email and twin.named.email):
            matches[place] = replace(twin, named=named)
        elif found.row is None:
            fresh.setdefault(named.name_key, found)
    return matches


def look_up(site: ViewingSite, people: Sequence[Named]) -> Known:
    known = Known()
    keys, emails = {named.name_key for named in people}, {named.email for named in people if named.email}
    for address in EmailAddress.objects.filter(email__in=emails, verified=True).select_related("user__agency__parent"):
        known.by_email[address.email.lower()] = address.user
        keys.add(own_name_key(address.user))
    registered = Registration.objects.filter(event=site.event_id, seat__in=HELD).values("user")
    of_agency = Q(agency=site.agency_id) | Q(agency__parent=site.agency_id) | Q(agency__parent__parent=site.agency_id)
    namesakes = same_names(Q(pk__in=registered) | of_agency, keys)
    rows = Attendance.objects.filter(event=site.event_id)
    found = Q(name_key__in=keys) | Q(email__in=emails) | Q(user__in=[*known.by_email.values(), *namesakes])
    for row in rows.filter(found).select_related("user__agency__parent", "agency", "site__agency"):
        known.rows[row.name_key].append(row)
        if row.user:
            known.row_of[row.user.pk] = row
            known.near[row.name_key].append(row.user)
        elif row.email:
            known.row_at[row.email] = row
    taking_part = set(registered.filter(user__in=namesakes).values_list("user", flat=True)) | set(known.row_of)
    for user in namesakes:
        key = own_name_key(user)
        if user.pk in taking_part:
            known.near[key] = [*(other for other in known.near[key] if other.pk != user.pk), user]
        if is_below(user.agency, site.agency_id):
            known.staff[key].append(user)
    known.entered = set(RosterEntry.objects.filter(site=site).values_list("attendance", flat=True))
    return known


def same_names(people: Q, keys: set[str]) -> list[User]:
    """Those among `people` who have one of the names. Only Python can compare names, so all are read, a few columns."""
    rows = User.objects.filter(people).order_by().values_list("pk", "given_name", "family_name")
    wanted = [pk for pk, given, family in rows if name_key(f"{given} {family}") in keys]
    return list(User.objects.filter(pk__in=wanted).select_related("agency__parent").order_by("pk"))


def is_below(agency: Agency | None, top: int) -> bool:
    """The agency itself, or two levels below: a district's unit is below its district and its province."""
    if agency is None:
        return False
    return top in (agency.pk, agency.parent_id, agency.parent.parent_id if agency.parent else None)


def match(known: Known, named: Named) -> Match:
    rows = known.rows.get(named.name_key, [])
    if named.email in known.by_email:
        return of_user(known, named, known.by_email[named.email])
    if named.email in known.row_at:
        return of_row(known, named, known.row_at[named.email])
    near = known.near.get(named.name_key, [])
    staff = known.staff.get(named.name_key, [])
    for choice in (near, [user for user in near if user in staff], [] if near else staff):
        if len(choice) == 1:
            return of_user(known, named, choice[0])
    if (near or staff) and not named.email:
        return Match(named, is_ambiguous=True)
    return of_name(known, named, [row for row in rows if row.user_id is None])


def of_name(known: Known, named: Named, rows: list[Attendance]) -> Match:
    """Nobody with an account. An e-mail on one roster only does not part two of the same name."""
    if named.email:
        rows = [row for row in rows if not row.email]
    if len(rows) > 1:
        return Match(named, is_ambiguous=True)
    if rows:
        return of_row(known, named, rows[0])
    return Match(named, person_key=f"e:{named.email}" if named.email else f"n:{named.name_key}")


def of_row(known: Known, named: Named, row: Attendance) -> Match:
    return Match(named, row.person_key, row.user, row, is_entered=row.pk in known.entered)


def of_user(known: Known, named: Named, user: User) -> Match:
    rows = [*known.rows.get(own_name_key(user), []), *filter(None, [known.row_at.get(named.email)])]
    row = known.row_of.get(user.pk) or own_row(user, rows)
    return Match(named, key_of(user), user, row, is_entered=bool(row and row.pk in known.entered))
