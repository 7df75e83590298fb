# ruff: noqa: E402  # nothing of Django can be imported before its settings are known
"""A site of one page that counts its visitors, for tests that stop or kill a real server.

`python -m tests.pages.counting_server` makes its tables; granian then serves `application`.
"""

import os

os.environ["DJANGO_SETTINGS_MODULE"] = "cops_portal.settings"

import django

django.setup()

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path

from pages import counter, models


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"<p>{os.getpid()}</p>")


urlpatterns = [path("", page)]
settings.MIDDLEWARE = ["pages.counter.VisitCounterMiddleware"]
settings.ROOT_URLCONF = __name__

if __name__ == "__main__":
    with connection.schema_editor() as editor:
        for model in (models.VisitDay, models.VisitorOfDay, models.VisitSalt):
            editor.create_model(model)
else:
    counter.FLUSH_EVERY = float(os.environ["FLUSH_EVERY"])
    counter.enable()
    application = WSGIHandler()
