"""The form that asks for a confidential call."""

from intake.forms.appointment import WithAppointment
from intake.forms.contact import ContactForm


class CallbackForm(WithAppointment, ContactForm):
    """Every question of the contact part, and the choice of an exact time."""
