"""A person's inbox, and the link in each mail that stops the mail."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.access import public, signed_in
from core.paging import paginate

from .access import SignedInRequest
from .mail import person_of_token
from .models import MailFrequency, Notification, User

PER_PAGE = 30


@signed_in
@require_safe
def notification_list(request: SignedInRequest) -> HttpResponse:
    rows = Notification.objects.visible_to(request.user)
    page = paginate(rows, order=["-pk"], request_params=request.GET, size=PER_PAGE)
    return render(request, "accounts/notifications.html", {"page": page})


@signed_in
@require_safe
def notification_open(request: SignedInRequest, pk: int) -> HttpResponse:
    """Reading a line is opening it: it counts as read, and leads to what it is about."""
    rows = Notification.objects.visible_to(request.user).filter(pk=pk)
    line = get_object_or_404(rows)
    rows.mark_read(request.user)
    if line.url and url_has_allowed_host_and_scheme(line.url, allowed_hosts=None):
        return redirect(line.url)
    return redirect("accounts:notification_list")


@signed_in
@require_POST
def notifications_read(request: SignedInRequest) -> HttpResponse:
    Notification.objects.visible_to(request.user).mark_read(request.user)
    messages.success(request, "ทำเครื่องหมายว่าอ่านแล้วทั้งหมด")
    return redirect("accounts:notification_list")


@csrf_exempt  # a mail program posts here by itself (RFC 8058); the signed token says for whom
@public
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    person = person_of_token(token)
    if person is None:
        raise Http404
    if request.method == "POST":
        User.objects.filter(pk=person.pk).update(mail_frequency=MailFrequency.NONE)
        person.mail_frequency = MailFrequency.NONE
    done = person.mail_frequency == MailFrequency.NONE
    return render(request, "accounts/unsubscribe.html", {"done": done, "token": token})
