import { assertEquals, assertFalse, assertStringIncludes, assertThrows } from "@std/assert";
import { VERSION } from "../../lib/version.ts";
import { createScratch, PROJECT, takeFreePort } from "./_session.ts";

/** Runs `main.ts` with nothing on stdin. */
async function run(args: readonly string[], denoFlags: readonly string[] = []) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      "--frozen",
      ...denoFlags,
      new URL("main.ts", PROJECT).href,
      ...args,
    ],
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

Deno.test("--help and --version print to stdout and exit with 0 [cli.help]", async () => {
  for (const flag of ["--help", "-h"]) {
    const { code, stdout, stderr } = await run([flag]);
    assertEquals([code, stderr], [0, ""], flag);
    for (
      const word of [
        "serve",
        "gateway",
        "events",
        "sessions",
        "demo",
        "--trust-header",
        "--no-relay",
        "--port",
        "--interactive",
      ]
    ) {
      assertStringIncludes(stdout, word);
    }
  }
  const part = await run(["access", "pair", "K7MWQ2", "-h"]);
  assertStringIncludes(part.stdout, "deno-channel access pair <code> [flags]  approve the device");
  assertStringIncludes(part.stdout, "--chats <scope>");
  assertFalse(part.stdout.includes("access add"), part.stdout);
  for (const flag of ["--version", "-V"]) {
    assertEquals(await run([flag]), { code: 0, stdout: `deno-channel ${VERSION}\n`, stderr: "" });
  }
});

Deno.test("wrong usage names the flag, the value and what is allowed, and exits with 2 [cli.usage]", async () => {
  const cases: [args: string[], message: string][] = [
    [["--prot", "1"], 'Unknown flag "--prot": did you mean "--port"?'],
    [["gateway", "--redeliver-after", "1m"], 'Unknown flag "--redeliver-after": allowed flags are'],
    [["evnets"], 'Unknown command "evnets": did you mean "events"?'],
    [["events", "shwo", "evt_1"], 'Unknown command "events shwo": did you mean "show"?'],
    [["events", "--state-dir", ""], 'Invalid value "" for --state-dir: expected a folder'],
    [["--port", "1", "--port", "2"], "The flag --port is given twice: expected it once"],
    [["access", "remove"], "The id of a sender is missing: expected access remove <id>"],
    [["serve", "--port", "80a"], 'Invalid value "80a" for --port: expected a whole number from 0'],
    [["--port"], "The flag --port needs a value"],
    [["--trust-header", "a b"], 'Invalid value "a b" for --trust-header'],
    [["--no-relay=1"], "The flag --no-relay takes no value"],
    [["dance"], 'Unknown command "dance": expected one of serve, gateway'],
    [["serve", "now"], 'Unknown argument "now"'],
    [["demo", "--port", "0"], 'Invalid value "0" for --port: expected a whole number from 1'],
    [["--state-dir", "${HOME}/x"], 'Invalid value "${HOME}/x" for --state-dir'],
    [["gateway", "--state-dir=${HOME}/x"], 'Invalid value "${HOME}/x" for --state-dir'],
    [["source", "add", "github", "--repository", "foo"], 'Invalid value "foo" for --repository'],
    [["access", "add", "a b"], 'Invalid id "a b": expected 1 to 64 letters'],
  ];
  for (const [args, message] of cases) {
    const { code, stdout, stderr } = await run(args);
    assertEquals([code, stdout], [2, ""], args.join(" "));
    assertStringIncludes(stderr, message);
    assertStringIncludes(stderr, "--help");
  }
});

Deno.test("serve without the permission for its port says which flag is missing [cli.permission]", async () => {
  const { code, stdout, stderr } = await run(["--port", "8799"], ["--allow-net=127.0.0.1:8788"]);
  assertEquals([code, stdout], [1, ""]);
  assertStringIncludes(stderr, "--allow-net=127.0.0.1:8799");
});

Deno.test("a state folder that cannot be used is named, and another one asked for [state.folder]", async () => {
  const file = `${createScratch()}/file`;
  await Deno.writeTextFile(file, "");
  const flags = [`--allow-read=${file}/x`, `--allow-write=${file}/x`];
  const { code, stdout, stderr } = await run(["events", "--state-dir", `${file}/x`], flags);
  assertEquals([code, stdout], [1, ""]);
  assertStringIncludes(stderr, `Cannot use ${file}/x: `);
  assertStringIncludes(stderr, "Give another one with --state-dir");
});

Deno.test("demo runs every step and exits with 0 [cli.demo]", async () => {
  const port = takeFreePort();
  const flags = ["--allow-net=127.0.0.1", `--allow-run=${Deno.execPath()}`];
  const args = ["demo", "--port", String(port), "--state-dir", createScratch()];
  const { code, stdout } = await run(args, flags);
  assertEquals(code, 0, stdout);
  for (
    const part of [
      `$ curl -d "build failed on main: https://ci.example.com/run/1234" -H "X-Sender: dev"`,
      '<channel source="webhook" severity="high" run_id="1234"',
      'Reply "yes abcde" or "no abcde"',
      "verdict recorded",
      "forbidden",
      "All 9 steps happened",
    ]
  ) assertStringIncludes(stdout, part);
});

Deno.test("demo leaves a port alone that another process holds", async () => {
  using holder = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = holder.addr;
  const flags = ["--allow-net=127.0.0.1", `--allow-run=${Deno.execPath()}`];
  const { code, stderr } = await run(["demo", "--port", String(port)], flags);
  assertEquals(code, 1);
  assertStringIncludes(stderr, `Cannot run the demo on port ${port}: the port is in use`);
});

/** An interactive demo, as a real process. */
class Demo implements AsyncDisposable {
  readonly child: Deno.ChildProcess;
  shown = "";
  readonly #typed: WritableStreamDefaultWriter<Uint8Array>;
  readonly #lines: ReadableStreamDefaultReader<string>;

  constructor(flags: readonly string[], temporary = createScratch()) {
    this.child = new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "--no-prompt", "--frozen", "--allow-net=127.0.0.1", "--allow-env=TMPDIR"],
        ...[`--allow-write=${temporary}`, `--allow-run=${Deno.execPath()}`],
        ...[new URL("main.ts", PROJECT).href, "demo", "--interactive", ...flags],
      ],
      env: { TMPDIR: temporary },
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    this.#typed = this.child.stdin.getWriter();
    this.#lines = this.child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  async type(line: string): Promise<void> {
    await this.#typed.write(new TextEncoder().encode(`${line}\n`));
  }

  async waitFor(part: string): Promise<void> {
    while (!this.shown.includes(part)) {
      const { value, done } = await this.#lines.read();
      if (done) throw new Error(`It ended without "${part}": ${this.shown}`);
      this.shown += value;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#typed.close().catch(() => {});
    await this.child.status;
    await this.#lines.cancel();
  }
}

Deno.test("demo --interactive stands in for Claude until it is told to quit [cli.demo]", async () => {
  const port = takeFreePort();
  await using demo = new Demo(["--port", String(port), "--state-dir", createScratch()]);
  const post = async (body: string) => {
    const headers = { "x-sender": "dev", connection: "close" };
    const response = await fetch(`http://127.0.0.1:${port}`, { method: "POST", body, headers });
    return await response.text();
  };

  await demo.waitFor("/quit");
  assertEquals(await post("hello"), "ok");
  await demo.waitFor(">hello\n\n(Answer: reply with chat_id chat_");
  await demo.type("/reply chat_1 hi there");
  await demo.waitFor("sent");
  await demo.type("/ask Bash ls -la");
  await demo.waitFor("asked: answer with");
  const [, requestId = ""] = /"yes (\w{5})"/.exec(demo.shown) ?? [];
  assertEquals(await post(`no ${requestId}`), "verdict recorded");
  await demo.waitFor(`verdict: deny ${requestId}`);
  await demo.type("/dance");
  await demo.waitFor('Not understood: "/dance"');
  await demo.type("/quit");
  assertEquals((await demo.child.status).code, 0);
});

Deno.test("demo leaves nothing behind, also when it is interrupted [cli.demo]", async () => {
  const temporary = `${createScratch()}/deno-channel-task-1`;
  await Deno.mkdir(temporary);
  await using demo = new Demo(["--port", String(takeFreePort())], temporary);
  await demo.waitFor("/quit");
  assertEquals(Array.from(Deno.readDirSync(temporary)).length, 1);
  demo.child.kill("SIGINT");
  assertEquals((await demo.child.status).code, 0);
  assertThrows(() => Deno.statSync(temporary), Deno.errors.NotFound);
});
