"""Addresses below /groups/. The overview at <slug>/ itself belongs to `pages`."""

from django.urls import path

from . import views

app_name = "groups"

urlpatterns = [
    path("", views.group_list, name="group_list"),
    path("<slug:slug>/membership/", views.membership, name="membership"),
    path("<slug:slug>/members/", views.member_list, name="member_list"),
    path("<slug:slug>/members/import/", views.member_import, name="member_import"),
    path("<slug:slug>/members/import/template.xlsx", views.roster_template, name="roster_template"),
    path("<slug:slug>/members/<int:membership_id>/", views.membership_role, name="membership_role"),
    path("<slug:slug>/members/<int:membership_id>/removal/", views.membership_removal, name="membership_removal"),
    path("<slug:slug>/requests/", views.request_list, name="request_list"),
    path("<slug:slug>/requests/<int:membership_id>/", views.request_decision, name="request_decision"),
    path("<slug:slug>/edit/", views.group_edit, name="group_edit"),
    path("<slug:slug>/stage/", views.group_stage, name="group_stage"),
    path("<slug:slug>/share/", views.share, name="share"),
    path("<slug:slug>/qr.svg", views.qr_code, name="qr_code"),
]
