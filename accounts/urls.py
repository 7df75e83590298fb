from django.urls import path

from . import inbox, views

app_name = "accounts"

urlpatterns = [
    path("my/profile/", views.profile_edit, name="profile_edit"),
    path("my/photo/", views.photo_edit, name="photo_edit"),
    path("my/preferences/", views.preferences, name="preferences"),
    path("agencies/districts/", views.district_list, name="district_list"),
    path("notifications/", inbox.notification_list, name="notification_list"),
    path("notifications/read/", inbox.notifications_read, name="notifications_read"),
    path("notifications/unsubscribe/<str:token>/", inbox.unsubscribe, name="unsubscribe"),
    path("notifications/<int:pk>/", inbox.notification_open, name="notification_open"),
]
