"""allauth's OpenID Connect provider, ready for a provider that is down and for claims beside the token."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.base import ProviderException
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect import provider as oidc
from allauth.socialaccount.providers.openid_connect import views
from django.http import HttpRequest, HttpResponse
from requests import RequestException

from ..oauth import keyed_id


class ThaidOAuth2Adapter(views.OpenIDConnectOAuth2Adapter):
    @property
    def openid_config(self) -> dict[str, Any]:
        try:
            return super().openid_config
        except RequestException as error:
            raise OAuth2Error("no answer from the provider's discovery address") from error

    def complete_login(self, request: HttpRequest, app, token, **kwargs) -> SocialLogin:  # type: ignore[no-untyped-def]
        """ThaID in its plain mode sends no id token: the claims stand in the token response itself."""
        answer = kwargs["response"]
        if "id_token" in answer or app.settings.get("fetch_userinfo", True):
            return super().complete_login(request, app, token, **kwargs)
        return self.get_provider().sociallogin_from_response(request, {"userinfo": answer})


class ThaidProvider(oidc.OpenIDConnectProvider):
    oauth2_adapter_class = ThaidOAuth2Adapter
    pkce_enabled_default = True

    def redirect(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().redirect(request, *args, **kwargs)
        except (OAuth2Error, KeyError) as error:
            return render_authentication_error(request, self, exception=error)

    def extract_uid(self, data: dict[str, Any]) -> str:
        try:
            return keyed_id(self.sub_id, super().extract_uid(data))
        except KeyError as error:
            raise ProviderException("the provider did not say who this is") from error

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        return {}

    def extract_email_addresses(self, data: dict[str, Any]) -> list[EmailAddress]:
        """None: an official address is given in the sign-up form, and verified by us."""
        return []

    def extract_common_fields(self, data: dict[str, Any]) -> dict[str, Any]:
        claims = data.get("userinfo") or data.get("id_token") or data
        return super().extract_common_fields(data) | {"title": claims.get("title", "")}


provider_classes = [ThaidProvider]
