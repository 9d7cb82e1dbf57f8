import { assert, assertEquals, assertFalse, assertStringIncludes } from "@std/assert";
import { sourcesPathOf } from "../../../server/state/folder.ts";
import { WebhookRoutes } from "../../../server/http/webhook_routes.ts";
import { configOf, GENERIC, SECRET } from "../../_signed_delivery.ts";
import { createScratch } from "../_scratch.ts";

const START_MS = 1_700_000_000_000;

/** Routes without deliveries; only the configuration matters. */
function createFixture(text?: string) {
  const stateDir = createScratch();
  const path = sourcesPathOf(stateDir);
  const logged: string[] = [];
  const write = (line: string) => void logged.push(line);
  const fail = () => {
    throw new Error("No delivery is expected");
  };
  let nowMs = START_MS;
  if (text !== undefined) Deno.writeTextFileSync(path, text);
  const routes = new WebhookRoutes({
    stateDir,
    log: { info: write, warn: write },
    bodies: { readUnproven: fail },
    keeper: { read: fail },
    take: fail,
    bursts: { add: fail },
    audit: { note() {} },
    now: () => nowMs,
  });
  return {
    path,
    routes,
    logged,
    pass: (ms: number) => void (nowMs += ms),
    has: async (target: string) => await routes.find(target) !== undefined,
    /** Looks once the file is due for a look. */
    async hasLater(target: string): Promise<boolean> {
      nowMs += 251;
      return await this.has(target);
    },
    /** Writes the configuration as editors do: no reader sees half of it. */
    edit(text: string): void {
      Deno.writeTextFileSync(`${path}.new`, text);
      Deno.renameSync(`${path}.new`, path);
    },
  };
}

Deno.test("WebhookRoutes.find() knows the sources of the configuration, and none without one [source.reload]", async () => {
  const fixture = createFixture();
  assertEquals(await fixture.has("/ci"), false);
  fixture.edit(configOf({ ci: GENERIC, gh: { kind: "github", path: "/hooks/gh" } }));
  assert(await fixture.hasLater("/ci"));
  const others = ["/hooks/gh", "/gh", "/", "/ci/"];
  assertEquals(await Promise.all(others.map(fixture.has)), [true, false, false, false]);
  assertEquals(fixture.logged, []);
});

Deno.test("WebhookRoutes.find() answers at once while nothing has changed, and waits for a configuration that is being read [source.reload]", async () => {
  const { routes, pass, edit } = createFixture();
  assertEquals(routes.find("/ci"), undefined);
  edit(configOf({ ci: GENERIC }));
  pass(250);
  assertEquals(routes.find("/ci"), undefined, "the file is not due for a look");
  pass(1);
  const reading = [routes.find("/ci"), routes.find("/ci")];
  for (const found of reading) assert(found instanceof Promise);
  const [receiver, other] = await Promise.all(reading);
  assert(receiver !== undefined && other === receiver);
  assertEquals(routes.find("/ci"), receiver);
  pass(251);
  assertEquals([routes.find("/ci"), routes.find("/")], [receiver, undefined]);
  edit(configOf({}));
  pass(-1);
  assertEquals(await routes.find("/ci"), undefined, "the clock was set back");
});

Deno.test("WebhookRoutes.find() takes a change with the first delivery after it, and forgets removed sources [source.reload]", async () => {
  const fixture = createFixture(configOf({ ci: GENERIC }));
  const { path, logged } = fixture;
  assert(await fixture.has("/ci"));
  fixture.edit(configOf({ gh: { kind: "github" } }));
  assertEquals([await fixture.hasLater("/gh"), await fixture.has("/ci")], [true, false]);
  Deno.removeSync(path);
  assertEquals(await fixture.hasLater("/gh"), false);
  fixture.edit(configOf({ ci: GENERIC }));
  assert(await fixture.hasLater("/ci"));
  assertEquals(logged, []);
});

Deno.test("WebhookRoutes.find() keeps the last good configuration, and logs once where a bad one is wrong [source.reload]", async () => {
  const fixture = createFixture(configOf({ ci: GENERIC }));
  const { path, has, edit, logged } = fixture;
  assert(await has("/ci"));
  const entry = { path: "/gh", kind: "github", secrets: [SECRET], secret: SECRET };
  const cases: [text: string, fault: string][] = [
    [
      `{"sources": {\n  "ci": ${SECRET}`,
      "The configuration is no JSON: a value is not written as JSON has it",
    ],
    [
      JSON.stringify({ sources: { gh: entry } }),
      'The configuration is wrong at sources.gh: unknown key "secret": did you mean "secrets"?',
    ],
    [
      configOf({ gh: { kind: "github", secrets: ["file:/nowhere/secret"] } }),
      'The source "gh" cannot be used: ',
    ],
    ["", "The configuration is no JSON: it ends too early"],
  ];
  for (const [index, [text, fault]] of cases.entries()) {
    edit(text);
    for (let look = 0; look < 2; look++) assert(await fixture.hasLater("/ci"));
    assertEquals(logged.length, index + 1);
    const line = logged.at(-1) ?? "";
    assertStringIncludes(line, `Cannot use ${path}, the last good configuration holds: ${fault}`);
    assert(!line.includes(SECRET), line);
    assertEquals([await has("/ci"), await has("/gh")], [true, false]);
  }
  assertEquals(logged.length, cases.length);
  edit(configOf({ gh: { kind: "github" } }));
  assert(await fixture.hasLater("/gh"));
  assertEquals(logged.length, cases.length);
});

Deno.test("WebhookRoutes.find() holds on to what it knows while others can write the file, and logs once why [state.guard]", async () => {
  const fixture = createFixture(configOf({ ci: GENERIC }));
  const { path, has, edit, logged } = fixture;
  assert(await has("/ci"));
  Deno.chmodSync(path, 0o666);
  Deno.writeTextFileSync(path, configOf({ gh: { kind: "github" } }));
  for (const [index, mode] of [0o666, 0o620].entries()) {
    Deno.chmodSync(path, mode);
    assert(await fixture.hasLater("/ci"));
    assertEquals(logged.length, index + 1);
    assertEquals([await has("/ci"), await has("/gh")], [true, false]);
  }
  const line = `Cannot use ${path}, the last good configuration holds: ` +
    `${path} can be written by other users. Fix it with: chmod 600 '${path}'`;
  assertEquals(logged, [line, line]);
  edit(configOf({ gh: { kind: "github" } }));
  assert(await fixture.hasLater("/gh"));
});

Deno.test("WebhookRoutes.find() reads no secret that others can write [state.guard] [source.secrets]", async () => {
  const fixture = createFixture(configOf({ ci: GENERIC }));
  const { path, has, edit, logged } = fixture;
  assert(await has("/ci"));
  const secretPath = path.replace("config.json", "secret-gh");
  Deno.writeTextFileSync(secretPath, SECRET);
  Deno.chmodSync(secretPath, 0o660);
  const text = configOf({ gh: { kind: "github", secrets: [`file:${secretPath}`] } });
  edit(text);
  assertFalse(await fixture.hasLater("/gh"));
  assertStringIncludes(
    logged[0] ?? "",
    `${secretPath} can be written by other users. Fix it with:`,
  );
  Deno.chmodSync(secretPath, 0o600);
  edit(`${text} `);
  assert(await fixture.hasLater("/gh"));
});

Deno.test("WebhookRoutes.find() holds on to what it knows while the file cannot be read [source.reload]", async () => {
  const fixture = createFixture(configOf({ ci: GENERIC }));
  const { path, has, edit, logged } = fixture;
  assert(await has("/ci"));
  Deno.removeSync(path);
  Deno.mkdirSync(path);
  assert(await fixture.hasLater("/ci"));
  assertEquals(logged.length, 1);
  assert(await has("/ci"));
  Deno.removeSync(path);
  edit(configOf({ gh: { kind: "github" } }));
  assert(await fixture.hasLater("/gh"));
});

Deno.test("WebhookRoutes.find() takes no configuration or secret of another user, also in a folder that changed hands [state.owner]", async () => {
  for (const name of ["config.json", "secret-ci", "."]) {
    const fixture = createFixture(configOf({ ci: GENERIC }));
    const { path, logged } = fixture;
    const folder = path.slice(0, path.lastIndexOf("/"));
    assert(await fixture.has("/ci"));
    Deno.writeTextFileSync(`${folder}/secret-ci`, "s", { mode: 0o600 });
    fixture.edit(configOf({ other: GENERIC }));
    try {
      for (const given of new Set([name, name === "." ? "config.json" : name])) {
        Deno.chownSync(`${folder}/${given}`, 12_345, 12_345);
      }
    } catch {
      return; // Only a privileged user can give files away.
    }
    assertEquals(await fixture.hasLater("/other"), false, name);
    assert(await fixture.has("/ci"), "the last good configuration holds");
    assertStringIncludes(logged.join(), "belongs to another user", name);
  }
});
