"""The joiner of the browser modules: order, names, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from dashboard.shared import browser_script


def write(folder: Path, **modules: str) -> Path:
    for name, text in modules.items():
        (folder / f"{name}.js").write_text(text)
    return folder


def test_a_module_follows_those_it_imports(tmp_path):
    folder = write(
        tmp_path,
        a='import { b } from "./b.js";\nimport {\n  c,\n} from "./c.js";\nexport function a() { return b + c; }\n',
        b='import {c} from "./c.js";\nexport const b = c + 1;\n',
        c="export const c = 1;\n",
    )
    text = browser_script.script("a.js", folder)
    assert text.index("const c = 1") < text.index("const b = c") < text.index("function a()")
    assert "import" not in text
    assert "export" not in text
    assert "return {a};" in text
    assert text == browser_script.script("a.js", folder)


def test_descriptions_stay_in_the_modules_and_code_beside_a_type_does_not(tmp_path):
    described = "/** What a is.\n * @type {number} */\nexport const a = 1;\n"
    folder = write(tmp_path, a=described + "  /** @type {any} */ (globalThis).b = a; /** c */\n/** d */\n")
    text = browser_script.script("a.js", folder)
    assert "What a is" not in text
    assert "/** d */" not in text
    assert "const a = 1;\n  /** @type {any} */ (globalThis).b = a; /** c */\n" in text


def test_text_is_never_mistaken_for_a_path():
    text = browser_script.script("hosts/streamlit/explore.js")
    assert text.startswith("//")
    assert text.count("\n") > 100
    assert browser_script.styles("explore/explorer.css").startswith("/*")


@pytest.mark.parametrize(
    ("modules", "complaint"),
    [
        (
            {"a": 'import { b } from "./b.js";\nconst size = 1;\n', "b": "function size() {}\nexport const b = 1;\n"},
            "size is declared",
        ),
        ({"a": "export default 1;\n"}, "export default"),
        ({"a": "const x = 1;\nexport { x };\n"}, "export { x }"),
        ({"a": 'import * as b from "./b.js";\n', "b": ""}, "import \\*"),
        ({"a": 'import { b } from "./b.js";\n', "b": 'import { a } from "./a.js";\n'}, "imports itself"),
    ],
)
def test_forms_that_cannot_be_joined_are_refused_by_name(tmp_path, modules, complaint):
    with pytest.raises(browser_script.ScriptError, match=complaint):
        browser_script.script("a.js", write(tmp_path, **modules))


@pytest.mark.parametrize("entry", ["hosts/file/explore.js", "hosts/streamlit/explore.js"])
def test_our_modules_join(entry):
    assert "return {" in browser_script.script(entry)


def test_our_modules_are_short():
    lengths = {path.name: path.read_text().count("\n") for path in browser_script.FOLDER.rglob("*.js")}
    assert {name: length for name, length in lengths.items() if length > 400} == {}
