"""Creates a personal staff login and prints its password once."""

import secrets

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from intake import groups

FIRST = "admin"


class Command(BaseCommand):
    help = "Create a staff login with a random password, which is printed once."

    def add_arguments(self, parser):
        parser.add_argument("username", nargs="?")
        parser.add_argument("--email", default="")
        parser.add_argument(
            "--group", action="append", default=[], choices=list(groups.GROUPS), dest="names"
        )
        parser.add_argument("--superuser", action="store_true", help="may do everything")
        parser.add_argument(
            "--first-login",
            action="store_true",
            help=f"create the superuser “{FIRST}” if there is no login yet, else do nothing",
        )

    def handle(self, *, username, email, names, superuser, first_login, **options):
        User = get_user_model()
        groups.ensure()
        if first_login:
            if User.objects.exists():
                return
            username, superuser = FIRST, True
        if not username:
            raise CommandError("Say who it is for: create_staff USERNAME --group Admissions")
        if not names and not superuser:
            raise CommandError("Say what they may do: --group Admissions (or another group)")
        password = secrets.token_urlsafe(12)
        user = User(username=username, email=email, is_staff=True, is_superuser=superuser)
        user.set_password(password)
        try:
            user.full_clean()
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        user.save()
        user.groups.set(Group.objects.filter(name__in=names))
        self.stdout.write(f"\n  Staff login: {username}\n  Password:    {password}\n")
        self.stdout.write("  It is not shown again, and belongs to one person alone: actions are")
        self.stdout.write("  recorded under this name. Change the password under “Your account”.")
        if settings.STAFF_SECOND_FACTOR:
            self.stdout.write("  The first sign-in sets up a second factor: have a phone with an")
            self.stdout.write("  authenticator app at hand, and do it soon.")
        self.stdout.write("\n")
