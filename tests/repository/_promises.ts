import { listFiles, readFile } from "./_files.ts";

export interface Behaviour {
  readonly id: string;
  readonly promise: string;
  /** A section of a document, such as `README.md#events`, or an address. */
  readonly source: string;
}

/** The areas of the table, and the first words of the ids in each. */
const AREAS: Readonly<Record<string, string>> = {
  "Handshake and stdio": "handshake stdio",
  "Events": "event meta content offer redeliver session duplicate",
  "Tools": "tools",
  "Permission relay": "relay request-id verdict prompt permission",
  "HTTP": "http sse status walkthrough",
  "Access": "gate guard access audit state stream",
  "Network and sandbox": "network sandbox attack",
  "Journal": "journal",
  "Sharing a port": "port owner feed route gateway",
  "Processes and log": "lifetime log",
  "Webhooks": "source",
  "Commands and bundle": "cli bundle",
};

const HEAD = `<!-- deno-fmt-ignore-file -->

# Promises

Each line is a promise that a test proves. The list is \`tests/behaviours.json\`; the name of a test
cites an id as \`[event.seen]\`. Tests are named without \`tests/\` and \`_test.ts\`: \`contract/http\` is
\`tests/contract/http_test.ts\`, and \`lib/sources/\` stands for several in that folder.
\`deno task promises\` writes this page.
`;

export async function readBehaviours(): Promise<Behaviour[]> {
  return JSON.parse(await readFile("tests/behaviours.json"));
}

/** The ids that the names of tests cite, each with the paths of those tests. */
export async function readCitations(): Promise<Map<string, string[]>> {
  const citations = new Map<string, string[]>();
  for (const path of await listFiles("tests/", "_test.ts")) {
    const ids = new Set<string>();
    for (const [name] of (await readFile(path)).matchAll(/Deno\.test\(\s*(?:"[^\n]*"|`[^\n]*`)/g)) {
      for (const [, id = ""] of name.matchAll(/\[([a-z0-9.-]+)\]/g)) ids.add(id);
    }
    for (const id of ids) citations.set(id, [...citations.get(id) ?? [], path]);
  }
  return citations;
}

/** The anchors of the headings of a document, as GitHub makes them, with the texts of those. */
export function anchorsOf(markdown: string): Map<string, string> {
  const outsideOfCode = markdown.replace(/^```[\s\S]*?^```$/gm, "");
  return new Map(
    [...outsideOfCode.matchAll(/^#{1,6} (.+)$/gm)].map(([, text = ""]) => {
      const anchor = text.toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, "").replaceAll(" ", "-");
      return [anchor, text];
    }),
  );
}

async function formatSource(source: string): Promise<string> {
  if (source.startsWith("https:")) {
    const { hostname, pathname } = new URL(source);
    return `[${hostname}: ${pathname.split("/").at(-1)}](${source})`;
  }
  const [path = "", anchor = ""] = source.split("#");
  const title = anchorsOf(await readFile(path)).get(anchor);
  const link = path.startsWith("docs/") ? source.slice("docs/".length) : `../${source}`;
  return `[${path.replace(/^.*\/|\.md$/g, "")}: ${title}](${link})`;
}

/** Names tests, or the folders of more than four, which stay the same when a provider is added. */
function formatTests(paths: readonly string[]): string {
  const names = paths.map((path) => path.slice("tests/".length, -"_test.ts".length));
  const shown = names.length <= 4
    ? names
    : new Set(names.map((name) => name.slice(0, name.lastIndexOf("/") + 1)));
  return Array.from(shown, (name) => `\`${name}\``).join(", ");
}

/** The text of `docs/promises.md`. */
export async function formatPromises(): Promise<string> {
  const citations = await readCitations();
  const behaviours = await readBehaviours();
  const lines = [HEAD];
  for (const [area, prefixes] of Object.entries(AREAS)) {
    lines.push(`## ${area}`, "", "| promise | source | tests |", "| --- | --- | --- |");
    for (const { id, promise, source } of behaviours) {
      if (!prefixes.split(" ").includes(id.split(".")[0] ?? "")) continue;
      const tests = formatTests(citations.get(id) ?? []);
      lines.push(`| ${promise} \`[${id}]\` | ${await formatSource(source)} | ${tests} |`);
    }
    lines.push("");
  }
  return lines.join("\n");
}
