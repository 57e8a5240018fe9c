"""The admissions desk inside the Django admin."""

from intake.admin import catalogue, lead, notifications

__all__ = ["catalogue", "lead", "notifications"]
