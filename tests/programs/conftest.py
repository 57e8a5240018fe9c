"""What several tests of the public site need."""

import pytest
from django.contrib.auth.models import Permission, User

from tests import content as default_content


@pytest.fixture
def content(db):
    """The default content, as it ships."""
    default_content.put()


@pytest.fixture
def editor(client, db):
    """A signed-in editor of public content."""
    user = User.objects.create_user("editor", password="made-up-pass", is_staff=True)
    user.user_permissions.set(
        Permission.objects.filter(content_type__app_label="programs").exclude(
            content_type__model__in=["searchterm", "loadedcontent"]
        )
    )
    client.force_login(user)
    return client
