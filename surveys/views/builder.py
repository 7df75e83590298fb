"""STUB: to be replaced by its owner."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from core.access import signed_in


@signed_in
def event_surveys(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404


@signed_in
def group_surveys(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404


@signed_in
def survey_attachment(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404


@signed_in
def survey_new(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404


@signed_in
def survey_edit(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404


@signed_in
def survey_settings(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404


@signed_in
def survey_preview(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404


@signed_in
def survey_copy(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404


@signed_in
def survey_publication(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404


@signed_in
def survey_closing(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404


@signed_in
def survey_deletion(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404


@signed_in
def survey_reminder(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404


@signed_in
def section_new(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404


@signed_in
def section_edit(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404


@signed_in
def section_removal(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404


@signed_in
def item_new(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404


@signed_in
def item_edit(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404


@signed_in
def item_removal(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404


@signed_in
def survey_order(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404
