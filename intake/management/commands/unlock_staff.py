"""The way back for somebody who is locked out when no administrator can sign in."""

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from intake import sign_in


class Command(BaseCommand):
    help = "Let a member of staff try to sign in again at once. Check who asks first."

    def add_arguments(self, parser):
        parser.add_argument("username")
        parser.add_argument(
            "--reset-second-factor",
            action="store_true",
            help="also take the second factor away and sign them out everywhere",
        )

    def handle(self, *, username, reset_second_factor, **options):
        user = get_user_model().objects.filter(username=username).first()
        if user is None:
            raise CommandError("There is no such login.")
        at = timezone.now()
        sign_in.unlock(user, by=None, at=at)
        if reset_second_factor:
            sign_in.reset_second_factor(user, by=None, at=at)
            self.stdout.write("The next sign-in sets up a new second factor.")
        self.stdout.write("Unlocked: they can try again now.")
