from django.urls import path

from . import account, health, robots, views, workspace
from .standing import STANDING_PAGES

ADDRESSES = {
    "website_policy": "website-policy/",
    "security_policy": "security-policy/",
}
OWN_VIEWS = ("site_map", "counter")

urlpatterns = [
    path("", views.home, name="home"),
    path("search/", views.search_page, name="search"),
    path("sitemap/", views.site_map, name="site_map"),
    path("counter/", views.counter_page, name="counter"),
    *(
        path(ADDRESSES.get(name, f"{name}/"), views.standing_page, {"name": name}, name=name)
        for name in STANDING_PAGES
        if name not in OWN_VIEWS
    ),
    path("my/", account.my, name="my"),
    path("workspace/", workspace.workspace, name="workspace"),
    path("my/data/", account.data_download, name="data_download"),
    path("my/close/", account.account_close, name="account_close"),
    path("my/close/done/", account.account_closed, name="account_closed"),
    path("styleguide/", views.styleguide, name="styleguide"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("robots.txt", robots.robots, name="robots"),
    path("sitemap.xml", robots.sitemap_xml, name="sitemap_xml"),
]

# Included under groups/, in the namespace of `groups`.
group_patterns = [
    path("<slug:slug>/", views.group_overview, name="group_detail"),
]
