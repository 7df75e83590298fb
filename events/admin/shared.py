"""What the admin of events shares: acts go through the services, and what they refuse is said."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from core import thai
from core.admin import PublicAdmin
from groups.services import Refused


class ServiceAdmin(PublicAdmin):
    """Adding and changing are acts with consequences: people are told, seats are given out, counts are kept."""

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.or_refuse(super().changeform_view, request, *args, **kwargs)

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.or_refuse(super().delete_view, request, *args, **kwargs)

    def or_refuse(self, view: Callable[..., Any], request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """What was checked in the form and has become impossible meanwhile changes nothing."""
        try:
            return view(request, *args, **kwargs)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return HttpResponseRedirect(request.path)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # cancelled, closed or revoked, and remembered

    def do_each(
        self, request: HttpRequest, rows: Iterable[Model], act: Callable[..., Any], of: str, *, done: str, **words: Any
    ) -> None:
        """The act of a service on each row (its argument `of`) by itself; those that refuse are named."""
        count = 0
        for row in rows:
            try:
                act(**{of: row}, by=request.user, **words)
            except Refused as refusal:
                messages.warning(request, f"{row}: {refusal}")
            else:
                self.log_change(request, row, done)
                count += 1
        if count:
            messages.success(request, f"{done}แล้ว {count} รายการ")


def moment(value: datetime | None) -> str:
    return f"{thai.format_date(value)} {thai.format_time(value)}" if value else ""


def stored(obj: Any, row: Any) -> None:
    """The form's object becomes the row that a service has written."""
    obj.pk, obj._state.adding = row.pk, False
