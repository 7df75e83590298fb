"""STUB: to be replaced by its owner."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from core.access import public, signed_in


@public
def survey(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404


@public
def survey_by_link(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404


@signed_in
def survey_draft(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404


@public
def survey_done(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404
