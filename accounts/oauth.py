"""What the sign-in providers share: a provider that is switched off is not there, one that is down is explained."""

from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.models import SocialAccount, SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2Adapter, OAuth2View
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac


def answer(request: HttpRequest, view: type[OAuth2View], adapter: OAuth2Adapter) -> HttpResponse:
    try:
        provider = adapter.get_provider()
    except SocialApp.DoesNotExist:
        raise Http404 from None
    try:
        return view.adapter_view(adapter)(request)
    except (OAuth2Error, KeyError) as error:  # no answer, or a discovery document that lacks an address
        return render_authentication_error(request, provider, exception=error)


def keyed_id(provider: str, subject: str) -> str:
    """What the portal keeps of a provider's id for a person: a hash that says nothing without the portal's secret.

    It holds for ThaID's 13-digit number too. After SECRET_KEY was changed, a row under an old key is moved to the new.
    """
    current, *old = (_hash(key, provider, subject) for key in [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS])
    if old:
        SocialAccount.objects.filter(provider=provider, uid__in=old).update(uid=current)
    return current


def _hash(secret: str, provider: str, subject: str) -> str:
    return salted_hmac(f"accounts.oauth.{provider}", subject, secret=secret, algorithm="sha256").hexdigest()
