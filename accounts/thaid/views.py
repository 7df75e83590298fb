from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from django.http import HttpRequest, HttpResponse

from core.access import public

from ..oauth import answer
from .provider import ThaidOAuth2Adapter


@public
def login(request: HttpRequest, provider_id: str) -> HttpResponse:
    return answer(request, OAuth2LoginView, ThaidOAuth2Adapter(request, provider_id))


@public
def callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    return answer(request, OAuth2CallbackView, ThaidOAuth2Adapter(request, provider_id))
