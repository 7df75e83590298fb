"""Parts of templates that are rendered once, and queries that are compiled once."""

from collections.abc import Callable

import pytest
from django.template import Context, Template

from accounts.models import User
from core.prepared import Prepared
from core.templatetags import once
from groups.models import Membership
from tests.factories import make_group, make_membership, make_user


def rendered(template: Template, **values: object) -> str:
    return template.render(Context(values))


def test_rendered_once() -> None:
    template = Template("{% load once %}{% once %}{{ a }}{% endonce %}{{ b }}")
    assert [rendered(template, a=1, b=1), rendered(template, a=2, b=2)] == ["11", "12"]


def test_rendered_once_for_each_value_that_is_named() -> None:
    template = Template("{% load once %}{% once a b.c %}{{ a }}{{ b.c }}{{ d }}{% endonce %}")
    assert rendered(template, a=1, b={"c": 2}, d=3) == "123"
    assert rendered(template, a=1, b={"c": 3}, d=4) == "134"
    assert rendered(template, a=1, b={"c": 2}, d=5) == "123"


def test_what_it_keeps_is_escaped() -> None:
    template = Template("{% load once %}{% once a %}{{ a }}{% endonce %}")
    assert [rendered(template, a="<b>"), rendered(template, a="<b>")] == ["&lt;b&gt;", "&lt;b&gt;"]


def test_it_does_not_grow_without_end() -> None:
    template = Template("{% load once %}{% once a %}{{ a }}{% endonce %}")
    for number in range(2 * once.MOST + 5):
        assert rendered(template, a=number) == str(number)
    assert len(template.nodelist[-1].kept) <= once.MOST


@pytest.mark.django_db
def test_a_prepared_query_answers_for_each_value(member: User, django_assert_num_queries: Callable) -> None:
    other = make_user()
    groups = [make_group(), make_group()]
    for group in groups:
        make_membership(group=group, user=other)
    prepared = Prepared(
        lambda pk: Membership.objects.active().filter(user=pk).order_by("pk").values_list("group", "role")
    )
    for person in (member, other, member):
        with django_assert_num_queries(1):
            rows = prepared.rows(person.pk)
        assert rows == list(Membership.objects.filter(user=person).order_by("pk").values_list("group", "role"))
    assert prepared.rows(0) == []
