"""STUB: to be replaced by its owner."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from core.access import public, signed_in


@public(cache=True)
def results(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404


@public
def results_csv(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404


@signed_in
def results_xlsx(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404


@signed_in
def results_docx(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404


@public
def results_report(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404


@signed_in
def release(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404


@signed_in
def remark_list(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404


@signed_in
def remark_moderation(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404


@signed_in
def theme_new(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404


@signed_in
def theme_edit(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404
