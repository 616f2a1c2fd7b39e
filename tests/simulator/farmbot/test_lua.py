"""The interpreter of the robot's programs: the language, its errors and its bounds."""

import asyncio
from typing import Any
from unittest.mock import patch

import pytest

from custom_components.habitat.simulator.farmbot import lua
from custom_components.habitat.simulator.farmbot.lua import LuaError, Table, bounds


async def results(text: str, **known: Any) -> list[Any]:
    """Return what a program returns, tables as the mappings that they are."""
    return [
        value.items if isinstance(value, Table) else value
        for value in await lua.run(text, known)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("return", []),
        (";x = 1; ; return x;", [1]),
        ("return 1 + 2 * 3, (1 + 2) * 3", [7, 9]),
        ("return 2 ^ 3 ^ 2, -2 ^ 2, 2 ^ -1", [512.0, -4.0, 0.5]),
        ("return 7 // 2, -7 % 3, 10 / 4, 3.0 == 3", [3, 2, 2.5, True]),
        ("return 1 / 0, -1 / 0, 0x10, 1e3, .5", [float("inf"), -float("inf"), 16, 1000.0, 0.5]),
        ("return 'a' .. 1 .. 2.5, '10' + 5, #'abc'", ["a12.5", 15, 3]),
        ("return not nil, nil == false, 1 == true, 1 ~= 2", [True, False, False, True]),
        ("return 1 < 2, 'a' < 'b', 2 <= 1, 2 > 1, 2 >= 2", [True, True, False, True, True]),
        ("return nil or 'x', false and 1, 1 and 2, 1 or error()", ["x", False, 2, 1]),
        ("""return 'it\\'s', "a\\n\\065\\x42\\z\"""", ["it's", "a\nABz"]),
        ("return [[\nlong\ntext]] -- why", ["long\ntext"]),
        ("--[[ all\nof this ]] return 1;", [1]),
        ("local a, b, c = (function() return 1, 2 end)() return a, b, c", [1, 2, None]),
        ("local function f(...) return ... end return f(1, 2), f(3, 4)", [1, 3, 4]),
        ("function f(n) if n < 2 then return n end return f(n - 1) + f(n - 2) end return f(9)", [34]),
        ("local t = {} function t.f() return 5 end return t.f()", [5]),
        ("local t = {n = 1} function t.f(this, x) return this.n + x end return t:f(2)", [3]),
        ("local t = {1, 2, x = 3, [10] = 4; 5} return #t, t.x, t[10], t[3.0]", [3, 3, 4, 5]),
        ("local t = {a = {}} t.a.b = 1 t.a.c, t.d = 2, 3 t.a.b = nil return t.a.b, t.a.c, t.d", [None, 2, 3]),
        ("x = 1 do local x = 2 end if x == 2 then return 2 elseif x == 1 then return 1 else return 0 end", [1]),
        ("local s = 0 for i = 1, 10 do if i == 5 then break end s = s + i end return s", [10]),
        ("local s = 0 for i = 3, 1, -1 do s = s * 10 + i end return s", [321]),
        ("local s = '' for k, v in ipairs({'a', 'b'}) do s = s .. k .. v end return s", ["1a2b"]),
        ("local s = 0 for _, v in pairs({a = 1, b = 2}) do s = s + v end return s", [3]),
        ("for _, v in ipairs({1, 2}) do if v == 2 then return v end end", [2]),
        ("for _ in pairs({1}) do break end while true do break end repeat local x = 1 until x == 1", []),
        ("local i = 0 while i < 3 do i = i + 1 end return i", [3]),
        ("while true do return 4 end", [4]),
        ("repeat return 5 until true", [5]),
        ("repeat break until true return 6", [6]),
        ("if false then return 1 end return 2", [2]),
        ("return f{1}, f'x', f[[y]]", ["table", "string", "string"]),
        ("return ('abc'):upper(), string.sub('abcdef', 2, -2), ('ab'):rep(2), ('A'):lower(), ('ab'):len()", ["ABC", "bcde", "abab", "a", 2]),
        ("return string.format('%d%% %s %.1f %5d', 3.0, {}, 2.25, 7)", ["3% table 2.2     7"]),
        ("return math.floor(2.5), math.ceil(2.1), math.max(1, 3), math.min(2, 1), math.abs(-1), math.sqrt(9), math.pi > 3", [2, 3, 3, 1, 1, 3.0, True]),
        ("local t = {3, 1} table.insert(t, 2) table.insert(t, 1, 0) table.sort(t) return table.concat(t, ','), table.remove(t), table.remove(t, 1), table.remove({})", ["0,1,2,3", 3, 0, None]),
        ("local t = {'b', 'a'} table.sort(t) return t[1]", ["a"]),
        ("return tostring(nil), tostring(true), tostring(1.0), tostring(print), tostring(1/0), tostring(-1/0), tostring(0/0), tonumber('0.5'), tonumber('x'), tonumber(true)", ["nil", "true", "1", "function", "inf", "-inf", "nan", 0.5, None, None]),
        ("return type(nil), type(true), type(1), type({}), type(print)", ["nil", "boolean", "number", "table", "function"]),
        ("return pcall(error, 'why'), pcall(tostring, 1)", [False, True, "1"]),
        ("return assert(1), select", [1, None]),
        ("local s = 0 for i = 1, 0 do s = 1 end print(s) return s", [0]),
        ("math.pi = 3 string = nil", []),
        ("return ...", []),
    ],
)  # fmt: skip
async def test_language(text: str, expected: list[Any]) -> None:
    """Programs do what Lua says."""
    assert await results(text, f=lua.LIBRARY["type"]) == expected


async def test_programs_do_not_meet() -> None:
    """What one makes of the library is not there in the next."""
    await results("math.pi = 3 x = 1")
    assert await results("return math.pi > 3, x") == [True, None]


@pytest.mark.parametrize(
    "text",
    [
        *("local", "local = 1", "x =", "x = = 1", "if true then", "if x", "for", "for i"),
        *("for i = 1 do", "for i in", "while true", "repeat", "return 1 2", "end", "f("),
        *("f(1", "{", "x.", "x:y", "x[1", "local function", "function", "function f(a b)"),
        *("return {1 2}", "return 'open", "return @", "1", "x", "x.y", "f() = 1", "a, f() = 1"),
        *("goto x", "return function(", "return -", "local a,", "a, b", "do", "return (1"),
    ],
)  # fmt: skip
async def test_no_program(text: str) -> None:
    """What is no Lua is said to be none, before any of it runs."""
    with pytest.raises(LuaError, match="possibly invalid: syntax error before"):
        await results(f"f() {text}", f=lua.function(lambda: pytest.fail("it ran")))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("no_such()", "doesn't exist"),
        ("local t = {} t.x()", "doesn't exist"),
        ("return 1 + {}", "Bad argument for '\\+'"),
        ("return 1 < 'x'", "Bad argument for '<'"),
        ("return 'x' .. nil", "Bad argument for '..'"),
        ("return 'x' .. true", "Bad argument for '..'"),
        ("return #5", "Bad argument for '#'"),
        ("return -{}", "Bad argument for '-'"),
        ("for i = 1, 'x' do end", "Bad argument for 'for'"),
        ("for i = 1, 2, 0 do end", "Bad argument for 'for'"),
        ("pairs(1)", "Bad argument for 'pairs'"),
        ("ipairs(nil)", "Bad argument for 'ipairs'"),
        ("x.y = 1", "Lua failure"),
        ("return x.y", "Lua failure"),
        ("local t = {} t[nil] = 1", "Lua failure"),
        ("math.floor('x')", "Function clause error"),
        ("math.floor(1/0)", "Function clause error"),
        ("math.sqrt(-1)", "Function clause error"),
        ("error('my own')", "my own"),
        ("assert(false, 'not so')", "not so"),
    ],
)
async def test_failures(text: str, message: str) -> None:
    """What goes wrong is said in the words of FarmBot OS."""
    with pytest.raises(LuaError, match=message):
        await results(text)


@pytest.mark.parametrize(
    "text",
    [
        "while true do end",
        "function f() return f() end f()",
        f"return {'(' * 5000}1{')' * 5000}",
        "local s = 'x' while true do s = s .. s end",
        "for i = 1, math.huge do end",
        "repeat until false",
    ],
)
async def test_bounds(text: str) -> None:
    """A program without an end has one nevertheless, and others have their turn meanwhile."""
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    counting = asyncio.create_task(count())
    with (
        patch.object(bounds, "MAX_STEPS", 5_000),
        pytest.raises(LuaError, match="Lua failure"),
    ):
        await results(text)
    counting.cancel()
    if "true do end" in text:
        assert turns > 5


async def test_numbers_stay_small() -> None:
    """What is too large for a whole number goes on as an approximate one."""
    assert await results("local x = 3 for i = 1, 99 do x = x * x end return x") == [
        float("inf")
    ]
    assert await results(
        "return 2 ^ 99999, (-8) ^ 0.5 ~= (-8) ^ 0.5, 5 % 0 ~= 5 % 0"
    ) == [
        float("inf"),
        True,
        True,
    ]
