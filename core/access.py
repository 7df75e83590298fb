"""Who may reach a view. Every view declares one rule; rows are then fetched through `visible_to`/`editable_by`.

Deny by default: a view without a decorator needs a signed-in person, and `core.checks` refuses to start with it.
"""

import re
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME, middleware
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.shortcuts import resolve_url
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.functional import SimpleLazyObject
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

View = Callable[..., HttpResponseBase]
PENDING_FORM = "pending_form"
FORM_OF = "form_of"  # the hidden field of every form of a signed-in person: see core.templatetags.forms
SECRETS = re.compile("password|code|otp|token|credential", re.IGNORECASE)  # never kept, not even for a minute
PENDING_LIMIT = 300_000  # characters of form text kept while its author signs in again
UNMARKED_LIMIT, UNMARKED_AN_HOUR = 20_000, 60  # of forms that do not say whose they are, in the whole portal


def public(view: View | None = None, *, cache: bool | int = False) -> Any:
    """Anybody may read. With `cache`, the answer is the same for every visitor and the page cache may keep it.

    A number says for how many seconds at most, where a page shows what changes without raising the version.
    """

    def declare(view: View) -> View:
        @wraps(view)
        def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            response = view(request, *args, **kwargs)
            if cache:
                response.is_public_page = True  # type: ignore[attr-defined]  # read by core.pagecache
                if cache is not True:
                    response.kept_for = cache  # type: ignore[attr-defined]  # as above
            return response

        wrapper.login_required = False  # type: ignore[attr-defined]  # Django's own marker
        wrapper.access_rule = "public"  # type: ignore[attr-defined]
        return wrapper

    return declare(view) if view else declare


def rule(name: str, allows: Callable[[Any], bool]) -> Callable[[View], View]:
    """A decorator that lets in whoever is signed in and for whom `allows(user)` holds."""

    def declare(view: View) -> View:
        @wraps(view)
        def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return ask_to_sign_in(request)
            if not allows(request.user):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        wrapper.login_required = True  # type: ignore[attr-defined]
        wrapper.access_rule = name  # type: ignore[attr-defined]
        return wrapper

    return declare


signed_in = rule("signed_in", lambda user: True)
staff_only = rule("staff_only", lambda user: user.is_staff)


def ask_to_sign_in(request: HttpRequest) -> HttpResponseRedirect:
    """To the sign-in page and back. What was typed into a form is kept in the session meanwhile."""
    back = request.get_full_path()
    if request.method == "POST":
        back = keep_form(request)
    query = urlencode({REDIRECT_FIELD_NAME: back})
    return HttpResponseRedirect(f"{resolve_url('account_login')}?{query}")


def mark_of(person: object) -> str:
    """Says whose form it is. Signed, so that nothing is kept of forms that this portal did not give out."""
    return f"{person}:{salted_hmac(FORM_OF, str(person)).hexdigest()[:24]}"


def is_keepable(mark: str, text: str) -> bool:
    """A form that a page here gave out is kept; of others (programs that fill in forms by themselves) only a few."""
    if mark:
        is_ours = constant_time_compare(mark, mark_of(mark.partition(":")[0]))
        return is_ours and len(text) <= PENDING_LIMIT
    cache.add("unmarked-forms", 0, 3600)
    return len(text) <= UNMARKED_LIMIT and cache.incr("unmarked-forms") <= UNMARKED_AN_HOUR


def keep_form(request: HttpRequest) -> str:
    """Remember the posted text for its author (see `posted`), and answer the page that shows the form."""
    text = request.POST.copy()
    for name in [name for name in text if name in ("csrfmiddlewaretoken", FORM_OF) or SECRETS.search(name)]:
        del text[name]
    mark, encoded = request.POST.get(FORM_OF, ""), text.urlencode()
    if is_keepable(mark, encoded):
        request.session[PENDING_FORM] = {"mark": mark, "path": request.path, "data": encoded}
        messages.warning(request, "เซสชันหมดอายุ กรุณาเข้าสู่ระบบอีกครั้ง ข้อความที่ท่านกรอกไว้ยังอยู่")
    referer = request.headers.get("Referer", "")
    if url_has_allowed_host_and_scheme(referer, allowed_hosts={request.get_host()}):
        parts = urlsplit(referer)
        return parts.path + (f"?{parts.query}" if parts.query else "")
    return request.path


def posted(request: HttpRequest, *, path: str | None = None) -> QueryDict | None:
    """The data to bind a form to: what is posted now, or what was posted to `path` before the session ended."""
    if request.method == "POST":
        return request.POST
    pending = request.session.get(PENDING_FORM) if request.user.is_authenticated else None
    if not pending or pending["path"] != (path or request.path):
        return None
    del request.session[PENDING_FORM]
    return QueryDict(pending["data"]) if pending["mark"] in ("", mark_of(request.user.pk)) else None


class LoginRequiredMiddleware(middleware.LoginRequiredMiddleware):
    """Django's, except that a form posted after the session ended is not lost, and that the person is unwrapped."""

    def process_view(self, request: HttpRequest, view_func: View, *rest: Any) -> Any:
        # Whether to let in is asked of every request, so being lazy saves nothing: each look through the wrapper costs.
        if isinstance(request.user, SimpleLazyObject) and request.user.is_authenticated:
            request.user = request.user._wrapped
        return super().process_view(request, view_func, *rest)

    def handle_no_permission(self, request: HttpRequest, view_func: View) -> HttpResponseRedirect:
        return ask_to_sign_in(request)
