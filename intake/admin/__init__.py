"""The admissions desk inside the Django admin."""

from intake.admin import audit_trail, catalogue, lead, notifications, staff

__all__ = ["audit_trail", "catalogue", "lead", "notifications", "staff"]
