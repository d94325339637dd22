"""Reports of sections, as text for a terminal or as Markdown for a merge request."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tocsin_cli.screen import Column, Screen, markdown


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Lines and a table that belong together."""

    title: str = ""
    lines: Sequence[str] = ()
    columns: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    title: str
    groups: Sequence[Group] = ()
    otherwise: str = ""
    """What is said where there are no groups; empty: the section is left out then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    title: str
    lead: Sequence[str] = ()
    sections: Sequence[Section] = ()
    styles: dict[str, str] = field(default_factory=dict)
    """Of titles, on a terminal."""

    def show(self, screen: Screen) -> None:
        screen.line(self.title, "bold")
        for line in self.lead:
            screen.line(line)
        for section in self._shown:
            screen.line()
            screen.line(section.title, self.styles.get(section.title, "bold"))
            if not section.groups:
                screen.line(f"  {section.otherwise}")
            for group in section.groups:
                _show_group(screen, group)

    def write_markdown(self, screen: Screen) -> None:
        screen.write(f"## {markdown(self.title)}\n")
        for line in self.lead:
            screen.write(f"\n{markdown(line)}\n")
        for section in self._shown:
            screen.write(f"\n### {markdown(section.title)}\n\n")
            if not section.groups:
                screen.write(f"{markdown(section.otherwise)}\n")
            screen.write("\n".join(_markdown_group(it) for it in section.groups))

    @property
    def _shown(self) -> Iterator[Section]:
        return (it for it in self.sections if it.groups or it.otherwise)


def _show_group(screen: Screen, group: Group) -> None:
    indent = 2
    if group.title:
        screen.line(f"  {group.title}")
        indent = 4
    for line in group.lines:
        screen.item(line, indent=indent)
    columns = [
        Column(title=title, value=lambda row, at=number: row[at], breaks=number > 0)  # type: ignore[misc]
        for number, title in enumerate(group.columns)
    ]
    rows = [dict(enumerate(row)) for row in group.rows]
    screen.table(columns, rows, indent=indent)


def _markdown_group(group: Group) -> str:
    lines = [f"**{markdown(group.title)}**", ""] if group.title else []
    lines += [f"- {markdown(line)}" for line in group.lines]
    if group.rows:
        if group.lines:
            lines.append("")
        lines.append(f"| {' | '.join(map(markdown, group.columns))} |")
        lines.append(f"|{'---|' * len(group.columns)}")
        lines += [f"| {' | '.join(map(markdown, row))} |" for row in group.rows]
    return "".join(f"{line}\n" for line in lines)
