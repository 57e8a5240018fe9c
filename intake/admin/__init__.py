"""The admissions desk inside the Django admin."""

from intake.admin import (
    audit_trail,
    benefits,
    catalogue,
    duty,
    lead,
    notifications,
    privacy_requests,
    referral,
    routing,
    staff,
    withdrawals,
)

__all__ = [
    "audit_trail",
    "benefits",
    "catalogue",
    "duty",
    "lead",
    "notifications",
    "privacy_requests",
    "referral",
    "routing",
    "staff",
    "withdrawals",
]
