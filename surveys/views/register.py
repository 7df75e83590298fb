"""STUB: to be replaced by its owner."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from core.access import public, signed_in


@public(cache=True)
def question_list(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404


@public
def question(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404


@signed_in
def question_vote(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404


@signed_in
def question_withdrawal(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404


@public(cache=True)
def group_question_list(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404


@signed_in
def my_questions(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404
