"""The form that asks for a confidential call."""

from intake.forms.contact import ContactForm


class CallbackForm(ContactForm):
    """Every question of the contact part, and nothing more."""
