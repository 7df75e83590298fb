from django.urls import path

from . import views

# The names are allauth's: its provider class looks its addresses up by them.
urlpatterns = [
    path("oidc/<slug:provider_id>/login/", views.login, name="openid_connect_login"),
    path("oidc/<slug:provider_id>/login/callback/", views.callback, name="openid_connect_callback"),
]
