"""The table of parameters in docs/deploy.md is that of the template."""

from local.parameters_table import PAGE, with_table


def test_the_table_is_the_template_s() -> None:
    page = PAGE.read_text(encoding="utf-8")

    assert with_table(page) == page, "run `make parameters`"
    assert "| `EmailFrom` | empty |" in page
