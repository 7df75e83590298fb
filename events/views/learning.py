"""พื้นที่ของฉัน: what one took part in, hours and certificates, to look at, to print and for the personnel office."""

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.access import SignedInRequest
from core.access import signed_in
from core.downloads import spreadsheet
from core.paging import paginate

from .. import learning

PAGE_SIZE = 50


class YearForm(forms.Form):
    year = forms.IntegerField(min_value=2400, max_value=3000, required=False)


def chosen_year(request: SignedInRequest) -> int | None:
    """None for all years, and for what is no year."""
    form = YearForm(request.GET)
    return form.cleaned_data["year"] if form.is_valid() else None


@signed_in
@require_safe
def my_learning(request: SignedInRequest) -> HttpResponse:
    now, year = timezone.now(), chosen_year(request)
    rows = learning.attended(request.user, now=now, year=year).select_related("event__group")
    page = paginate(rows, order=["-event__starts_at", "-pk"], request_params=request.GET, size=PAGE_SIZE)
    events = [row.event_id for row in page.items]
    given = learning.certificates_of(request.user, events)
    visible = learning.visible_ids(request.user, events)
    for row in page.items:
        row.certificate = given.get(row.event_id)  # type: ignore[attr-defined]
        row.is_open = row.event_id in visible  # type: ignore[attr-defined]
    context = {"page": page, "years": learning.years(request.user, now=now), "year": year}
    return render(request, "events/learning.html", context)


@signed_in
@require_safe
@never_cache
def my_learning_export(request: SignedInRequest) -> HttpResponse:
    year = chosen_year(request)
    rows = learning.table(request.user, now=timezone.now(), year=year)
    name = f"ชั่วโมงการเรียนรู้ {year}" if year else "ชั่วโมงการเรียนรู้"
    return spreadsheet(name, learning.HEADERS, rows, title="ชั่วโมงการเรียนรู้")
