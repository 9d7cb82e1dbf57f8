/**
 * Tries to get out of the sandbox, one way after the other, and prints a line of JSON for each. A test
 * runs it with the flags of `.mcp.json`.
 *
 * @module
 */

/** The places that a test prepares. */
export interface ProbePlaces {
  /** The folder that the flags allow, with links in it that lead out. */
  readonly inside: string;
  /** A folder that they do not allow. */
  readonly outside: string;
  /** The port that the flags allow. */
  readonly port: number;
  /** The port of a server that they do not allow. */
  readonly otherPort: number;
}

/** The outcome of one way: `out` with what it got, `refused` or `failed` with the error. */
export interface ProbeResult {
  readonly way: string;
  readonly outcome: "out" | "refused" | "failed";
  readonly detail: string;
}

// deno-lint-ignore no-explicit-any -- half of what is tried is not in the types
type Any = any;

const { inside, outside, port, otherPort }: ProbePlaces = JSON.parse(Deno.args[0] ?? "{}");
const other = `http://127.0.0.1:${otherPort}`;

/** Imports at run time only: the runtime finds other imports at the start and needs no permission. */
const load = (specifier: string, options?: ImportCallOptions): Promise<Any> =>
  import(specifier, options);

const SECRET = `${outside}/secret.js`;
const READ_SECRET = `Deno.readTextFileSync(${JSON.stringify(SECRET)})`;
const POST_SECRET = `let r; try { r = ${READ_SECRET} } catch (e) { r = String(e) } postMessage(r)`;

/** Settles with the first message of something that reports by events. */
function answer(target: Any, good: string, bad: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const on = (target.on ?? target.addEventListener).bind(target);
    on(good, (value: Any) => resolve(value?.data ?? value ?? good));
    on(bad, (event: Any) => {
      event?.preventDefault?.();
      reject(event?.error ?? new Error(event?.message ?? bad));
    });
  });
}

async function askWorker(url: string): Promise<unknown> {
  const worker = new Worker(url, { type: "module" });
  const said = await answer(worker, "message", "error").finally(() => worker.terminate());
  if (String(said).includes("NotCapable")) throw new Error(String(said));
  return said;
}

async function sqlite(path: string, sql: string, options?: Any): Promise<unknown> {
  const { DatabaseSync } = await load("node:sqlite");
  return new DatabaseSync(path, options).prepare(sql).all();
}

/** Serves a redirect at the own port and follows it. */
async function followRedirect(): Promise<unknown> {
  const to = Response.redirect(other);
  const server = Deno.serve({ hostname: "127.0.0.1", port, onListen() {} }, () => to);
  return await fetch(`http://127.0.0.1:${port}`).then((got) => got.text())
    .finally(() => server.shutdown());
}

async function fetchBy(proxy: Any): Promise<unknown> {
  using client = Deno.createHttpClient({ proxy });
  return await (await fetch(`http://127.0.0.1:${port}`, { client })).text();
}

async function link(path: string): Promise<string> {
  await Deno.symlink(SECRET, path);
  return await Deno.readTextFile(path);
}

/** The ways out. Names that begin alike try the same door. */
const WAYS: Readonly<Record<string, () => unknown>> = {
  "import https of a host that Deno allows by itself": () => load("https://jsr.io/x.js"),
  "import https of another such host": () => load("https://raw.githubusercontent.com/a/b/c/d.js"),
  "import https of any host": () => load("https://example.com/x.js"),
  "import http of the own port": () => load(`http://127.0.0.1:${port}/x.js`),
  "import http of another port": () => load(`${other}/x.js`),
  "import jsr": () => load("jsr:@std/fmt@1/colors"),
  "import npm": () => load("npm:a-name-that-says-a-secret"),
  "import file": () => load(`file://${SECRET}`),
  "import file as text": () => load(`file://${SECRET}`, { with: { type: "text" } }),
  "import file as json": () => load(`file://${outside}/secret.json`, { with: { type: "json" } }),
  "import file of the project": () => load(new URL("../../../mod.ts", import.meta.url).href),
  "import file through a link": () => load(`file://${inside}/link.js`),
  "import data": () => load("data:text/javascript,export default 1"),
  "import data that imports": () => load(`data:text/javascript,import "${other}/x.js"`),
  "import blob": () =>
    load(URL.createObjectURL(new Blob(["export default 1"], { type: "text/javascript" }))),
  "require": async () => (await load("node:module")).createRequire(`${inside}/x`)(SECRET),
  "require an addon": async () => {
    await Deno.writeTextFile(`${inside}/addon.node`, "");
    return (await load("node:module")).createRequire(`${inside}/x`)(`${inside}/addon.node`);
  },

  "read": () => Deno.readTextFile(SECRET),
  "read by ..": () => Deno.readTextFile(`${inside}/../outside/secret.js`),
  "read by /proc": () => Deno.readTextFile(`/proc/self/root${SECRET}`),
  "read by fetch": async () => await (await fetch(`file://${SECRET}`)).text(),
  "read by node:fs": async () => (await load("node:fs")).readFileSync(SECRET, "utf8"),
  "read through a link": () => Deno.readTextFile(`${inside}/link.js`),
  "read through a link to a folder": () => Deno.readTextFile(`${inside}/folder/secret.js`),
  "write": () => Deno.writeTextFile(`${outside}/new`, ""),
  "write through a link to a folder": () => Deno.writeTextFile(`${inside}/folder/new`, ""),
  "write by node:fs": async () => (await load("node:fs")).cpSync(SECRET, `${outside}/new`),
  "write a temporary folder": () => Deno.makeTempDir(),
  "write a temporary file": () => Deno.makeTempFile(),
  "write a heap snapshot": async () => (await load("node:v8")).writeHeapSnapshot(`${outside}/new`),
  "make a link": () => link(`${inside}/made`),
  "make a link by node:fs": async () =>
    (await load("node:fs")).symlinkSync(SECRET, `${inside}/made`),
  "make a hard link": () => Deno.link(SECRET, `${inside}/made`),
  "copy": () => Deno.copyFile(SECRET, `${inside}/copy`),
  "move": () => Deno.rename(SECRET, `${inside}/moved`),
  "list": () => Array.fromAsync(Deno.readDir(outside)),
  "look at": () => Deno.stat(SECRET),
  "look at by node:fs": async () => (await load("node:fs")).accessSync(SECRET),
  "open by WASI": async () => {
    const { WASI } = await load("node:wasi");
    return new WASI({ version: "preview1", preopens: { "/": outside } });
  },
  "watch": () => Deno.watchFs(outside).close(),
  "leave the folder": () => Deno.chdir(outside),

  "SQLite ATTACH": () => sqlite(`${inside}/a.db`, `ATTACH '${outside}/secret.db' AS other`),
  "SQLite ATTACH from memory": () => sqlite(":memory:", `ATTACH '${outside}/secret.db' AS other`),
  "SQLite VACUUM INTO": () => sqlite(`${inside}/a.db`, `VACUUM INTO '${outside}/new.db'`),
  "SQLite open": () => sqlite(`${outside}/secret.db`, "SELECT 1"),
  "SQLite open by URI": () => sqlite(`file:${outside}/secret.db`, "SELECT 1"),
  "SQLite open through a link": () => sqlite(`${inside}/link.db`, "SELECT * FROM secret"),
  "SQLite backup": async () => {
    const { backup, DatabaseSync } = await load("node:sqlite");
    return await backup(new DatabaseSync(`${inside}/a.db`), `${outside}/new.db`);
  },
  "SQLite extension": () => sqlite(`${inside}/a.db`, "SELECT 1", { allowExtension: true }),
  "SQLite load_extension()": () => sqlite(`${inside}/a.db`, "SELECT load_extension('x')"),
  "SQLite readfile()": () => sqlite(`${inside}/a.db`, `SELECT readfile('${SECRET}')`),

  "localStorage": () => {
    localStorage.setItem("key", "kept");
    return localStorage.getItem("key");
  },
  "sessionStorage": () => {
    sessionStorage.setItem("key", "kept");
    return sessionStorage.getItem("key");
  },
  "caches": async () => {
    const cache = await caches.open("probe");
    await cache.put("https://example.com/", new Response("kept"));
    return await (await cache.match("https://example.com/"))?.text();
  },
  "Deno.openKv": () => (Deno as Any).openKv(),
  "indexedDB": () => (globalThis as Any).indexedDB.open("x"),

  "fetch another port": async () => await (await fetch(other)).text(),
  "fetch the internet": () => fetch("https://example.com/"),
  "fetch by a redirect": followRedirect,
  "fetch by a proxy": () => fetchBy({ url: other }),
  "fetch by a tcp proxy": () =>
    fetchBy({ transport: "tcp", hostname: "127.0.0.1", port: otherPort }),
  "fetch by a unix proxy": () => fetchBy({ transport: "unix", path: `${outside}/socket` }),
  "WebSocket": () => answer(new WebSocket(`ws://127.0.0.1:${otherPort}`), "open", "error"),
  "connect to another port": () => Deno.connect({ hostname: "127.0.0.1", port: otherPort }),
  "connect to another name of the host": () => Deno.connect({ hostname: "localhost", port }),
  "connect to another address of the host": () => Deno.connect({ hostname: "127.0.0.2", port }),
  "connect to a unix socket": () =>
    Deno.connect({ transport: "unix", path: `${inside}/socket` } as Any),
  "connect by TLS": () => Deno.connectTls({ hostname: "127.0.0.1", port: otherPort }),
  "connect by node:net": async () =>
    answer((await load("node:net")).connect(otherPort, "127.0.0.1"), "connect", "error"),
  "connect by node:http": async () =>
    answer((await load("node:http")).get(other), "response", "error"),
  "connect by node:http2": async () =>
    answer((await load("node:http2")).connect(other), "connect", "error"),
  "listen at another port": () => Deno.listen({ hostname: "127.0.0.1", port: 0 }),
  "listen at all addresses": () => Deno.listen({ port }),
  "listen by node:net": async () =>
    answer((await load("node:net")).createServer().listen(0, "127.0.0.1"), "listening", "error"),
  "listen by node:dgram": async () =>
    answer((await load("node:dgram")).createSocket("udp4").bind(0), "listening", "error"),
  "listen with the inspector": async () => {
    const inspector = await load("node:inspector");
    inspector.open(otherPort + 1);
    return inspector.url() ?? "no address";
  },
  "resolve a name": () => Deno.resolveDns("example.com", "A"),
  "resolve a name by node:dns": async () =>
    await (await load("node:dns/promises")).lookup("example.com"),

  "run": () => new Deno.Command("true").output(),
  "run Deno": () => new Deno.Command(Deno.execPath()).output(),
  "run by node:child_process": async () => (await load("node:child_process")).execSync("true"),
  "run by fork": async () =>
    answer((await load("node:child_process")).fork(`${inside}/x.js`), "exit", "error"),
  "run by node:cluster": async () => (await load("node:cluster")).default.fork(),
  "run by process.binding": () => (globalThis as Any).process.binding("spawn_sync").spawn({}),
  "run as another user": () => (globalThis as Any).process.setuid(0),
  "signal": () => Deno.kill(Deno.ppid, "SIGCONT"),
  "signal by node:process": async () => (await load("node:process")).kill(Deno.ppid, "SIGCONT"),
  "foreign code": () => Deno.dlopen("libc.so.6", {}),
  "foreign code by process.dlopen": () => (globalThis as Any).process.dlopen({}, "libc.so.6"),
  "foreign code by pointer": () => Deno.UnsafePointer.of(new Uint8Array(1)),

  "environment": () => Deno.env.get("PROBE"),
  "environment as a whole": () => Deno.env.toObject(),
  "environment by node:process": async () => (await load("node:process")).env.PROBE,
  "environment by a worker of Node": async () => {
    const { SHARE_ENV, Worker } = await load("node:worker_threads");
    const code = `require("node:worker_threads").parentPort.postMessage(process.env.PROBE)`;
    return await answer(new Worker(code, { eval: true, env: SHARE_ENV }), "message", "error");
  },
  "system: name of the host": () => Deno.hostname(),
  "system: user": () => Deno.uid(),
  "system: user by node:os": async () => (await load("node:os")).userInfo(),
  "system: home by node:os": async () => (await load("node:os")).homedir(),
  "system: networks": () => Deno.networkInterfaces(),
  "system: report": () => (globalThis as Any).process.report.getReport(),

  "ask for more": async () => {
    const { state } = await Deno.permissions.request({ name: "run" });
    if (state === "denied") throw new Error("NotCapable");
    return state;
  },
  "worker": () => askWorker(`data:text/javascript,${encodeURIComponent(POST_SECRET)}`),
  "worker of a URL": () => askWorker("https://jsr.io/x.js"),
  "worker of Node": async () => {
    const { Worker } = await load("node:worker_threads");
    const code = `require("node:fs").readFileSync(${JSON.stringify(SECRET)}, "utf8")`;
    return await answer(new Worker(code, { eval: true }), "message", "error");
  },
  "node:vm": async () => (await load("node:vm")).runInNewContext(READ_SECRET, { Deno }),
  "node:vm that imports": async () =>
    await (await load("node:vm")).runInThisContext(`import("https://jsr.io/x.js")`),
  "internals": () =>
    (Deno as Any)[(Deno as Any).internal].core.ops.op_fs_read_file_text_sync(SECRET),
  // Ends the process, and so comes last.
  "worker with rights of its own": () => {
    const deno = { permissions: { read: true } };
    return new Worker("data:text/javascript,", { type: "module", deno } as Any);
  },
};

/** A refusal; any other error may come from a way that stands open. */
const REFUSAL_REGEXP = new RegExp([
  "NotCapable",
  String.raw`Requires \w+ access`,
  "--(?:cached-only|no-remote|no-npm) is specified",
  // SQLite, DNS, WASI and vm in Deno
  "too many attached databases - max 0",
  "not authorized",
  "no such function",
  "getaddrinfo EPERM",
  "failed to open preopen",
  "A dynamic import callback was not specified",
  // Missing in the runtime
  "is not a function",
  "Cannot read properties of undefined",
].join("|"));

function describe(value: unknown): string {
  try {
    return String(typeof value === "object" ? JSON.stringify(value) : value).slice(0, 200);
  } catch {
    return typeof value;
  }
}

async function tryWay(way: string, attempt: () => unknown): Promise<ProbeResult> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error("no answer")), 5000);
  // Some ways report their refusal to no caller.
  const onError = (event: ErrorEvent | PromiseRejectionEvent) => {
    event.preventDefault();
    reject("reason" in event ? event.reason : event.error);
  };
  globalThis.addEventListener("unhandledrejection", onError);
  globalThis.addEventListener("error", onError);
  try {
    const value = await Promise.race([new Promise((resolve) => resolve(attempt())), late]);
    return { way, outcome: "out", detail: describe(value) };
  } catch (error) {
    const detail = String(error).replace(/\s+/g, " ").slice(0, 300);
    return { way, outcome: REFUSAL_REGEXP.test(detail) ? "refused" : "failed", detail };
  } finally {
    clearTimeout(timer);
    globalThis.removeEventListener("unhandledrejection", onError);
    globalThis.removeEventListener("error", onError);
  }
}

if (import.meta.main) {
  for (const [way, attempt] of Object.entries(WAYS)) {
    // deno-lint-ignore no-console -- the test reads what is printed
    console.log(JSON.stringify(await tryWay(way, attempt)));
  }
  Deno.exit();
}
