"""`{% once %}…{% endonce %}`: a part of a template that is rendered once per process and then repeated as it is.

For what is the same on every page: links, icons, names of static files. Where it depends on something, name that:
`{% once user.is_staff %}`. Whatever is not named must not be used inside, least of all anything about a person.
"""

from collections.abc import Sequence

from django import template
from django.template import Context, Node, NodeList
from django.template.base import FilterExpression, Parser, Token
from django.utils.safestring import SafeString

register = template.Library()
MOST = 256  # variants; then all are forgotten


class OnceNode(Node):
    def __init__(self, nodelist: NodeList, sources: Sequence[FilterExpression]) -> None:
        self.nodelist, self.sources = nodelist, sources
        self.kept: dict[tuple, SafeString] = {}

    def render(self, context: Context) -> SafeString:
        key = tuple(source.resolve(context) for source in self.sources)
        html = self.kept.get(key)
        if html is None:
            if len(self.kept) >= MOST:
                self.kept.clear()
            html = self.kept[key] = self.nodelist.render(context)
        return html


@register.tag
def once(parser: Parser, token: Token) -> OnceNode:
    sources = [parser.compile_filter(bit) for bit in token.split_contents()[1:]]
    nodelist = parser.parse(("endonce",))
    parser.delete_first_token()
    return OnceNode(nodelist, sources)
