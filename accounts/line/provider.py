"""allauth's LINE provider, with the addresses from the settings and LINE's HS256 id token checked here."""

from typing import Any

import jwt
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.base import ProviderException
from allauth.socialaccount.providers.line import provider as line
from allauth.socialaccount.providers.line import views
from django.conf import settings
from django.http import HttpRequest

from ..oauth import keyed_id


class LineOAuth2Adapter(views.LineOAuth2Adapter):
    @property
    def access_token_url(self) -> str:
        return f"{settings.LINE_API_URL}/oauth2/v2.1/token"

    @property
    def authorize_url(self) -> str:
        return f"{settings.LINE_ACCESS_URL}/oauth2/v2.1/authorize"

    def complete_login(self, request: HttpRequest, app, token, **kwargs) -> SocialLogin:  # type: ignore[no-untyped-def]
        """LINE signs a web site's id token with the channel's secret, so no second request is needed."""
        try:
            claims = jwt.decode(
                kwargs["response"]["id_token"],
                app.secret,
                algorithms=["HS256"],
                audience=app.client_id,
                issuer=settings.LINE_ACCESS_URL,
                options={"require": ["exp", "iat", "sub"]},
            )
        except (KeyError, jwt.PyJWTError) as error:
            raise ProviderException("no valid id token from LINE") from error
        return self.get_provider().sociallogin_from_response(request, claims)


class LineProvider(line.LineProvider):
    name = "LINE"
    oauth2_adapter_class = LineOAuth2Adapter
    pkce_enabled_default = True

    def get_default_scope(self) -> list[str]:
        return ["openid"]

    def extract_uid(self, data: dict[str, Any]) -> str:
        return keyed_id(self.id, data["sub"])

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        return {}

    def extract_email_addresses(self, data: dict[str, Any]) -> list[EmailAddress]:
        return []


provider_classes = [LineProvider]
