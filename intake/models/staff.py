"""What belongs to somebody who signs in: second factor, recovery codes, sessions, drafts."""

import uuid

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from intake.fields import EncryptedTextField
from intake.models.lead import Lead


class SecondFactor(models.Model):
    """The key that somebody's authenticator app shares with us."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="second_factor"
    )
    # 20 random bytes in base32, as apps read them.
    key = EncryptedTextField()
    # Empty until a first right code proves that the app has the key.
    confirmed_at = models.DateTimeField(null=True)
    # The newest time step whose code was used: no code is taken twice.
    last_step = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name = _("second factor")
        default_permissions = ()

    def __str__(self):
        return f"second factor of {self.user_id}"


class RecoveryCode(models.Model):
    """One code for the day the phone is lost. Only its digest is kept."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="recovery_codes"
    )
    digest = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["user", "digest"], name="recovery_code_once")
        ]

    def __str__(self):
        return f"recovery code of {self.user_id}"


class StaffSession(AbstractBaseSession):
    """A session that knows whose it is, so that all of somebody's end with one DELETE.

    The idle clock stands in columns of its own: requests at the same time never turn it back.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="sessions"
    )
    began_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now)
    calling_since = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()

    def __str__(self):
        # The inherited one is the key itself, which signs whoever holds it in.
        return f"session of {self.user_id}"

    @classmethod
    def get_session_store_class(cls):
        return import_string(f"{settings.SESSION_ENGINE}.SessionStore")


class Draft(models.Model):
    """What somebody has typed into a form of a lead and not sent yet; `typed` is JSON.

    Without a lead it is the form of one that is not there yet.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    lead = models.ForeignKey(Lead, models.CASCADE, null=True, related_name="drafts")
    form = models.CharField(max_length=20)
    typed = EncryptedTextField()
    saved_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("draft")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["user", "lead", "form"], name="draft_once_a_form"),
            models.UniqueConstraint(
                fields=["user", "form"], condition=models.Q(lead=None), name="draft_once_apart"
            ),
        ]

    def __str__(self):
        return f"{self.form} {self.lead_id or '–'}"


class DeskLook(models.Model):
    """When somebody last opened the desk: what came after `new_since` is new to them."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="+"
    )
    looked_at = models.DateTimeField()
    new_since = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self):
        return f"look of {self.user_id}"
