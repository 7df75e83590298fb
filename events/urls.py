"""Addresses below /events/, the tab of a group, and a few at the root: certificates, learning, calendar."""

from django.urls import path

from . import views

app_name = "events"

urlpatterns = [
    path("<int:event_id>/", views.event_detail, name="event_detail"),
    path("<int:event_id>/registration/", views.registration, name="registration"),
    path("<int:event_id>/interest/", views.interest, name="interest"),
]

# Included under groups/, in the namespace of `groups`.
group_patterns: list = []

# Included at the root, without a namespace.
root_patterns: list = []
