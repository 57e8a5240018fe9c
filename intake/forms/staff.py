"""The small forms on a lead's page, each for one action."""

from django import forms
from django.utils.translation import gettext_lazy as _

from intake import agreements, choices, duty
from intake.forms.inputs import TextField


def choose(options, *, empty, **kwargs) -> forms.ChoiceField:
    """Return a drop-down in which nothing is chosen beforehand."""
    return forms.ChoiceField(choices=[("", empty), *options], **kwargs)


def day(**kwargs) -> forms.DateField:
    return forms.DateField(
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Choose a day.")},
        **kwargs,
    )


def hours_reason() -> forms.ChoiceField:
    return choose(
        choices.HoursReason.choices,
        empty=_("Choose why…"),
        label=_("Why outside 8 am to 9 pm there"),
        required=False,
    )


class ActionForm(forms.Form):
    """Carries the version of the lead that the page showed."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)


class CallingForm(ActionForm):
    hours_reason = hours_reason()


class AttemptForm(ActionForm):
    # Nothing is chosen beforehand: “Reached” by mistake would end the wait of the person.
    outcome = forms.ChoiceField(
        choices=choices.Outcome.choices,
        widget=forms.RadioSelect,
        label=_("What came of it"),
        error_messages={"required": _("Choose what came of it.")},
    )
    channel = forms.ChoiceField(choices=choices.Channel.choices, label=_("How"))
    hours_reason = hours_reason()
    next_step_at = forms.DateTimeField(
        label=_("Next step at another time"),
        required=False,
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_("Empty: the time named above."),
        error_messages={"invalid": _("Choose a day and a time.")},
    )
    late_because = choose(
        choices.PromiseBroken.choices,
        empty=_("Choose why…"),
        label=_("Why nobody called in the promised time"),
        required=False,
    )
    note = TextField(label=_("Note"), max_length=4000, multiline=True)

    def clean(self):
        data = super().clean()
        is_agreed = data.get("outcome") == choices.Outcome.CALL_BACK
        if is_agreed and "next_step_at" in data and not data["next_step_at"]:
            self.add_error("next_step_at", _("Enter when they want to be called."))
        return data


class ExplainForm(ActionForm):
    because = choose(
        choices.PromiseBroken.choices,
        empty=_("Choose why…"),
        label=_("Why nobody called in the promised time"),
    )


class Colleague(forms.ModelChoiceField):
    """Somebody who works with leads, by name."""

    def __init__(self, **kwargs):
        super().__init__(None, **kwargs)

    def of_all(self) -> None:
        self.queryset = duty.who_may().order_by("first_name", "last_name", "username")

    def label_from_instance(self, user) -> str:
        return user.get_full_name() or user.get_username()


class HandOverForm(ActionForm):
    to = Colleague(label=_("To whom"), empty_label=_("Choose a colleague…"))
    note = TextField(
        label=_("How things stand, in a line"), max_length=400, required=True, multiline=True
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["to"].of_all()


class MoveForm(HandOverForm):
    to = Colleague(label=_("To whom"), required=False, empty_label=_("Back to the queue"))
    note = TextField(label=_("Note"), max_length=400, multiline=True)


class AssignForm(forms.Form):
    """For many leads at once."""

    to = Colleague(
        label=_("To whom"),
        empty_label=_("Choose a colleague…"),
        error_messages={"required": _("Choose to whom the leads go.")},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["to"].of_all()


class CloseForm(ActionForm):
    # Who is referred elsewhere ends by a form of its own: it asks to whom.
    disposition = choose(
        [
            choice
            for choice in choices.Disposition.choices
            if choice[0] != choices.Disposition.REFERRED_OUT
        ],
        empty=_("Choose why…"),
        label=_("Why it ends"),
    )


class CloseManyForm(forms.Form):
    disposition = choose(
        choices.Disposition.choices,
        empty=_("Choose why…"),
        label=_("Why they end"),
        error_messages={"required": _("Choose why the leads end.")},
    )


class LiftForm(ActionForm):
    reason = choose(choices.Lifted.choices, empty=_("Choose why…"), label=_("Why it comes first"))


class LowerForm(ActionForm):
    reason = choose(
        choices.Lowered.choices, empty=_("Choose why…"), label=_("Why it can wait its turn")
    )


class OtherForm(ActionForm):
    """About this lead and another one."""

    other = forms.UUIDField(widget=forms.HiddenInput)


class PermitForm(ActionForm):
    kind = choose(
        [(kind.value, kind.label) for kind in agreements.FLAGS],
        empty=_("Choose what…"),
        label=_("What they allow"),
    )
    given = choose(
        [(given.value, given.label) for given in agreements.SPOKEN],
        empty=_("Choose how…"),
        label=_("How they said so"),
    )


class MayKnowForm(ActionForm):
    may_know = TextField(
        label=_("Who may know"),
        max_length=500,
        multiline=True,
        help_text=_(
            "Names, and of what: “Her sister Ana: that she called. Nobody else.” Empty: nobody."
        ),
    )


class SharingForm(ActionForm):
    """What the patient signed, as 42 CFR 2.31 asks for it."""

    patient_name = TextField(label=_("Patient’s name, as signed"), max_length=120, required=True)
    recipient = TextField(label=_("To whom"), max_length=200, required=True)
    what = TextField(label=_("What may be shared"), max_length=400, required=True, multiline=True)
    purpose = TextField(label=_("What for"), max_length=200, required=True, multiline=True)
    given = choose(
        [(given.value, given.label) for given in agreements.SIGNED],
        empty=_("Choose how…"),
        label=_("How it was signed"),
    )
    signed_on = day(label=_("Signed on"))
    expires_on = day(label=_("Last day on which it counts"))


class WithdrawForm(ActionForm):
    """The version is of no use here: a withdrawal is never refused for an old page."""

    version = None
    kinds = forms.MultipleChoiceField(
        choices=choices.TakenBack.choices,
        widget=forms.CheckboxSelectMultiple,
        label=_("What they take back"),
        error_messages={"required": _("Tick what they take back.")},
    )
    told = choose(
        [(told.value, told.label) for told in agreements.TOLD_STAFF],
        empty=_("Choose how…"),
        label=_("How they told us"),
    )
    told_on = day(label=_("On which day"), required=False, help_text=_("Empty: today."))


class CarriedOutForm(ActionForm):
    version = None
    withdrawal = forms.IntegerField(widget=forms.HiddenInput)


class StartCheckForm(ActionForm):
    verification = forms.UUIDField(widget=forms.HiddenInput)


class RevealForm(forms.Form):
    """Asks why, unless the lead is one’s own.

    `seen` is how far the page had read the lead's history, so that a page sent again by
    reloading it is told from a wish to look again.
    """

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    reason = choose(
        choices.RevealReason.choices, empty=_("Choose why…"), label=_("Why you need them")
    )

    def __init__(self, *args, is_owner: bool, **kwargs):
        super().__init__(*args, **kwargs)
        if is_owner:
            del self.fields["reason"]


class PrintForm(forms.Form):
    """The sheet stays masked unless the details are asked for, with the same reason."""

    with_masked = forms.BooleanField(label=_("With the masked insurance details"), required=False)
    reason = choose(
        choices.RevealReason.choices,
        empty=_("Choose why…"),
        label=_("Why they are needed on paper"),
        required=False,
    )

    def __init__(self, *args, is_owner: bool, may_reveal: bool, **kwargs):
        super().__init__(*args, **kwargs)
        if not may_reveal:
            del self.fields["with_masked"]
        if is_owner or not may_reveal:
            del self.fields["reason"]

    def clean(self):
        data = super().clean()
        if data.get("with_masked") and "reason" in self.fields and not data.get("reason"):
            self.add_error("reason", _("Choose why they are needed on paper."))
        return data
