from django.urls import path

from . import views

# The names are allauth's: its provider class looks its addresses up by them.
urlpatterns = [
    path("line/login/", views.oauth2_login, name="line_login"),
    path("line/login/callback/", views.oauth2_callback, name="line_callback"),
]
