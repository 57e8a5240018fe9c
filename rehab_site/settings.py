"""All settings, from the environment alone; `.env.example` lists them."""

import logging
from urllib.parse import urlsplit

from csp.constants import NONE, SELF

from rehab_site.env import (
    BASE_DIR,
    audit_retention_days,
    benefits_second_person,
    cache_server,
    encryption_keys,
    env,
    lease,
    public_url,
    records_dir,
    secret_key,
    secret_key_fallbacks,
    staff_idle_minutes,
    staff_second_factor,
)

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = secret_key()
SECRET_KEY_FALLBACKS = secret_key_fallbacks()
FIELD_ENCRYPTION_KEYS = encryption_keys()

# Links in mail, canonicals, cookies and HSTS all follow this one address.
PUBLIC_URL = public_url(DEBUG)
IS_HTTPS = PUBLIC_URL.startswith("https://")
LOOPBACK = ["localhost", "127.0.0.1", "[::1]"] if DEBUG else []
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[urlsplit(PUBLIC_URL).hostname, *LOOPBACK])
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
# Addresses or networks of our own reverse proxies; only they may say who the client is.
TRUSTED_PROXIES = env.list("TRUSTED_PROXIES", default=[])

INSTALLED_APPS = [
    # Before the admin, which looks at the models when it starts.
    "modeltranslation",
    "rehab_site.apps.StaffAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.sitemaps",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "simple_history",
    "programs",
    "intake",
]

MIDDLEWARE = [
    "rehab_site.middleware.client_address",
    # Before all others: a kept page went through them when it was made.
    "rehab_site.page_cache.page_cache",
    "rehab_site.middleware.language_of_the_address",
    # Before all that may answer by itself: refusals and files carry the policies too.
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "rehab_site.middleware.private_by_default",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "rehab_site.middleware.refuse_oversized",
    "rehab_site.middleware.back_keeps_forms",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "rehab_site.middleware.RefusalsRecorded",
    "django.contrib.messages.middleware.MessageMiddleware",
    "rehab_site.middleware.center_clock",
    "intake.staff.idle.IdleLogOff",
]

ROOT_URLCONF = "rehab_site.urls"
WSGI_APPLICATION = "rehab_site.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "programs.context.center",
            ],
        },
    },
]
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{BASE_DIR}/var/db.sqlite3")}
DATABASES["default"]["CONN_MAX_AGE"] = 60
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
if DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
    # No disk with a head: else PostgreSQL walks over all open leads rather than use an index.
    flash = {"options": "-c random_page_cost=1.1"}
    DATABASES["default"]["OPTIONS"] = flash | DATABASES["default"].get("OPTIONS", {})
elif DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        # Taking the write lock at BEGIN lets writers queue instead of failing half-way.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        # FULL: a receipt shown is a row on the disk, even through a power cut.
        # secure_delete: what was erased is overwritten, not only unlinked.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; "
        "PRAGMA secure_delete=ON;",
    }
    # A file, so that tests with several connections see one database.
    DATABASES["default"]["TEST"] = {"NAME": BASE_DIR / "var" / "test.sqlite3"}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Where the processes agree on what is new: a file on one machine, a cache server between several.
CACHES = {"default": cache_server()}
GENERATION_FILE = None if env.str("CACHE_URL", default="") else BASE_DIR / "var" / "generation"

# What must outlive a restored backup: the list of erasures, and the anchors of the audit
# trail. Nothing personal stands there.
RECORDS_DIR = records_dir()
# How long a lead is kept after the last activity, by how it ended. One that is still open
# is never forgotten by itself, and a legal hold stops every one of these clocks.
RETENTION = {
    # Time enough to find the person in need whom somebody took for spam.
    "spam": env.days("RETAIN_SPAM_DAYS", default=30),
    # Families call back months later; then it helps to know that they asked before.
    "unreached": env.days("RETAIN_UNREACHED_DAYS", default=180),
    # Admitted, referred, declined: people come back within two years, and questions about
    # what was said do too. A patient's treatment record is kept elsewhere, and longer.
    "ended": env.days("RETAIN_ENDED_DAYS", default=730),
    # A benefits check takes days. A photo shows more than the numbers taken from it.
    "cards": env.days("RETAIN_CARDS_DAYS", default=30),
}

# Staff are asked for a code of their phone too; on a developer's machine only who wants to.
STAFF_SECOND_FACTOR = staff_second_factor(DEBUG)
# Without activity for so long, staff are signed out; in any case after twelve hours.
STAFF_IDLE_MINUTES = staff_idle_minutes()
# After so many quiet minutes a claimed lead goes back to the queue, until the person is reached.
LEASE = lease()
SESSION_ENGINE = "intake.staff_sessions"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
# Only staff have sessions: their cookie never travels to the public pages.
SESSION_COOKIE_PATH = "/admin/"
LOGIN_URL = "admin:login"

# Whether who wrote benefits down may also approve them; at night one person is often alone.
BENEFITS_SECOND_PERSON = benefits_second_person()

# As NIST SP 800-63B-4 has it: length instead of rules of composition, no forced change,
# nothing common or near the own name, pasting allowed. It asks for 15 characters where the
# password stands alone and 8 beside a second factor; beside ours we ask for 12.
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12 if STAFF_SECOND_FACTOR else 15},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]

# Records outside the database that prove what is in it. Every node writes to the same folder.
AUDIT_RETENTION_DAYS = audit_retention_days()

# English at the root, each other language under its own prefix (docs/languages.md).
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("es", "Español")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
# The server's zone. What a person reads is in the center's zone or in their own.
TIME_ZONE = "UTC"

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "var" / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# Uploads stay in memory, capped; nothing a person sends touches the disk in clear.
FILE_UPLOAD_HANDLERS = ["intake.uploads.CappedMemoryUploadHandler"]
# Bytes of a whole request; two card photos and the text around them fit well inside.
MAX_REQUEST_BYTES = 24 * 1024 * 1024
# However long the text, the form shows it again instead of failing.
DATA_UPLOAD_MAX_MEMORY_SIZE = MAX_REQUEST_BYTES
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
DATA_UPLOAD_MAX_NUMBER_FILES = 4

# In development mail lands in a folder, where it can be read.
EMAIL_CONFIG = env.email("EMAIL_URL", default=f"filemail:///{BASE_DIR}/var/mail")
vars().update({k: v for k, v in EMAIL_CONFIG.items() if k.startswith("EMAIL_")})
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="admissions@localhost")
# Seconds. A mail server that hangs must not hang the worker.
EMAIL_TIMEOUT = 15
# Who hears that a request waits (the mail itself says only that, and a reference).
ADMISSIONS_EMAILS = env.list("ADMISSIONS_EMAILS", default=["admissions@localhost"] if DEBUG else [])

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "intake.views.csrf_failed"
SECURE_SSL_REDIRECT = IS_HTTPS
# The load balancer and the supervisor ask for these over plain HTTP.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
# Set on requests by client_address, only where a trusted proxy said so.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 2 * 365 * 24 * 3600 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = IS_HTTPS
# Nobody else learns which page of ours somebody was on. Our own pages may: no address holds a
# person, and over https the CSRF check of a browser that sends no Origin needs the referrer.
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    },
}

if not DEBUG:
    DEFAULT_EXCEPTION_REPORTER = "rehab_site.reports.NothingPersonalReporter"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "rehab_site.reports.NothingPersonalFormatter",
            "format": "{asctime} {levelname} {name} {message}",
            "style": "{",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    # Those that come with handlers of their own, which would write query strings (runserver)
    # or messages of exceptions (granian), or mail tracebacks to administrators (django).
    "loggers": {
        "django": {"handlers": ["console"], "level": "INFO", "propagate": False},
        "django.server": {"handlers": ["console"], "propagate": False},
        "_granian": {"handlers": ["console"], "propagate": False},
    },
}
# Warnings of libraries quote values too; as records they meet the same formatter.
logging.captureWarnings(True)
