"""Modules become three files: nothing is lost, and what cannot be joined is named with its line."""

import gzip
import json
import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from functions.console.join import join, main, write
from functions.console.modules import Module, joined, ordered, read_module
from functions.console.site import read_site
from functions.console.styles import joined_styles
from functions.console.unjoinable import JoinError


def code(text: str) -> str:
    return read_module("a.js", text).text


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("const a = 1; // one\nconst b = 2;", "const a=1;const b=2;"),
        ("/** Says.\n * @type {import('./x.js').X}\n */\nconst a = 1;", "const a=1;"),
        ("const u = \"https://a//b\"; const v = '/*';", "const u=\"https://a//b\";const v='/*';"),
        (
            "const t = `  // no  ${ a  /* x */ +  1 }  /* y */ `;",
            "const t=`  // no  ${a+1}  /* y */ `;",
        ),
        ("const t = `a${`b${c}  //  `}\n   d`;", "const t=`a${`b${c}  //  `}\n   d`;"),
        ("const t = `\\` // ${1}`;", "const t=`\\` // ${1}`;"),
        ("const t = `${{a: {b: 1}}.a.b}  x`;", "const t=`${{a:{b:1}}.a.b}  x`;"),
        ('const r = /"[/"]\\/\\/ x/g;', 'const r= /"[/"]\\/\\/ x/g;'),
        ("const q = a / b / c; // d", "const q=a/ b/ c;"),
        ("const q = f(a) / 2 /* half */;", "const q=f(a)/ 2;"),
        ("return_ = x[0] / 2;", "return_=x[0]/ 2;"),
        ("const f = () => { return /a b/.test(x); };", "const f=()=>{return /a b/.test(x)};"),
        ("a + +b - -c", "a+ +b- -c"),
        ("a\n++\nb", "a\n++\nb"),
        ("x = y\n// why\n(z)", "x=y\n(z)"),
        ("if (a in b) delete c.d", "if(a in b)delete c.d"),
        ("a.import(1)", "a.import(1)"),
        ("const e = html`${a}\n  ${b} ${c}\n  d`;", "const e=html`${a}${b} ${c}d`;"),
        ("html`<${D} a=${b}\n  ${c} />${d}\n  ${e}`", "html`<${D} a=${b} ${c} />${d}${e}`"),
        ("html`<p a='>${b}\n  ${c}' />`", "html`<p a='>${b}\n  ${c}' />`"),
        ("html`<p a='${b}' c\n\t d>\n${e}\n</p>`", "html`<p a='${b}' c d>${e}</>`"),
        ("html`a\n  b <b>\n c</b>\n d`", "html`a\n  b <b>c</>d`"),
        ("html`<${A}><a b='</i>'><//></${A}>`", "html`<${A}><a b='</i>'></></${A}>`"),
        ("text`<a></a>`", "text`<a></a>`"),
        ("html`<!-- <p>\n ${a}\n -->\n b`", "html`<!-- <p>\n ${a}\n -->b`"),
        ("html`<!-- it's ${a} -->${b}\n${c}`", "html`<!-- it's ${a} -->${b}${c}`"),
        ("text`${a}\n  ${b}`", "text`${a}\n  ${b}`"),
        ("if (a) {\n  b();\n}\n(c)", "if(a){b()}\n(c)"),
        ("() => {\n  a\n  ;\n}", "()=>{a}"),
        ("() => { for (;;); }", "()=>{for(;;);}"),
        ("() => { if (f(a)); }", "()=>{if(f(a));}"),
        ("() => { if (a) f(b); else ; }", "()=>{if(a)f(b);else;}"),
        ("() => { while (f()) g(h(a)); }", "()=>{while(f())g(h(a))}"),
        ("() => { a: ; }", "()=>{a:;}"),
        ("() => { for (const a of b) a(); ; }", "()=>{for(const a of b)a();}"),
        (
            "const e = html`\n  <p>\n    a  b\n    ${c}\n  </p>\n  <${D} x=1\n    y=${`\n <`} />`;",
            "const e=html`<p>a  b${c}</><${D} x=1 y=${`\n <`} />`;",
        ),
    ],
)
def test_comments_and_blanks_go_and_all_else_stays(written: str, kept: str) -> None:
    assert code(written) == kept


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("const a = 1;\nexport default a;", 2),
        ("export * from './b.js';", 1),
        ("export {a};", 1),
        ("export const {a, b} = c;", 1),
        ("export let a = 1;", 1),
        ("\n\nimport a from './b.js';", 3),
        ("import * as a from './b.js';", 1),
        ("import './b.js';", 1),
        ('import {a as b} from "./b.js";', 1),
        ('import {a} from "preact";', 1),
        ('const a = 1;\nimport {b} from "./b.js";', 2),
        ("const a = (path) => {\n  return import(path);\n};", 2),
        ("const a = 1;\nawait a;", 2),
        ("const a = import.meta.url;", 1),
        ("const a = `never\nended", 1),
        ("const a = 'never\nended'", 1),
        ("/* never\nended", 1),
        ("function f() {\n", 1),
        ("const a = 1;\n}", 2),
        ("const a = [1);", 1),
        ("const a = /never\n", 1),
        ("const a = 1, b = 2;", 1),
        ("\nfunction get() {}", 2),
    ],
)
def test_what_cannot_be_joined_is_refused_with_file_and_line(text: str, line: int) -> None:
    with pytest.raises(JoinError, match=rf"^parts/a\.js:{line}: "):
        read_module("parts/a.js", text)


def test_imports_and_exports_are_read() -> None:
    module = read_module(
        "pages/a.js",
        '/** A page. */\nimport {\n  b,\n  c,\n} from "../core/b.js";\n'
        "export const one = 1;\nexport async function two() {}\nexport class Three {}\n"
        "export function* four() {}\n",
    )

    assert [(name, names) for name, names, _ in module.imports] == [("core/b.js", ("b", "c"))]
    assert module.exports == ("one", "two", "Three", "four")
    assert module.text.startswith("const one=1;async function two(){}\nclass Three{}")


def test_the_code_of_others_stays_byte_for_byte() -> None:
    text = (
        'import {n} from "./n.js";\nexport const a = ((n) => {\nx  /2/  y // z\nreturn {}})(n);\n'
    )
    module = read_module("vendor/a.js", text)

    assert module.text == "const a = ((n) => {\nx  /2/  y // z\nreturn {}})(n);"
    assert module.exports == ("a",)


def modules(**texts: str) -> dict[str, Module]:
    return {f"{name}.js": read_module(f"{name}.js", text) for name, text in texts.items()}


def test_a_module_stands_after_all_that_it_imports() -> None:
    found = ordered(
        modules(
            a='import {b} from "./b.js";\nimport {c} from "./c.js";\n',
            b='import {d} from "./d.js";\nexport const b = d;\n',
            c='import {b} from "./b.js";\nexport const c = b;\n',
            d="export const d = 1;\n",
            left="export const e = 1;\n",
        ),
        "a.js",
    )

    assert [module.name for module in found] == ["d.js", "b.js", "c.js", "a.js"]


def test_a_circle_is_refused_and_named() -> None:
    circle = modules(
        a='import {b} from "./b.js";\n',
        b='import {c} from "./c.js";\nexport const b = 1;\n',
        c='\nimport {b} from "./b.js";\nexport const c = 1;\n',
    )
    with pytest.raises(JoinError, match=r"^c\.js:2: .*b\.js -> c\.js -> b\.js"):
        ordered(circle, "a.js")


@pytest.mark.parametrize(
    ("other", "said"), [("export const b = 1;\n", "b.js exports no c"), (None, "there is no b.js")]
)
def test_what_is_not_there_is_refused(other: str | None, said: str) -> None:
    found = modules(a='import {c} from "./b.js";\n', **({"b": other} if other else {}))

    with pytest.raises(JoinError, match=rf"^a\.js:1: {said}"):
        ordered(found, "a.js")


def test_two_modules_may_use_a_name_for_different_things() -> None:
    script = joined(
        ordered(
            modules(
                a='import {b} from "./b.js";\nconst row = 1;\nuse(b, row);\n',
                b="const row = 2;\nexport const b = row;\n",
            ),
            "a.js",
        )
    )

    assert script == "const C=2;const B=C;\nconst A=1;use(B,A);\n"


@pytest.mark.parametrize(
    ("written", "short"),
    [
        ("function f(row) {\n  return row.row;\n}", "function A(e){return e.row}"),
        ("const f = ({row, size = 1}) => row + size;", "const A=({row:e,size:t=1})=>e+t;"),
        (
            "const f = ({row: {deep}, ...rest}) => [deep, rest];",
            "const A=({row:{deep:e},...t})=>[e,t];",
        ),
        (
            "const f = (row) => ({row, other: row, size() {\n  return row;\n}});",
            "const A=(e)=>({row:e,other:e,size(){return e}});",
        ),
        (
            "const f = (row) => {\n  row();\n  return {row};\n};",
            "const A=(e)=>{e();return{row:e}};",
        ),
        ("const f = (row) => (row ? row : 1);", "const A=(e)=>(e?e:1);"),
        ("const f = (row) => row?.row ?? `${row} row`;", "const A=(e)=>e?.row??`${e} row`;"),
        (
            "const f = (row) => h`<${row} row=${row} ...${row} />`;",
            "const A=(e)=>h`<${e} row=${e} ...${e} />`;",
        ),
        ("const f = (name) => name + document.title;", "const A=(name)=>name+document.title;"),
        (
            "const f = (location) => location;\nconst g = location;",
            "const A=(location)=>location;const B=location;",
        ),
        (
            "function f() {\n  for (const one of all) {\n    use(one);\n  }\n}",
            "function A(){for(const e of all){use(e)}}",
        ),
        (
            "function f() {\n  try {\n    a();\n  } catch (error) {\n    b(error);\n  }\n}",
            "function A(){try{a()}catch(e){b(e)}}",
        ),
        (
            "class Odd extends Error {\n  constructor(text) {\n    super(text, this.x);\n  }\n}",
            "class A extends Error{constructor(e){super(e,this.x)}}",
        ),
        (
            "const f = (kind) => {\n  switch (kind) {\n  case 1: {\n    kind = 2;\n  }\n  }\n};",
            "const A=(e)=>{switch(e){case 1:{e=2}}};",
        ),
        ("let count = 0;\nconst f = () => {\n  count += 1;\n};", "let A=0;const B=()=>{A+=1};"),
        ("const f = (row, a) => a(row, b);", "const A=(t,e)=>e(t,b);"),
    ],
)
def test_names_become_short_and_keys_stay(written: str, short: str) -> None:
    assert joined([read_module("a.js", written)]) == f"{short}\n"


def test_what_one_function_declares_takes_no_name_from_another() -> None:
    text = "function f(row) {\n  return row;\n}\nconst g = (column) => column + a;\n"

    assert joined([read_module("a.js", text)]) == "function A(e){return e}\nconst B=(e)=>e+a;\n"


def test_styles_keep_their_order_strings_and_meaning() -> None:
    sheet = joined_styles(
        {
            "a.css": "/* a; } */\na :hover , b > c {\n  color: red;\n  margin: 0 -0.5px;\n}\n",
            "b.css": '.d::before { content: "  ; /* no */ "; width: calc(1px + 2px) }\n',
        }
    )

    assert sheet == (
        "a :hover,b>c{color:red;margin:0 -.5px}\n"
        '.d::before{content:"  ; /* no */ ";width:calc(1px + 2px)}\n'
    )


@pytest.mark.parametrize("text", ["a {}\n@import 'b.css';", "a {}\n/* never", 'a {}\nb: "'])
def test_a_style_that_cannot_be_joined_is_refused(text: str) -> None:
    with pytest.raises(JoinError, match=r"^styles/a\.css:2: "):
        joined_styles({"styles/a.css": text})


def test_a_page_asks_for_one_script_and_one_sheet(source: Path) -> None:
    files = join(source).files
    page = files["/"][1].decode()
    (script,) = re.findall(r'src="([^"]+)"', page)
    (sheet,) = re.findall(r'stylesheet" href="([^"]+)"', page)

    assert re.fullmatch(r"/assets/app-[0-9a-f]{12}\.js", script)
    assert re.fullmatch(r"/assets/app-[0-9a-f]{12}\.css", sheet)
    assert b"hello" in files[script][1]
    assert files[sheet][1] == b":root{--s1:4px}\na:hover{color:red}\n"
    assert "/assets/main.js" not in page
    (icon,) = re.findall(r'rel="icon" href="([^"]+)"', page)
    assert unquote(icon).startswith("data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'/>")


LATER = {
    "main.js": 'import {greet} from "./core/greeting.js";\n\n'
    'greet("you");\nconst load = () => import("./pages/more.js");\n',
    "pages/more.js": 'import {farewell} from "./farewell.js";\n\n'
    "export const pages = [farewell];\n",
    "pages/farewell.js": 'import {mark} from "../core/marks.js";\n'
    'import {greet} from "../core/greeting.js";\n'
    "const own = 1;\nexport const farewell = () => greet(mark + own);\n",
}


@pytest.fixture
def in_two(source: Path) -> Path:
    """The same with a page that comes later."""
    for name, text in LATER.items():
        path = source / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return source


def test_what_comes_later_is_a_second_script_that_the_page_names(in_two: Path) -> None:
    files = join(in_two).files
    page = files["/"][1].decode()
    (first,) = re.findall(r'src="([^"]+)"', page)
    (second,) = re.findall(r'<meta name="more" content="([^"]+)">', page)
    first_text, second_text = files[first][1].decode(), files[second][1].decode()

    assert re.fullmatch(r"/assets/more-[0-9a-f]{12}\.js", second)
    assert first_text.endswith(
        "const E=()=>import(document.querySelector('meta[name=more]').content);\nexport{A,B};\n"
    )
    assert second_text == (
        f'import{{A,B}}from"{first}";\n'
        "const D=1;const C=()=>A(B+D);\nconst F=[C];\nexport{F as pages};\n"
    )


def test_a_changed_shared_module_changes_both_scripts(in_two: Path) -> None:
    def scripts() -> set[str]:
        return {it for it in join(in_two).files if re.search(r"/(app|more)-\w+\.js", it)}

    before = scripts()
    (in_two / "core/marks.js").write_text('export const mark = "?";\n')

    assert len(before) == 2
    assert not before & scripts()


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("core/greeting.js", '\nimport {farewell} from "../pages/farewell.js";\n', "later"),
        ("core/greeting.js", '\nimport {pages} from "../pages/more.js";\n', "later"),
        ("main.js", '\nconst load = () => import("./core/marks.js");\n', "core/marks.js"),
    ],
)
def test_a_first_script_that_takes_from_a_later_one_is_refused(
    in_two: Path, name: str, text: str, said: str
) -> None:
    path = in_two / name
    path.write_text(text if name == "main.js" else f"{text}export function greet() {{}}\n")

    with pytest.raises(JoinError, match=rf"^{name}:2: .*{said}"):
        join(in_two)


def test_a_picture_is_named_by_its_content_everywhere(source: Path) -> None:
    files = join(source).files
    (icon,) = [address for address in files if address.endswith(".png")]

    assert json.loads(files["/manifest.webmanifest"][1])["icons"] == [{"src": icon}]
    (source / "icons/one.png").write_bytes(b"\x89PNG other")
    assert icon not in join(source).files


def test_the_same_files_give_the_same_bytes(source: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        write(join(source), tmp_path / name)
    one, two = (
        {path.name: path.read_bytes() for path in sorted((tmp_path / name).iterdir())}
        for name in ("one", "two")
    )

    assert one == two


def test_a_changed_module_changes_the_script_alone(source: Path) -> None:
    before = join(source).files
    (source / "core/marks.js").write_text('export const mark = "?";\n')
    after = join(source).files

    changed = before.keys() ^ after.keys()
    assert {Path(address).suffix for address in changed} == {".js"}
    assert before["/"] != after["/"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("index.html", "<html></html>"),
        ("styles/left.css", "a {}"),
        ("sw.js", 'import {a} from "./core/marks.js";\n'),
    ],
)
def test_a_console_that_is_not_whole_is_refused(source: Path, name: str, text: str) -> None:
    (source / name).write_text(text)

    with pytest.raises(JoinError):
        join(source)


def test_a_second_or_inline_script_is_refused(source: Path) -> None:
    page = source / "index.html"
    page.write_text(page.read_text().replace("</body>", "<script>alert(1)</script></body>"))

    with pytest.raises(JoinError, match="one script"):
        join(source)


def test_what_was_joined_is_read_as_it_was(source: Path, tmp_path: Path) -> None:
    write(join(source), tmp_path / "site")
    site = read_site(tmp_path / "site")

    assert site.keys() == join(source).files.keys()
    for address, file in site.items():
        assert file.body == join(source).files[address][1]
        if file.gzip is not None:
            assert gzip.decompress(file.gzip) == file.body
            assert len(file.gzip) < len(file.body)
    assert site["/favicon.svg"].gzip


def test_the_program_names_what_is_wrong(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (source / "core/marks.js").write_text("\nexport default 1;\n")
    monkeypatch.setattr("sys.argv", ["join", str(source), str(tmp_path / "site")])

    assert str(main()).startswith(f"The console cannot be joined: {source}/core/marks.js:2: ")
    assert not (tmp_path / "site").exists()
