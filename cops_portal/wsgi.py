"""The WSGI application that granian (or any WSGI server) serves."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cops_portal.settings")

application = get_wsgi_application()

from pages import counter  # noqa: E402  # models can be imported only now

counter.enable()
