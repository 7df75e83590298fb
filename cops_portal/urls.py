"""Every address of the portal. They stay stable: what moves is redirected."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

import accounts.urls
import events.urls
import groups.urls
import groups.views
import pages.urls
import surveys.urls

admin.autodiscover()
admin.site.site_header = "ระบบบริหารจัดการ ชุมชนนักปฏิบัติ สป.มท."
admin.site.site_title = "ระบบบริหารจัดการ"
admin.site.index_title = "เลือกเรื่องที่จะจัดการ"
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path("", include(pages.urls)),
    # A group's overview is composed by `pages`; everything else under a group belongs to its app.
    path(
        "groups/",
        include(
            (
                [
                    *pages.urls.group_patterns,
                    *groups.urls.urlpatterns,
                    *events.urls.group_patterns,
                    *surveys.urls.group_patterns,
                ],
                "groups",
            ),
        ),
    ),
    path("events/", include(events.urls)),
    path("", include(events.urls.root_patterns)),
    path("", include(surveys.urls)),
    path("people/<int:pk>/photo/", groups.views.photo, name="person_photo"),  # who may see it, groups decide
    path("", include(accounts.urls)),
    path("accounts/", include("allauth.urls")),
    path("admin/password_change/", RedirectView.as_view(pattern_name="account_change_password")),
    path("admin/", admin.site.urls),
]

handler400 = "pages.errors.bad_request"
handler403 = "pages.errors.permission_denied"
handler404 = "pages.errors.page_not_found"
