from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from django.http import HttpRequest, HttpResponse

from core.access import public

from ..oauth import answer
from .provider import LineOAuth2Adapter


@public
def oauth2_login(request: HttpRequest) -> HttpResponse:
    return answer(request, OAuth2LoginView, LineOAuth2Adapter(request))


@public
def oauth2_callback(request: HttpRequest) -> HttpResponse:
    return answer(request, OAuth2CallbackView, LineOAuth2Adapter(request))
