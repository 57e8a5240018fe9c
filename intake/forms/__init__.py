"""The forms people fill: two public ones, and the small ones of staff."""

from intake.forms.callback import CallbackForm
from intake.forms.insurance import AddInsuranceForm, InsuranceForm
from intake.forms.receipt import ReceiptForm

__all__ = ["AddInsuranceForm", "CallbackForm", "InsuranceForm", "ReceiptForm"]
