"""Staff reach the admin only after a second factor, whatever way they signed in."""

from collections.abc import Callable

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


class StaffMfaMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.REQUIRE_STAFF_MFA and self.enters_admin(request) and request.user.is_staff:
            factors = set(
                Authenticator.objects.filter(user=request.user, type__in=FACTORS).values_list("type", flat=True)
            )
            if not factors:
                messages.warning(request, "ผู้ดูแลระบบต้องเปิดการยืนยันตัวตนสองขั้นก่อน กรุณาเลือกวิธีด้านล่าง แล้วจึงเข้าระบบบริหารจัดการ")
                return redirect("mfa_index")
            if not used_second_factor(request):
                return self.ask_for_factor(request, factors)
        return self.get_response(request)

    def enters_admin(self, request: HttpRequest) -> bool:
        path = request.path_info
        return path.startswith(reverse("admin:index")) and path != reverse("admin:logout")

    def ask_for_factor(self, request: HttpRequest, factors: set[str]) -> HttpResponse:
        messages.info(request, "กรุณายืนยันตัวตนขั้นที่สองก่อนเข้าระบบบริหารจัดการ")
        page = "mfa_reauthenticate" if Authenticator.Type.TOTP in factors else "mfa_reauthenticate_webauthn"
        back = request.get_full_path() if request.method == "GET" else reverse("admin:index")
        return redirect(f"{reverse(page)}?{urlencode({'next': back})}")


def used_second_factor(request: HttpRequest) -> bool:
    """Whether this session was confirmed with a second factor (a passkey counts: it is two in one)."""
    return any(record["method"] == "mfa" for record in get_authentication_records(request, request.user))
