def test_a_visitor_is_told_that_this_is_a_sample(browser_page, axe):
    browser_page.goto("/sign-in")

    assert "Calderwick is not a real place" in browser_page.content()
    assert axe(browser_page) == []
