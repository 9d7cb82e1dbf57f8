import { assert, assertEquals, assertFalse } from "@std/assert";
import fc from "fast-check";
import {
  isRelayed,
  isToolPattern,
  type RelayFilter,
} from "../../../lib/permission/relay_filter.ts";
import { hostileText, show } from "../_texts.ts";

Deno.test("isRelayed() decides by the names of the tools [relay.filter]", () => {
  const cases: [RelayFilter, string, boolean][] = [
    [{}, "Bash", true],
    [{ only: ["Bash"] }, "Bash", true],
    [{ only: ["Bash"] }, "BashOutput", false],
    [{ only: ["Bash"] }, "bash", false],
    [{ only: ["Bash", "Write"] }, "Write", true],
    [{ only: ["Bash", "Write"] }, "Edit", false],
    [{ only: [] }, "Bash", false],
    [{ only: ["*"] }, "Bash", true],
    [{ only: ["mcp__github__*"] }, "mcp__github__create_issue", true],
    [{ only: ["mcp__github__*"] }, "mcp__github__", true],
    [{ only: ["mcp__github__*"] }, "mcp__github", false],
    [{ only: ["mcp__github__*"] }, "xmcp__github__a", false],
    [{ except: ["Bash"] }, "Bash", false],
    [{ except: ["Bash"] }, "Write", true],
    [{ except: ["Bash*"] }, "BashOutput", false],
    [{ except: [] }, "Bash", true],
    [{ except: ["*"] }, "Bash", false],
    [{ only: ["mcp__*"], except: ["mcp__github__*"] }, "mcp__slack__post", true],
    [{ only: ["mcp__*"], except: ["mcp__github__*"] }, "mcp__github__push", false],
    [{ only: ["mcp__*"], except: ["mcp__github__*"] }, "Bash", false],
    // Only a star at the end stands for something.
    [{ only: ["*sh"] }, "Bash", false],
    [{ only: ["B.sh"] }, "Bash", false],
  ];
  for (const [filter, name, expected] of cases) {
    assertEquals(isRelayed(name, filter), expected, show([filter, name]));
  }
});

Deno.test("isRelayed() relays by only what it holds back by except [relay.filter]", () => {
  const name = fc.string({ unit: fc.constantFrom("a", "b", "_"), maxLength: 4 });
  const pattern = fc.tuple(name, fc.constantFrom("", "*")).map((parts) => parts.join(""));
  fc.assert(fc.property(name, fc.array(pattern, { maxLength: 4 }), (name, patterns) => {
    assertEquals(isRelayed(name, { only: patterns }), !isRelayed(name, { except: patterns }));
    assertFalse(isRelayed(name, { only: patterns, except: patterns }));
  }));
});

Deno.test("isToolPattern() takes a tool's name or its beginning and a star [relay.filter]", () => {
  const name = "a".repeat(128);
  for (const text of ["Bash", "mcp__github__*", "mcp__a-b__c.d/e:f", "*", name, `${name}*`]) {
    assert(isToolPattern(text), text);
  }
  const refused = ["", " ", "Bash ", "a b", "a,b", "**", "*a", "a*b", "a**", "a\n", "é", '"a"'];
  for (const text of [...refused, `${name}a`, "Bash(ls)"]) {
    assertFalse(isToolPattern(text), show(text));
  }
  fc.assert(fc.property(hostileText, (text) => {
    assertEquals(isToolPattern(text), /^(?=.)[\w.:/-]{0,128}\*?$/.test(text), show(text));
  }));
});
