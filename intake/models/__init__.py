"""Everything about the people who ask for help. Only this app holds a person."""

from intake.models.appointment import Appointment
from intake.models.audit_event import AppendOnly, AuditEvent, AuditHead
from intake.models.audit_purge import AuditCut, AuditPermit
from intake.models.carrier import Carrier
from intake.models.consent import Consent, ConsentText, SharingTerms, Withdrawal
from intake.models.contact_attempt import ContactAttempt
from intake.models.duty import Duty, DutyChange, StaffProfile
from intake.models.key_canary import KeyCanary
from intake.models.lead import Lead
from intake.models.outbox import Outbox
from intake.models.requests import CallbackRequest, CardImage, InsuranceVerification, ParkedCard
from intake.models.search_token import SearchToken
from intake.models.staff import DeskLook, Draft, RecoveryCode, SecondFactor, StaffSession
from intake.models.throttle import Throttle

__all__ = [
    "AppendOnly",
    "Appointment",
    "AuditCut",
    "AuditEvent",
    "AuditHead",
    "AuditPermit",
    "CallbackRequest",
    "CardImage",
    "Carrier",
    "Consent",
    "ConsentText",
    "ContactAttempt",
    "DeskLook",
    "Draft",
    "Duty",
    "DutyChange",
    "InsuranceVerification",
    "KeyCanary",
    "Lead",
    "Outbox",
    "ParkedCard",
    "RecoveryCode",
    "SearchToken",
    "SecondFactor",
    "SharingTerms",
    "StaffProfile",
    "StaffSession",
    "Throttle",
    "Withdrawal",
]
