import pytest
from hypothesis import given
from hypothesis import strategies as st

from wiki.people.returning import HOME, safe_target

letters = st.text(alphabet="/\\:?#@.%\t\n\r \x00\x7fabh", max_size=12)


@given(letters)
def test_a_target_is_a_path_of_this_site_or_home(target):
    safe = safe_target(target)

    assert safe in (HOME, target)
    assert safe.startswith("/")
    assert not safe.startswith(("//", "/\\"))
    assert not any(letter <= " " for letter in safe)


@pytest.mark.parametrize("target", ["/people", "/people?q=a&page=2", "/insights/abc-def#replies"])
def test_paths_of_this_site_are_kept(target):
    assert safe_target(target) == target


@pytest.mark.parametrize("target", [None, "", "//x", "/a b", "http://x/", "/" + "a" * 3000, "/["])
def test_anything_else_is_home(target):
    assert safe_target(target) == ("/[" if target == "/[" else HOME)
