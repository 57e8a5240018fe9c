"""The fixed vocabularies of intake, as staff and families read them."""

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _


class Arrival(TextChoices):
    """How a lead first reached us."""

    CALLBACK = "callback", _("Callback request")
    INSURANCE = "insurance", _("Insurance form")
    PHONE = "phone", _("Phone call")
    WALK_IN = "walk_in", _("Walk-in")
    REFERRAL = "referral", _("Referral")


class ForWhom(TextChoices):
    SELF = "self", _("Me")
    LOVED_ONE = "loved_one", _("Someone I love")
    CLIENT = "client", _("Someone I work with")

    @property
    def of_the_caller(self) -> str:
        """The same as staff say it, of the one who called."""
        return {
            ForWhom.SELF: _("The caller"),
            ForWhom.LOVED_ONE: _("Someone the caller loves"),
            ForWhom.CLIENT: _("Someone the caller works with"),
        }[self]


class Relationship(TextChoices):
    PARENT = "parent", _("Their parent")
    PARTNER = "partner", _("Their spouse or partner")
    CHILD = "child", _("Their child")
    SIBLING = "sibling", _("Their brother or sister")
    GRANDPARENT = "grandparent", _("Their grandparent")
    RELATIVE = "relative", _("Another relative")
    FRIEND = "friend", _("A friend")
    PROFESSIONAL = "professional", _("A professional")
    OTHER = "other", _("Something else")


class Adult(TextChoices):
    YES = "yes", _("Yes, 18 or older")
    NO = "no", _("No, under 18")
    UNSURE = "unsure", _("I’m not sure")


class Window(TextChoices):
    """When the person wants to be called; `windows` holds the wall times."""

    ANY = "any", _("As soon as possible")
    MORNING = "morning", _("In the morning, 8 am to noon")
    AFTERNOON = "afternoon", _("In the afternoon, noon to 5 pm")
    EVENING = "evening", _("In the evening, 5 to 9 pm")


class Language(TextChoices):
    """English, and the languages most spoken in California homes."""

    ENGLISH = "en", "English"
    SPANISH = "es", "Español (Spanish)"
    CHINESE = "zh", "中文 (Chinese)"
    VIETNAMESE = "vi", "Tiếng Việt (Vietnamese)"
    TAGALOG = "tl", "Tagalog"
    KOREAN = "ko", "한국어 (Korean)"
    ARMENIAN = "hy", "Հայերեն (Armenian)"
    PERSIAN = "fa", "فارسی (Persian)"
    RUSSIAN = "ru", "Русский (Russian)"
    ARABIC = "ar", "العربية (Arabic)"
    PUNJABI = "pa", "ਪੰਜਾਬੀ (Punjabi)"
    HINDI = "hi", "हिन्दी (Hindi)"
    JAPANESE = "ja", "日本語 (Japanese)"
    HMONG = "hmn", "Hmoob (Hmong)"
    KHMER = "km", "ខ្មែរ (Khmer)"
    THAI = "th", "ไทย (Thai)"
    SIGN = "ase", _("American Sign Language")
    OTHER = "other", _("Another language")


class HeardFrom(TextChoices):
    SEARCH = "search", _("Searching online")
    FRIEND = "friend", _("A friend or family member")
    CLINICIAN = "clinician", _("A doctor, therapist or hospital")
    FORMER_PATIENT = "former", _("Someone who was treated here")
    INSURER = "insurer", _("My insurance")
    COURT_OR_WORK = "court_work", _("A court, employer or school")
    OTHER = "other", _("Somewhere else")


class PlanType(TextChoices):
    HMO = "hmo", "HMO"
    PPO = "ppo", "PPO"
    EPO = "epo", "EPO"
    POS = "pos", "POS"
    MEDICAID = "medicaid", _("Medi-Cal or Medicaid")
    MEDICARE = "medicare", "Medicare"
    TRICARE_VA = "tricare_va", _("TRICARE or VA")
    UNKNOWN = "unknown", _("I don’t know")


class HolderRelationship(TextChoices):
    """Who holds the insurance, seen from the patient."""

    SELF = "self", _("The person who needs help")
    PARENT = "parent", _("Their parent")
    PARTNER = "partner", _("Their spouse or partner")
    OTHER = "other", _("Someone else")


class CardSide(TextChoices):
    FRONT = "front", _("Front of the card")
    BACK = "back", _("Back of the card")


class Status(TextChoices):
    NEW = "new", _("New")
    CONTACTING = "contacting", _("Contacting")
    REACHED = "reached", _("Reached")
    ASSESSMENT_SCHEDULED = "scheduled", _("Assessment scheduled")
    ASSESSED = "assessed", _("Assessed")
    ADMITTED = "admitted", _("Admitted")
    CLOSED = "closed", _("Closed")


class Disposition(TextChoices):
    """Why a lead was closed without an admission."""

    REFERRED_OUT = "referred", _("Referred to another provider")
    NOT_A_FIT = "not_a_fit", _("Not a fit for our programs")
    DECLINED = "declined", _("The person declined")
    NO_SHOW = "no_show", _("Did not come to the assessment")
    COULD_NOT_REACH = "unreached", _("Could not be reached")
    DUPLICATE = "duplicate", _("Duplicate of another request")
    SPAM = "spam", _("Spam")


class Priority(IntegerChoices):
    """What comes first in the queue, whatever is due when."""

    USUAL = 0, _("Usual")
    DANGER = 1, _("Possible danger")


class Danger(TextChoices):
    """What words in a message may mean; `content/danger.toml` holds the words."""

    SUICIDE = "suicide", _("suicide or self-harm")
    OVERDOSE = "overdose", _("an overdose")
    MEDICAL = "medical", _("dangerous withdrawal or another medical emergency")
    VIOLENCE = "violence", _("violence")


class Lifted(TextChoices):
    """Why staff put a lead at the top of the queue."""

    SAID = "said", _("They told us of danger")
    SOUNDED = "sounded", _("They sounded in danger")
    TOLD_BY_OTHERS = "others", _("Somebody else told us of danger")


class Lowered(TextChoices):
    """Why staff take a lead down from the top of the queue."""

    FALSE_ALARM = "false_alarm", _("The words meant something else")
    SAFE = "safe", _("We spoke with them: nobody is in danger now")
    EMERGENCY = "emergency", _("Emergency services or a crisis line took over")


class Target(TextChoices):
    """Whom a routing rule offers a lead to."""

    PERSON = "person", _("One person")
    SAME = "same", _("Whoever had this caller before")
    ANYBODY = "anybody", _("Anybody on duty who takes it, by turns")
    QUEUE = "queue", _("Everybody: the shared queue")


class PromiseOutcome(TextChoices):
    """How a promise to call ended."""

    KEPT = "kept", _("Kept")
    BROKEN = "broken", _("Broken")
    MOVED = "moved", _("Moved as the person wished")


class CalledOff(TextChoices):
    """Why an assessment does not take place."""

    BY_THEM = "by_them", _("They cancelled")
    BY_US = "by_us", _("We had to cancel")
    NO_SHOW = "no_show", _("They did not come")


class ProviderKind(TextChoices):
    """What sort of help somebody gives whom people are referred to."""

    WITHDRAWAL = "withdrawal", _("Withdrawal management (detox)")
    HOSPITAL = "hospital", _("Hospital")
    RESIDENTIAL = "residential", _("Residential treatment")
    OUTPATIENT = "outpatient", _("Outpatient treatment")
    MENTAL_HEALTH = "mental", _("Mental health care")
    YOUTH = "youth", _("Care for under 18")
    HOUSING = "housing", _("Recovery housing")
    HELPLINE = "helpline", _("Public helpline")
    OTHER = "other", _("Something else")


class ReferralReason(TextChoices):
    """Why somebody is better helped elsewhere."""

    LEVEL = "level", _("Needs another level of care")
    MEDICAL = "medical", _("Needs medical care first")
    AGE = "age", _("Is under 18")
    FULL = "full", _("We have no opening soon enough")
    PLACE = "place", _("Lives too far away")
    COVERAGE = "coverage", _("Their plan covers somebody else")
    WISH = "wish", _("They wish so")
    OTHER = "other", _("Something else")


class CheckedBack(TextChoices):
    """What came of a referral."""

    ARRIVED = "arrived", _("They are in care there")
    WAITING = "waiting", _("They wait for a place there")
    NOT_GONE = "not_gone", _("They did not go")
    ELSEWHERE = "elsewhere", _("They found help elsewhere")
    UNKNOWN = "unknown", _("We could not find out")


class PromiseBroken(TextChoices):
    """Why nobody tried to call inside the promised time."""

    NOBODY_ON_DUTY = "nobody", _("Nobody was on duty")
    BUSY = "busy", _("Everybody was on other calls")
    NOT_SAFE = "not_safe", _("It was not a safe time to call")
    BAD_NUMBER = "number", _("The number could not be called")
    OVERLOOKED = "overlooked", _("It was overlooked")
    TECHNICAL = "technical", _("A technical fault")
    OTHER = "other", _("Something else")


class Suspicion(TextChoices):
    """Why a sending looks like abuse. It may still be a person in need."""

    HONEYPOT = "trap", _("filled a field that people do not see")
    TOO_FAST = "fast", _("sent faster than a person types")
    SAME_ADDRESS = "address", _("many from one internet address")
    SAME_PHONE = "phone", _("many for one phone number")


class Channel(TextChoices):
    CALL = "call", _("Phone call")
    TEXT = "text", _("Text message")
    EMAIL = "email", _("Email")
    IN_PERSON = "in_person", _("In person")
    INBOUND = "inbound", _("They contacted us")


class Outcome(TextChoices):
    """What came of trying to reach somebody."""

    REACHED = "reached", _("Reached")
    LEFT_MESSAGE = "left_message", _("Left a message")
    NO_ANSWER = "no_answer", _("No answer")
    WRONG_NUMBER = "wrong_number", _("Wrong number")
    CALL_BACK = "call_back", _("Asked to be called at another time")


# The person has not been spoken with: another try follows.
UNREACHED = (Outcome.LEFT_MESSAGE, Outcome.NO_ANSWER, Outcome.WRONG_NUMBER)


class Part(TextChoices):
    """Whose data of a lead is copied or erased; `parts` says which fields those are."""

    CALLER = "caller", _("the caller’s")
    PATIENT = "patient", _("the patient’s")
    BOTH = "both", _("everything")
    # What goes first by itself: photos show more than anybody needs for long.
    CARDS = "cards", _("the card photos")


class IdentityCheck(TextChoices):
    """How staff made sure who asks for a copy, or to be forgotten."""

    CALLED_BACK = "called_back", _("Called back on the number we have")
    PIN = "pin", _("Told us reference and PIN")
    SEEN = "id_seen", _("Showed identification in person")
    LETTER = "letter", _("Wrote a signed letter")


class HoldReason(TextChoices):
    """Why nothing of a lead may be erased."""

    COURT = "court", _("A court order or subpoena")
    CLAIM = "claim", _("A claim or lawsuit, made or expected")
    INQUIRY = "inquiry", _("An inquiry by an authority")


class HoldEnd(TextChoices):
    """Why a legal hold is lifted."""

    OVER = "over", _("The matter is over")
    MISTAKE = "mistake", _("It was set by mistake")


class Expired(TextChoices):
    """Why a lead is forgotten by itself; `settings.RETENTION` says after how long."""

    SPAM = "spam", _("spam")
    UNREACHED = "unreached", _("never reached")
    ENDED = "ended", _("admitted or closed otherwise")
    CARDS = "cards", _("card photos")


class ConsentKind(TextChoices):
    CALL = "call", _("One call about this request")
    VOICEMAIL = "voicemail", _("Voicemail")
    TEXT = "text", _("Text messages")
    EMAIL = "email", _("Email")
    SHARE = "share", _("Sharing with the insurer")


class TakenBack(TextChoices):
    """What can be taken back; the codes are those of `ConsentKind`."""

    CALL = "call", _("All calls")
    VOICEMAIL = "voicemail", _("Voicemail")
    TEXT = "text", _("Text messages")
    EMAIL = "email", _("Email")
    SHARE = "share", _("Sharing with the insurer")


class Given(TextChoices):
    """How a permission was given."""

    FORM = "form", _("On the form")
    PHONE = "phone", _("On the phone")
    IN_PERSON = "in_person", _("In person")
    PAPER = "paper", _("On paper")
    SIGNED = "signed", _("With an electronic signature")


class Told(TextChoices):
    """How somebody told us that they take a permission back. Every way counts."""

    PHONE = "phone", _("On the phone")
    VOICEMAIL = "voicemail", _("On our voicemail")
    TEXT = "text", _("By text message (such as STOP)")
    EMAIL = "email", _("By email")
    IN_PERSON = "in_person", _("In person")
    LETTER = "letter", _("By letter")
    RECEIPT = "receipt", _("On their receipt page")


class WishKind(TextChoices):
    """What a person can do from the receipt."""

    TIME = "time", _("Another time for the call")
    NOTE = "note", _("A note")
    PERMISSIONS = "permissions", _("Took back a permission")
    CANCEL = "cancel", _("Canceled the request")
    PRIVACY = "privacy", _("Asked for a copy or an erasure")


class PrivacyWish(TextChoices):
    """What everybody may ask of us about their own data."""

    COPY = "copy", _("A copy of what we have")
    ERASURE = "erasure", _("That we erase it")


class RevealReason(TextChoices):
    """Why somebody who does not hold the lead looks at masked details."""

    BENEFITS = "benefits", _("Benefits check")
    COVERING = "covering", _("Covering for the owner")
    ON_THE_PHONE = "on_the_phone", _("The person is on the phone")
    QUALITY = "quality", _("Quality review")
    PRIVACY = "privacy", _("Privacy request or complaint")


class HoursReason(TextChoices):
    """Why a call is made before 8 or after 21 o'clock where the person is."""

    ASKED = "asked", _("The person asked for this time")
    RETURNING = "returning", _("They called just now; I am calling back")
    DANGER = "danger", _("Somebody may be in danger")
    ELSEWHERE = "elsewhere", _("They are in another time zone right now")


class CheckStatus(TextChoices):
    """How far the benefits check of an insurance form is."""

    REQUESTED = "requested", _("Not started")
    IN_PROGRESS = "in_progress", _("In progress")
    RECORDED = "recorded", _("Recorded, not yet approved")
    APPROVED = "approved", _("Approved, not yet explained")
    EXPLAINED = "explained", _("Explained to the family")


class Network(TextChoices):
    """Plans pay one way for providers they have a contract with, and another for all others."""

    IN = "in", _("In network")
    OUT = "out", _("Out of network")


class Known(TextChoices):
    """What an insurance company answered, if it did."""

    UNKNOWN = "unknown", _("Not known")
    YES = "yes", _("Yes")
    NO = "no", _("No")


class CopayPer(TextChoices):
    DAY = "day", _("each day or visit")
    STAY = "stay", _("the whole stay")


class AskedHow(TextChoices):
    """How the insurance company was asked."""

    PHONE = "phone", _("On the phone")
    PORTAL = "portal", _("On its website for providers")
    ELECTRONIC = "electronic", _("By an electronic eligibility check")
    LETTER = "letter", _("By letter or fax")


class SentBack(TextChoices):
    """Why a recorded benefits check is not approved."""

    MISSING = "missing", _("Something is missing")
    UNCLEAR = "unclear", _("Figures contradict each other")
    OTHER_MEMBER = "other_member", _("It is not the plan on the card")
    ASK_AGAIN = "ask_again", _("The insurance company has to be asked again")


class ExplainedTo(TextChoices):
    """Whom the benefits were explained to. They are the patient’s own."""

    PATIENT = "patient", _("The patient")
    CALLER = "caller", _("The caller, and the patient agreed to that")
