"""One settings file for every place the portal runs. Environment variables change it; README lists them.

Safe by default: DEBUG is off, cookies are secure, and outside the embedded demonstration a secret must be given.
"""

from pathlib import Path
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from core.editor import CKEDITOR_5_CONFIGS  # noqa: F401  a setting

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))
DEBUG = env.bool("DEBUG", default=False)

# --- Where the portal is reached -------------------------------------------------------------------------
# EMBEDDED is what `make run` sets: plain http on this machine, a secret of its own under var/.
EMBEDDED = env.bool("EMBEDDED", default=False)
SITE_URL = env.str("SITE_URL", default="http://127.0.0.1:8000" if EMBEDDED else "https://localhost").rstrip("/")
HTTPS = urlsplit(SITE_URL).scheme == "https"
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[urlsplit(SITE_URL).hostname or "localhost"])
if EMBEDDED:
    ALLOWED_HOSTS += ["127.0.0.1", "localhost", "[::1]"]
CSRF_TRUSTED_ORIGINS = [SITE_URL] if HTTPS else []
# How many reverse proxies stand in front; only then are X-Forwarded-* headers believed.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES

SECRET_KEY = env.str("SECRET_KEY", default="")
if not SECRET_KEY and EMBEDDED and (VAR_DIR / "secret_key").exists():
    SECRET_KEY = (VAR_DIR / "secret_key").read_text().strip()
if not SECRET_KEY:
    raise ImproperlyConfigured("SECRET_KEY is not set. `make run` makes one under var/; elsewhere set it (see README).")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])

# --- What it is made of ----------------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "accounts.line",
    "accounts.thaid",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "django_ckeditor_5",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "import_export",
    "simple_history",
    "taggit",
    "template_partials",
    "core",
    "accounts",
    "groups",
    "events",
    "surveys",
    "pages",
]

MIDDLEWARE = [
    "pages.counter.VisitCounterMiddleware",  # outermost: counts answers that the page cache gave, too
    "core.methods.MethodsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "core.pagecache.PageCacheMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "core.access.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "accounts.middleware.StaffMfaMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
]

ROOT_URLCONF = "cops_portal.urls"
WSGI_APPLICATION = "cops_portal.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["core.templatetags.forms"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "pages.frame.footer",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- Data ------------------------------------------------------------------------------------------------
DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'portal.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        # Writers queue instead of failing: the write lock is taken at BEGIN, and waited for.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;"
            "PRAGMA mmap_size=134217728; PRAGMA cache_size=-16000; PRAGMA temp_store=MEMORY;"
        ),
    }
    DATABASES["default"]["CONN_MAX_AGE"] = None
else:
    DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=600)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", default="")
CACHES = {
    # Shared by every process: sign-in attempts are counted here.
    "default": (
        {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL, "KEY_PREFIX": "cops"}
        if REDIS_URL
        else {
            "BACKEND": "django.core.cache.backends.db.DatabaseCache",
            "LOCATION": "cache",
            "OPTIONS": {"MAX_ENTRIES": 100_000},  # beyond this it forgets any, counted sign-in attempts too
        }
    ),
    # Each process its own: finished public pages and fragments, under a key that carries their version.
    "local": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "local",
        "OPTIONS": {"MAX_ENTRIES": 2000},
    },
}
# With no shared cache a copy of the session in one process could outlive a sign-out in another.
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db" if REDIS_URL else "core.sessions"

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}
TASK_ATTEMPTS = env.int("TASK_ATTEMPTS", default=12)  # over seven hours: a mail server may be down for long
# What the worker starts by the clock (Asia/Bangkok): task, time or "every minute", and for weekly ones the weekday
# (Monday is 0).
TASK_SCHEDULE: list[tuple[str, str, int | None]] = [
    ("accounts.tasks.send_daily_digests", "07:00", None),
    ("accounts.tasks.send_weekly_digests", "07:15", 0),
    ("accounts.tasks.recount_unread", "03:10", None),
    ("accounts.tasks.forget_unverified", "03:30", None),
    ("groups.tasks.recount_groups", "03:20", None),
    ("events.tasks.follow_clock", "every minute", None),
    ("events.tasks.recount_events", "03:25", None),
    ("surveys.tasks.follow_clock", "every minute", None),
    ("surveys.tasks.nightly", "03:35", None),
    ("events.tasks.check_replays", "04:10", 0),
    ("pages.tasks.close_visit_days", "00:20", None),
    ("core.tasks.prune_finished", "03:40", None),
]

# What apps add to an event's page and to what is left to do after it, in this order: see events/added.py.
EVENT_ADDITIONS = ["surveys.on_event.ADDITION"]

# --- Language, time --------------------------------------------------------------------------------------
LANGUAGE_CODE = "th"
LANGUAGES = [("th", "ไทย")]
TIME_ZONE = "Asia/Bangkok"
USE_I18N = True
USE_TZ = True
LOCALE_PATHS = [BASE_DIR / "cops_portal" / "locale"]

# --- Files -----------------------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = "media/"
MEDIA_ROOT = VAR_DIR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "core.staticfiles.BundledStaticFilesStorage"
    },
}
WHITENOISE_MAX_AGE = 3600
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ["jpg", "jpeg", "png", "gif", "webp", "woff", "woff2", "gz", "br", "map"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 16_000  # the longest survey: 300 items of 50 options each
FILE_UPLOAD_PERMISSIONS = 0o640
# Leave the sending of documents to nginx, which then needs the internal location of deploy/nginx.conf.
USE_X_ACCEL = env.bool("USE_X_ACCEL", default=False)

# --- People and sign-in ----------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backend.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
PASSWORD_RESET_TIMEOUT = 24 * 3600
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["email", "given_name", "family_name"]},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
# Domains (and their subdomains) whose addresses may sign up; empty means any.
SIGNUP_EMAIL_DOMAINS = env.list("SIGNUP_EMAIL_DOMAINS", default=["go.th"])
REQUIRE_STAFF_MFA = env.bool("REQUIRE_STAFF_MFA", default=True)

ACCOUNT_ADAPTER = "accounts.adapters.AccountAdapter"
ACCOUNT_SIGNUP_FORM_CLASS = "accounts.forms.SignupForm"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True  # in the browser that signed up, nowhere else
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
# A whole provincial hall may stand behind one address; one account is locked for five minutes after five failures.
ACCOUNT_RATE_LIMITS = {"login_failed": "60/m/ip,5/300s/key"}
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_DEFAULT_HTTP_PROTOCOL = urlsplit(SITE_URL).scheme
ACCOUNT_USER_DISPLAY = "accounts.models.display_name"
# The same forms, with labels and hints in our own words.
ACCOUNT_FORMS = {
    "login": "accounts.auth_forms.LoginForm",
    "signup": "accounts.auth_forms.SignupForm",
    "add_email": "accounts.auth_forms.AddEmailForm",
    "change_password": "accounts.auth_forms.ChangePasswordForm",
    "set_password": "accounts.auth_forms.SetPasswordForm",
    "reset_password": "accounts.auth_forms.ResetPasswordForm",
    "reset_password_from_key": "accounts.auth_forms.ResetPasswordKeyForm",
    "reauthenticate": "accounts.auth_forms.ReauthenticateForm",
}
SOCIALACCOUNT_FORMS = {"signup": "accounts.auth_forms.SocialSignupForm"}
MFA_ADAPTER = "accounts.adapters.MfaAdapter"
MFA_FORMS = {
    "authenticate": "accounts.auth_forms.MfaForm",
    "reauthenticate": "accounts.auth_forms.MfaReauthenticateForm",
    "activate_totp": "accounts.auth_forms.ActivateTotpForm",
    "authenticate_webauthn": "accounts.auth_forms.KeyForm",
    "login_webauthn": "accounts.auth_forms.KeyLoginForm",
    "reauthenticate_webauthn": "accounts.auth_forms.KeyReauthenticateForm",
    "add_webauthn": "accounts.auth_forms.AddKeyForm",
    "edit_webauthn": "accounts.auth_forms.EditKeyForm",
}
# Nobody signs in with an unverified address here, so a second factor need not block changing the address.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
MFA_TOTP_ISSUER = "ชุมชนนักปฏิบัติ สป.มท."
USERSESSIONS_TRACK_ACTIVITY = False
SOCIALACCOUNT_ADAPTER = "accounts.adapters.SocialAccountAdapter"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_PROVIDERS: dict[str, dict] = {}

# ThaID: an OpenID Connect provider; every address and switch is configurable because its documents disagree.
OIDC_SERVER_URL = env.str("OIDC_SERVER_URL", default="")
OIDC_NAME = env.str("OIDC_NAME", default="ThaID")
if OIDC_SERVER_URL:
    SOCIALACCOUNT_PROVIDERS["openid_connect"] = {
        "OAUTH_PKCE_ENABLED": env.bool("OIDC_PKCE", default=True),
        "APPS": [
            {
                "provider_id": "thaid",
                "name": OIDC_NAME,
                "client_id": env.str("OIDC_CLIENT_ID"),
                "secret": env.str("OIDC_CLIENT_SECRET"),
                "settings": {
                    "server_url": OIDC_SERVER_URL,
                    "fetch_userinfo": env.bool("OIDC_FETCH_USERINFO", default=True),
                    "scope": env.list("OIDC_SCOPE", default=["openid", "given_name", "family_name"]),
                    "token_auth_method": env.str("OIDC_TOKEN_AUTH", default="client_secret_basic"),
                    # Which claim says who somebody is. Only a keyed hash of it is stored.
                    "uid_field": env.str("OIDC_UID_CLAIM", default="sub"),
                    # What the provider's discovery document lacks or has wrong, as JSON.
                    "openid_configuration_overrides": env.json("OIDC_CONFIGURATION", default={}),
                },
            }
        ],
    }
LINE_CLIENT_ID = env.str("LINE_CLIENT_ID", default="")
LINE_API_URL = env.str("LINE_API_URL", default="https://api.line.me")
LINE_ACCESS_URL = env.str("LINE_ACCESS_URL", default="https://access.line.me")
if LINE_CLIENT_ID:
    SOCIALACCOUNT_PROVIDERS["line"] = {
        "APPS": [{"client_id": LINE_CLIENT_ID, "secret": env.str("LINE_CLIENT_SECRET"), "key": ""}],
        "SCOPE": ["openid"],
    }

# --- Mail ------------------------------------------------------------------------------------------------
EMAIL_CONFIG = env.email_url("EMAIL_URL", default="filemail://" if EMBEDDED else "smtp://localhost:25")
vars().update(EMAIL_CONFIG)
if EMBEDDED and not env.str("EMAIL_URL", default=""):
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = VAR_DIR / "mail"
EMAIL_TIMEOUT = 15
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="ชุมชนนักปฏิบัติ สป.มท. <cops@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
CONTACT_EMAIL = env.str("CONTACT_EMAIL", default="km@example.go.th")
CONTACT_PHONE = env.str("CONTACT_PHONE", default="0 2000 0000")

# --- Security --------------------------------------------------------------------------------------------
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS and env.bool("HSTS_PRELOAD", default=True)
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # no third cookie
SESSION_COOKIE_NAME = "cops_session"
SESSION_COOKIE_AGE = 14 * 24 * 3600
CSRF_COOKIE_NAME = "cops_csrf"
CSRF_COOKIE_HTTPONLY = False  # CKEditor's upload reads it
CSRF_FAILURE_VIEW = "pages.errors.csrf_failure"
X_FRAME_OPTIONS = "DENY"

# Chromium holds form-action against the redirect after a form, so the sign-in providers stand here too.
_form_action = [SELF]
if OIDC_SERVER_URL:
    _oidc = urlsplit(env.str("OIDC_ORIGIN", default=OIDC_SERVER_URL))
    _form_action.append(f"{_oidc.scheme}://{_oidc.netloc}")
if LINE_CLIENT_ID:
    _line = urlsplit(LINE_ACCESS_URL)
    _form_action.append(f"{_line.scheme}://{_line.netloc}")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "frame-src": ["https://www.youtube-nocookie.com"],  # the replay's player, after a click (static/js/replay.js)
        "manifest-src": [SELF],
        "form-action": _form_action,
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    },
}

# --- Replays ---------------------------------------------------------------------------------------------
# Asked once a week whether each replay is still there; no other address is ever asked. The address is for tests.
YOUTUBE_OEMBED_URL = env.str("YOUTUBE_OEMBED_URL", default="https://www.youtube.com/oembed")

# --- Visitor counter -------------------------------------------------------------------------------------
# The balance carried over from the old site, and the day from which that balance was counted.
COUNTER_OPENING_BALANCE = env.int("COUNTER_OPENING_BALANCE", default=0)
COUNTER_SINCE = env.str("COUNTER_SINCE", default="2026-10-01")

# --- Rich text -------------------------------------------------------------------------------------------
CK_EDITOR_5_UPLOAD_FILE_VIEW_NAME = "home"  # the toolbar has no upload; the widget wants a name that resolves

TAGGIT_CASE_INSENSITIVE = True
IMPORT_EXPORT_ESCAPE_FORMULAE_ON_EXPORT = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="WARNING")},
}
