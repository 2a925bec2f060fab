"""Tags of template languages: each becomes what it stands for, or is removed and listed."""

import pytest

from tests.transfer.posts.making import converted, found, markdown, post
from wiki.transfer.posts import What

OTHER = post(path="2014-12-11-change.md")


@pytest.mark.parametrize(
    "written",
    [
        '[change]({{ "/2014/12/11/change/" | url }})',
        "[change]({{ '/2014/12/11/change/' | relative_url }})",
        "[change]({{site.baseurl}}/2014/12/11/change/)",
        "[change]({{- site.baseurl -}}/2014/12/11/change)",
        '[change]({{ "/2014/12/11/> change/" | url }})',
        "[change]({% post_url 2014-12-11-change %})",
        '<a href="{{ "/2014/12/11/change/" | url }}">change</a>',
    ],
)
def test_an_address_in_a_template_is_the_address(written):
    assert markdown(written, OTHER) == "[change](post:2014-12-11-change.md)"
    assert found(written, OTHER) == []


def test_values_of_the_page_are_its_front_matter():
    assert markdown("{{ page.title }} of {{place | upcase}}", title="Hub", place="here") == (
        "Hub of HERE"
    )


def test_what_nobody_knows_is_removed_and_listed():
    assert markdown("a {{ site.data.team }} b {% assign x = 1 %}c") == "a  b c"
    assert found("a {{ site.data.team }} b {% assign x = 1 %}c") == [
        (What.TEMPLATE, "{{ site.data.team }}", ""),
        (What.TEMPLATE, "{% assign x = 1 %}", ""),
    ]


def test_a_filter_nobody_knows_leaves_the_value_and_is_listed():
    assert found('{{ "May" | shiny }}') == [(What.TEMPLATE, '{{ "May" | shiny }}', "May")]


@pytest.mark.parametrize(
    ("written", "alt"),
    [
        ('{% image "assets/a.png" "The hub" %}', "The hub"),
        ('{% image "assets/a.png" "The "hub" here" %}', 'The "hub" here'),
        ("{% image 'assets/a.png', 'The hub' %}", "The hub"),
        ('{% image_with_class "assets/a.png" "wide" "The hub" %}', "The hub"),
        ('{% image "/assets/a.png" %}', ""),
        ('{% include "figure.html",\n   image: "/assets/a.png",\n   alt: "The hub" %}', "The hub"),
        ('{% include figure.html src="/assets/a.png" alt="The hub" %}', "The hub"),
    ],
)
def test_a_picture_in_a_template_is_a_picture(written, alt):
    assert markdown(written, files=("assets/a.png",)) == f"![{alt}](file:assets/a.png)"


def test_an_included_picture_keeps_its_caption():
    text = '{% include "f.html", image: "/a.png", alt: "Hub", caption: "The hub in 2014" %}'
    assert markdown(text) == "*Picture: Hub*\n\nThe hub in 2014"


def test_an_include_of_anything_else_is_listed():
    assert found("{% include form.html %}") == [(What.TEMPLATE, "{% include form.html %}", "")]


def test_people_and_videos_of_a_site():
    spelled = post("Ada King wrote this.", path="b.md")
    assert markdown('- {{ "ada-king" | team_link }} and {{ "mbland" | team_link}}', spelled) == (
        "- Ada King and mbland"
    )
    assert found('{{ "mbland" | team_photo }}') == [(What.IMAGE, '{{ "mbland" | team_photo }}', "")]
    video = '{{ "https://v.org/1" | embed: "A [short] talk" }}'
    assert markdown(video) == r"[A \[short\] talk](https://v.org/1)"
    assert found(video) == [(What.HTML, video, "https://v.org/1")]


def test_a_comment_is_removed_with_all_it_holds():
    text = "a{% comment %}{{ x }}\n\n`b`{% endcomment %}c\n\n{{ y }}"
    assert markdown(text) == "a\n\nc"
    assert [finding.line for finding in converted(text).findings] == [5, 9]


def test_what_a_condition_holds_is_kept():
    text = "{% if a %}yes{% else %}, no{% endif %}{% for x in y %}, more{% endfor %}"
    assert markdown(text) == "yes, no, more"
    assert [finding[1] for finding in found(text)] == ["{% if a %}", "{% for x in y %}"]


def test_code_about_templates_stays_as_it_is():
    text = (
        "Write `{{ page.title }}` or ``{% if `a` %}``:\n\n"
        "```liquid\n{% raw %}{% for a in b %}{{ a }}{% endfor %}{% endraw %}\n{{ c }}\n```\n\n"
        "    {{ indented }}"
    )
    assert markdown(text) == (
        "Write `{{ page.title }}` or ``{% if `a` %}``:\n\n"
        "```liquid\n{% for a in b %}{{ a }}{% endfor %}\n{{ c }}\n```\n\n"
        "```\n{{ indented }}\n```"
    )
    assert found(text) == []


def test_raw_text_is_not_read_as_a_template_and_shows_its_tags_as_code():
    assert markdown("{% raw %}a {{ b }} c{% endraw %} {% raw %}") == "a `{{ b }}` c"
    assert markdown("`{% raw %}{{{% endraw %} your password }}`") == "`{{ your password }}`"
    assert (
        markdown("```sh\n{% raw %}\n{%!s(x)}\n```\n{% endraw %}\nb") == "```sh\n{%!s(x)}\n```\n\nb"
    )


def test_a_tag_that_never_ends_is_shown_as_code():
    assert markdown("a {{ b and {% c") == "a `{{` b and `{%` c"
    assert found("a {{ b") == [(What.CODE, "{{", "")]


def test_a_highlighted_block_is_code():
    text = "{% highlight ruby %}\nputs '<b>'\n{% endhighlight %}"
    assert markdown(text) == "```ruby\nputs '<b>'\n```"


def test_comments_of_nunjucks_are_removed():
    assert markdown("a{# not for you #}b") == "ab"
