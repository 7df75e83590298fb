"""Whose photo a person may see."""

import pytest
from django.core.files.base import ContentFile

from accounts.models import User
from groups.models import Membership, Role, Stage, State
from tests.factories import make_group, make_membership, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def pictured() -> User:
    person = make_user()
    person.photo.save("x.webp", ContentFile(b"photo"))
    return person


def status(client, person: User) -> int:
    response = client.get(f"/people/{person.pk}/photo/")
    if response.streaming:
        assert b"".join(response.streaming_content) == b"photo"
    return response.status_code


def test_those_who_see_the_person(as_, pictured, member, facilitator, officer, outsider, group) -> None:
    viewers = [as_(one) for one in (pictured, officer, facilitator, member, outsider)]

    def seen() -> list[int]:
        return [status(viewer, pictured) for viewer in viewers]

    assert seen() == [200, 200, 404, 404, 404]
    row = make_membership(group=group, user=pictured, state=State.REQUESTED)
    assert seen() == [200, 200, 200, 404, 404]
    Membership.objects.filter(pk=row.pk).update(state=State.ACTIVE)
    assert seen() == [200, 200, 200, 200, 404]
    Membership.objects.filter(pk=row.pk).update(is_listed=False)
    assert seen() == [200, 200, 200, 404, 404]
    Membership.objects.filter(pk=row.pk).update(state=State.LEFT, is_listed=True)
    assert seen()[3:] == [404, 404]


def test_whom_a_public_page_names_everybody_sees(as_, pictured, outsider) -> None:
    draft = make_group(stage=Stage.DRAFT)
    make_membership(group=draft, user=pictured, role=Role.FACILITATOR)
    assert status(as_(outsider), pictured) == 404
    make_membership(group=make_group(), user=pictured, role=Role.FACILITATOR)
    assert status(as_(outsider), pictured) == 200
