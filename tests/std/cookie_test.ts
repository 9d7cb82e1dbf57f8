import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { type Cookie, deleteCookie, getCookies, setCookie } from "../../std/http/cookie.ts";

/** Reads a `Cookie` header. */
function read(header: string): Record<string, string> {
  return { ...getCookies(new Headers({ cookie: header })) };
}

/** Writes a cookie as it is sent. */
function write(cookie: Cookie): string[] {
  const headers = new Headers();
  setCookie(headers, cookie);
  return headers.getSetCookie();
}

/** The characters from U+0000 to U+00FF that `write` refuses. */
function refused(write: (char: string) => unknown): string[] {
  const chars = Array.from({ length: 0x100 }, (_, code) => String.fromCharCode(code));
  return chars.filter((char) => {
    try {
      write(char);
      return false;
    } catch (error) {
      assertEquals((error as Error).name, "SyntaxError", JSON.stringify(char));
      return true;
    }
  });
}

function charsBetween(first: number, last: number): string[] {
  return Array.from({ length: last - first + 1 }, (_, at) => String.fromCharCode(first + at));
}

Deno.test("getCookies() reads the values by name", () => {
  const cases: [string, Record<string, string>][] = [
    ["a=1", { a: "1" }],
    ["a=1; b=2", { a: "1", b: "2" }],
    ["a=1;b=2;   c=3", { a: "1", b: "2", c: "3" }],
    ["a=", { a: "" }],
    ["a", { a: "" }],
    ["a=b=c==", { a: "b=c==" }],
    ["a=1; a=2", { a: "2" }],
    ["A=1; a=2", { A: "1", a: "2" }],
    ["a = 1 ; b=2", { a: " 1 ", b: "2" }],
    ['a="1"', { a: '"1"' }],
    ["a=%20", { a: "%20" }],
    ["a=1,b=2", { a: "1,b=2" }],
  ];
  for (const [header, cookies] of cases) assertEquals(read(header), cookies, header);
});

Deno.test("getCookies() finds no cookie when there is no header", () => {
  assertEquals({ ...getCookies(new Headers()) }, {});
  assertEquals({ ...getCookies(new Headers({ "set-cookie": "a=1" })) }, {});
});

Deno.test("getCookies() holds no name that was not sent", () => {
  for (const headers of [new Headers(), new Headers({ cookie: "a=1" })]) {
    for (const name of ["toString", "constructor", "__proto__"]) {
      assertEquals(getCookies(headers)[name], undefined, name);
    }
  }
  const cookies = getCookies(new Headers({ cookie: "__proto__=1; toString=2" }));
  assertEquals(Object.entries(cookies), [["__proto__", "1"], ["toString", "2"]]);
});

Deno.test("getCookies() throws when a cookie has no name", () => {
  for (const header of ["", "=1", "=", ";", "a=1;", "a=1;;b=2", "a=1;=2"]) {
    assertThrows(() => read(header), SyntaxError, "Cookie cannot start with '='", header);
  }
});

Deno.test("setCookie() writes the attributes that are present, in order", () => {
  const base = { name: "a", value: "1" };
  const expires = new Date(Date.UTC(1983, 0, 7, 15, 32));
  const text = "Expires=Fri, 07 Jan 1983 15:32:00 GMT";
  const cases: [Omit<Cookie, "name" | "value">, string][] = [
    [{}, "a=1"],
    [{ secure: true }, "a=1; Secure"],
    [{ httpOnly: true }, "a=1; HttpOnly"],
    [{ partitioned: true }, "a=1; Partitioned"],
    [{ secure: false, httpOnly: false, partitioned: false }, "a=1"],
    [{ maxAge: 3600 }, "a=1; Max-Age=3600"],
    [{ maxAge: 0 }, "a=1; Max-Age=0"],
    [{ maxAge: 1.5 }, "a=1"],
    [{ maxAge: NaN }, "a=1"],
    [{ maxAge: Infinity }, "a=1"],
    [{ domain: "example.com" }, "a=1; Domain=example.com"],
    [{ domain: ".example.com" }, "a=1; Domain=.example.com"],
    [{ domain: "", path: "" }, "a=1"],
    [{ sameSite: "Strict" }, "a=1; SameSite=Strict"],
    [{ sameSite: "Lax" }, "a=1; SameSite=Lax"],
    [{ sameSite: "None" }, "a=1; SameSite=None"],
    [{ path: "/" }, "a=1; Path=/"],
    [{ expires }, `a=1; ${text}`],
    [{ expires: expires.getTime() }, `a=1; ${text}`],
    [{ expires: new Date(0) }, "a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT"],
    [{ expires: 0 }, "a=1"],
    [{ unparsed: ["Priority=High", "x"] }, "a=1; Priority=High; x"],
    [
      {
        unparsed: ["x=y"],
        expires,
        path: "/p",
        sameSite: "Lax",
        domain: "example.com",
        maxAge: 2,
        partitioned: true,
        httpOnly: true,
        secure: true,
      },
      "a=1; Secure; HttpOnly; Partitioned; Max-Age=2; Domain=example.com; SameSite=Lax; Path=/p; " +
      `${text}; x=y`,
    ],
  ];
  for (const [attributes, header] of cases) {
    assertEquals(write({ ...base, ...attributes }), [header], JSON.stringify(attributes));
  }
});

Deno.test("setCookie() appends, and leaves what is there", () => {
  const headers = new Headers({ "set-cookie": "a=1" });
  setCookie(headers, { name: "b", value: "2" });
  setCookie(headers, { name: "b", value: "3" });
  assertEquals(headers.getSetCookie(), ["a=1", "b=2", "b=3"]);
});

Deno.test("setCookie() writes nothing when the name is empty", () => {
  assertEquals(write({ name: "", value: "1" }), []);
});

Deno.test("setCookie() gives a cookie what the prefix of its name promises", () => {
  const domain = "example.com";
  const cases: [Cookie, string][] = [
    [{ name: "__Secure-a", value: "1" }, "__Secure-a=1; Secure"],
    [{ name: "__Secure-a", value: "1", secure: false }, "__Secure-a=1; Secure"],
    [
      { name: "__Secure-a", value: "1", domain, path: "/p" },
      "__Secure-a=1; Secure; Domain=example.com; Path=/p",
    ],
    [{ name: "__Host-a", value: "1" }, "__Host-a=1; Secure; Path=/"],
    [
      { name: "__Host-a", value: "1", secure: false, domain, path: "/p" },
      "__Host-a=1; Secure; Path=/",
    ],
    [{ name: "__Secure", value: "1" }, "__Secure=1; Secure"],
    [{ name: "__Host", value: "1", domain }, "__Host=1; Secure; Path=/"],
    [{ name: "__host-a", value: "1" }, "__host-a=1"],
    [{ name: "a__Host-", value: "1" }, "a__Host-=1"],
  ];
  for (const [cookie, header] of cases) {
    const before = { ...cookie };
    assertEquals(write(cookie), [header], header);
    assertEquals(cookie, before, header);
  }
});

Deno.test("setCookie() throws on a name that is no token", () => {
  const separators = '"(),:;<=>?@[\\]{}';
  const invalid = [...charsBetween(0, 0x20), ...separators, ...charsBetween(0x7f, 0xff)];
  assertEquals(refused((char) => write({ name: `a${char}b`, value: "" })), invalid);
  assertThrows(() => write({ name: "a b", value: "" }), SyntaxError, 'Invalid cookie name: "a b"');
  assertThrows(() => write({ name: "a\n", value: "" }), SyntaxError, "Invalid cookie name");
});

Deno.test("setCookie() throws on a value that could end early", () => {
  const invalid = [...charsBetween(0, 0x20), ...'",;\\', "\x7f", ...charsBetween(0x81, 0xff)];
  assertEquals(refused((value) => write({ name: "a", value })), invalid);
  const cases: [string, string][] = [
    ["United Kingdom", "RFC2616 cookie 'a' cannot contain character ' '"],
    ["1; Domain=example.com", "RFC2616 cookie 'a' cannot contain character ';'"],
    ["1\r\nSet-Cookie: b=2", "RFC2616 cookie 'a' cannot contain character '\r'"],
    ["é", "RFC2616 cookie 'a' can only have US-ASCII chars as value: It contains 0xe9"],
    ["😀", "RFC2616 cookie 'a' can only have US-ASCII chars as value: It contains 0xd83d"],
  ];
  for (const [value, message] of cases) {
    assertThrows(() => write({ name: "a", value }), SyntaxError, message, value);
  }
});

Deno.test("setCookie() throws on a path that could end early", () => {
  const invalid = [...charsBetween(0, 0x1f), ";", ...charsBetween(0x7f, 0xff)];
  assertEquals(refused((char) => write({ name: "a", value: "", path: `/${char}p` })), invalid);
  const path = "/; Domain=example.com";
  const message = `Cookie path "${path}" contains invalid character: ";"`;
  assertThrows(() => write({ name: "a", value: "", path }), SyntaxError, message);
});

Deno.test("setCookie() throws on a domain that starts or ends as none does", () => {
  for (const domain of ["-example.com", "example.com-", "example.com.", "-", "."]) {
    const message = `Invalid first/last char in cookie domain: ${domain}`;
    assertThrows(() => write({ name: "a", value: "", domain }), SyntaxError, message, domain);
  }
});

Deno.test("setCookie() throws on a negative maxAge", () => {
  const cookie = { name: "a", value: "", maxAge: -1 };
  assertThrows(() => write(cookie), RangeError, "Max-Age must be >= 0: received -1");
});

Deno.test("setCookie() leaves the headers alone when it throws", () => {
  const headers = new Headers();
  assertThrows(() => setCookie(headers, { name: "a", value: "1", path: ";" }), SyntaxError);
  assertEquals([...headers], []);
});

Deno.test("deleteCookie() sets the cookie to no value and a time long past", () => {
  const past = "Expires=Thu, 01 Jan 1970 00:00:00 GMT";
  const headers = new Headers();
  deleteCookie(headers, "a");
  deleteCookie(headers, "a", { domain: "", path: "" });
  deleteCookie(headers, "a", { path: "/", httpOnly: true });
  deleteCookie(headers, "a", { domain: "example.com", secure: true, partitioned: true });
  deleteCookie(headers, "__Host-a");
  assertEquals(headers.getSetCookie(), [
    `a=; ${past}`,
    `a=; ${past}`,
    `a=; HttpOnly; Path=/; ${past}`,
    `a=; Secure; Partitioned; Domain=example.com; ${past}`,
    `__Host-a=; Secure; Path=/; ${past}`,
  ]);
  assertThrows(() => deleteCookie(headers, "a b"), SyntaxError, "Invalid cookie name");
});

Deno.test("getCookies() reads what setCookie() wrote", () => {
  const name = fc.string({ unit: fc.constantFrom(..."aZ09!#$%&'*+-./^_`|~"), minLength: 1 });
  const value = fc.string({ unit: fc.constantFrom(..."aZ09!#=%&'()*+-./:<>?@[]^_`{|}~") });
  const cookies = fc.array(fc.tuple(name, value), { minLength: 1 });
  fc.assert(fc.property(cookies, (cookies) => {
    const pairs = cookies.map(([name, value]) => write({ name, value })[0]);
    const header = pairs.join("; ");
    assertEquals(new Map(Object.entries(read(header))), new Map(cookies));
  }));
});
