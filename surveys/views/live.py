"""STUB: to be replaced by its owner."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from core.access import public, signed_in


@public(cache=True)
def live(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404


@public(cache=True)
def live_board(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404


@signed_in
def live_own(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404


@public(cache=True)
def live_screen(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404


@signed_in
def live_console(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404


@signed_in
def live_console_board(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404


@signed_in
def live_marking(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404
