"""Everything about the people who ask for help. Only this app holds a person."""

from intake.models.appointment import Appointment
from intake.models.audit_event import AppendOnly, AuditEvent, AuditHead
from intake.models.audit_purge import AuditCut, AuditPermit
from intake.models.benefits import (
    BenefitsCheck,
    BenefitsRecord,
    LevelBenefits,
    NetworkBenefits,
)
from intake.models.cadence_step import CadenceStep
from intake.models.carrier import Carrier
from intake.models.consent import Consent, ConsentText, SharingTerms, Withdrawal
from intake.models.contact_attempt import ContactAttempt
from intake.models.duty import Duty, DutyChange, StaffProfile
from intake.models.hand_over import HandOver
from intake.models.key_canary import KeyCanary
from intake.models.lead import Lead
from intake.models.outbox import Outbox, WorkerPulse
from intake.models.promise_record import PromiseRecord
from intake.models.referral import ReceivingProvider, Referral
from intake.models.requests import CallbackRequest, CardImage, InsuranceVerification, ParkedCard
from intake.models.routing import RoutingRule
from intake.models.search_token import SearchToken
from intake.models.staff import DeskLook, Draft, RecoveryCode, SecondFactor, StaffSession
from intake.models.throttle import Throttle
from intake.models.wish import PrivacyRequest, Wish

__all__ = [
    "AppendOnly",
    "Appointment",
    "AuditCut",
    "AuditEvent",
    "AuditHead",
    "AuditPermit",
    "BenefitsCheck",
    "BenefitsRecord",
    "CadenceStep",
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
    "HandOver",
    "InsuranceVerification",
    "KeyCanary",
    "Lead",
    "LevelBenefits",
    "NetworkBenefits",
    "Outbox",
    "ParkedCard",
    "PrivacyRequest",
    "PromiseRecord",
    "ReceivingProvider",
    "RecoveryCode",
    "Referral",
    "RoutingRule",
    "SearchToken",
    "SecondFactor",
    "SharingTerms",
    "StaffProfile",
    "StaffSession",
    "Throttle",
    "Wish",
    "Withdrawal",
    "WorkerPulse",
]
