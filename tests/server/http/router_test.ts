import { assertEquals } from "@std/assert";
import { type Exchange, type Handler, Router } from "../../../server/http/router.ts";

const handle = (name: string): Handler<unknown> => () => new Response(name);

const ROUTER = new Router<unknown>([
  ["/a", "GET, HEAD", handle("read a")],
  ["/a", "POST", handle("write a")],
  ["/a/:id", "GET", handle("read one")],
  ["/a/*", "DELETE", handle("the rest")],
  ["/b/*", "PUT", handle("below b")],
]);

Deno.test("Router.find() takes a path as it is, then the first pattern that matches", async () => {
  const cases: [path: string, methods: string, id: string][] = [
    ["/a", "GET, HEAD, POST", ""],
    ["/a/1", "GET", "1"],
    ["/a/", "GET", ""],
    ["/a/1/", "DELETE", "1/"],
    ["/a/1/2", "DELETE", "1/2"],
    ["/b/%2F", "PUT", "%2F"],
    ["/b//", "PUT", "/"],
  ];
  for (const [path, methods, id] of cases) {
    const match = ROUTER.find(path);
    assertEquals([[...match?.methods.keys() ?? []].join(", "), match?.id], [methods, id], path);
  }
  const head = ROUTER.find("/a")?.methods.get("HEAD");
  assertEquals(await (await head?.({} as Exchange, undefined))?.text(), "read a");
});

Deno.test("Router.find() finds nothing at other paths, whatever objects have by that name", () => {
  for (const path of ["", "/", "a", "/A", "/a%2F1", "/ab", "/b", "__proto__", "/:id", "/c/*"]) {
    assertEquals(ROUTER.find(path), undefined, path);
  }
  assertEquals(ROUTER.find("/a")?.methods.get("__proto__"), undefined);
  assertEquals(ROUTER.find("/a")?.methods.get("get"), undefined);
});
