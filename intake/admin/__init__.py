"""The admissions desk inside the Django admin."""

from intake.admin import audit_trail, catalogue, duty, lead, notifications, staff, withdrawals

__all__ = ["audit_trail", "catalogue", "duty", "lead", "notifications", "staff", "withdrawals"]
