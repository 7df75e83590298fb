"""Addresses below /events/, the tab of a group, and a few at the root: certificates, learning, calendar."""

from django.urls import path

from . import views

app_name = "events"

urlpatterns = [
    path("", views.event_list, name="event_list"),
    path("calendar.ics", views.public_calendar, name="calendar"),
    path("<int:event_id>/", views.event_detail, name="event_detail"),
    path("<int:event_id>/event.ics", views.event_ics, name="event_ics"),
    path("<int:event_id>/registration/", views.registration, name="registration"),
    path("<int:event_id>/interest/", views.interest, name="interest"),
    path("<int:event_id>/manage/", views.manage, name="manage"),
    path("<int:event_id>/replay/", views.replay, name="replay"),
    path("<int:event_id>/replay/edit/", views.replay_edit, name="replay_edit"),
    path("<int:event_id>/documents/", views.document_list, name="document_list"),
    path("<int:event_id>/documents/<int:document_id>/", views.document, name="document"),
    path("<int:event_id>/edit/", views.event_edit, name="event_edit"),
    path("<int:event_id>/state/", views.event_state, name="event_state"),
    path("<int:event_id>/copy/", views.event_copy, name="event_copy"),
    path("<int:event_id>/registrations/", views.registration_list, name="registration_list"),
    path("<int:event_id>/registrations.xlsx", views.registration_export, name="registration_export"),
    path(
        "<int:event_id>/registrations/<int:registration_id>/removal/",
        views.registration_removal,
        name="registration_removal",
    ),
    path("<int:event_id>/team/", views.team_registration, name="team"),
    path("<int:event_id>/team/template.xlsx", views.team_template, name="team_template"),
    path("<int:event_id>/messages/", views.message_list, name="message_list"),
    path("<int:event_id>/messages/new/", views.message_new, name="message_new"),
    path("<int:event_id>/messages/<int:message_id>/", views.message, name="message"),
    path("<int:event_id>/messages/<int:message_id>/withdrawal/", views.message_withdrawal, name="message_withdrawal"),
    path("<int:event_id>/sign-in/", views.sign_in, name="sign_in"),
    path("<int:event_id>/sign-in/screen/", views.sign_in_screen, name="sign_in_screen"),
    path("<int:event_id>/attendance/", views.attendance_list, name="attendance_list"),
    path("<int:event_id>/attendance.xlsx", views.attendance_export, name="attendance_export"),
    path("<int:event_id>/attendance/mark/", views.attendance_mark, name="attendance_mark"),
    path("<int:event_id>/attendance/page/", views.attendance_page, name="attendance_page"),
    path("<int:event_id>/attendance/closing/", views.attendance_closing, name="attendance_closing"),
    path("<int:event_id>/sites/", views.site_list, name="site_list"),
    path("<int:event_id>/sites/new/", views.site_new, name="site_new"),
    path("<int:event_id>/sites/<int:site_id>/", views.site, name="site"),
    path("<int:event_id>/sites/<int:site_id>/edit/", views.site_edit, name="site_edit"),
    path("<int:event_id>/sites/<int:site_id>/opening/", views.site_opening, name="site_opening"),
    path("<int:event_id>/sites/<int:site_id>/head-count/", views.head_count, name="head_count"),
    path("<int:event_id>/sites/<int:site_id>/sheet/", views.site_sheet, name="site_sheet"),
    path("<int:event_id>/sites/<int:site_id>/roster/", views.site_roster, name="site_roster"),
    path(
        "<int:event_id>/sites/<int:site_id>/roster/template.xlsx",
        views.site_roster_template,
        name="site_roster_template",
    ),
    path(
        "<int:event_id>/sites/<int:site_id>/roster/<int:entry_id>/removal/",
        views.site_roster_removal,
        name="site_roster_removal",
    ),
    path("<int:event_id>/certificates/", views.certificate_list, name="certificate_list"),
    path("<int:event_id>/certificates/<int:certificate_id>/", views.certificate_edit, name="certificate_edit"),
    path(
        "<int:event_id>/certificates/<int:certificate_id>/revocation/",
        views.certificate_revocation,
        name="certificate_revocation",
    ),
]

# Included under groups/, in the namespace of `groups`.
group_patterns: list = [
    path("<slug:slug>/events/", views.group_event_list, name="event_list"),
    path("<slug:slug>/calendar.ics", views.group_calendar, name="calendar"),
    path("<slug:slug>/events/new/", views.event_new, name="event_new"),
]

# Included at the root, without a namespace.
root_patterns: list = [
    path("my/calendar/", views.my_calendar, name="my_calendar"),
    path("calendar/<slug:secret>.ics", views.personal_feed, name="personal_feed"),
    path("certificates/", views.certificate_find, name="certificate_find"),
    path("certificates/<str:code>/", views.certificate, name="certificate"),
    path("certificates/<str:code>/pdf/", views.certificate_pdf, name="certificate_pdf"),
    path("my/learning/", views.my_learning, name="my_learning"),
    path("my/learning/export.xlsx", views.my_learning_export, name="my_learning_export"),
]
