"""Who may do what: one readable table. Superusers may do everything and are few."""

from django.contrib.auth.models import Group, Permission

ADMISSIONS, MANAGERS = "Admissions", "Admissions managers"
CONTENT_EDITORS, PRIVACY_OFFICERS = "Content editors", "Privacy officers"

# Group: model → permissions. Leads change only through `workflow`, which asks for "change";
# "reveal" shows masked insurance details, "move" gives leads to colleagues, "forget" copies or
# erases on request, "manage" opens the report and explains broken promises, "export" downloads
# its list. Whoever may "add" a withdrawal writes one down; "change" marks it as carried out;
# of a notification, "change" tries it again or gives it up.
GROUPS = {
    ADMISSIONS: {
        "intake.lead": ["view", "change", "reveal"],
        "intake.benefitscheck": ["view", "change", "approve"],
        "intake.withdrawal": ["add"],
        "intake.receivingprovider": ["view"],
        "intake.referral": ["view"],
        "intake.outbox": ["view", "change"],
        "intake.carrier": ["view"],
        "intake.staffprofile": ["view"],
        "intake.duty": ["view"],
        "intake.dutychange": ["view"],
        "intake.routingrule": ["view"],
    },
    MANAGERS: {
        "intake.lead": ["view", "change", "reveal", "forget", "move", "manage", "export"],
        "intake.benefitscheck": ["view", "change", "approve"],
        "intake.cadencestep": ["view", "add", "change", "delete"],
        "intake.withdrawal": ["view", "add", "change"],
        "intake.privacyrequest": ["view", "change"],
        "intake.receivingprovider": ["view", "add", "change"],
        "intake.referral": ["view"],
        "intake.outbox": ["view", "change"],
        "intake.carrier": ["view", "add", "change"],
        "intake.staffprofile": ["view", "add", "change"],
        "intake.duty": ["view", "add", "change", "delete"],
        "intake.dutychange": ["view", "add", "change", "delete"],
        "intake.routingrule": ["view", "add", "change", "delete"],
        "intake.consenttext": ["view"],
        "intake.auditevent": ["view"],
    },
    PRIVACY_OFFICERS: {
        "intake.lead": ["view", "reveal", "forget", "hold"],
        "intake.withdrawal": ["view", "add", "change"],
        "intake.privacyrequest": ["view", "change"],
        "intake.consenttext": ["view", "add"],
        "intake.auditevent": ["view"],
    },
    CONTENT_EDITORS: {
        "programs.center": ["view", "change"],
        "programs.openinghours": ["view", "add", "change", "delete"],
        "programs.closedday": ["view", "add", "change", "delete"],
        "programs.languagenotice": ["view", "add", "change", "delete"],
        "programs.location": ["view", "add", "change", "delete"],
        "programs.licence": ["view", "add", "change", "delete"],
        "programs.program": ["view", "add", "change", "delete"],
        "programs.programsection": ["view", "add", "change", "delete"],
        "programs.service": ["view", "add", "change", "delete"],
        "programs.fitcriterion": ["view", "add", "change", "delete"],
        "programs.guidequestion": ["view", "add", "change", "delete"],
        "programs.guideanswer": ["view", "add", "change", "delete"],
        "programs.question": ["view", "add", "change", "delete"],
        "programs.article": ["view", "add", "change", "delete"],
        "intake.carrier": ["view", "add", "change"],
    },
}


def ensure() -> None:
    """Make the groups have exactly the permissions of the table."""
    about = ("content_type__app_label", "content_type__model", "codename")
    known = {tuple(names): pk for pk, *names in Permission.objects.values_list("pk", *about)}
    for name, table in GROUPS.items():
        group, _created = Group.objects.get_or_create(name=name)
        wanted = [
            (*label.split("."), f"{action}_{label.split('.')[1]}")
            for label, actions in table.items()
            for action in actions
        ]
        group.permissions.set(known[names] for names in wanted if names in known)
