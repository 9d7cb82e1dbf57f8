import { type ChannelEvent, formatChannelTag } from "../../lib/event/format_channel_tag.ts";
import type { Verdict } from "../../lib/permission/verdict.ts";
import { DEMO_SENDER, type DemoStage } from "./stage.ts";
import { Mailbox } from "./mailbox.ts";
import { DEMO_TIMEOUT_MS, type Exchange } from "./http_client.ts";
import type { StandIn } from "./stand_in.ts";
import { print, printProblem } from "../shared/terminal.ts";

const CHAT_MESSAGE = "list the files in this directory";
const CHAT_REPLY = "README.md, main.ts, mod.ts and six folders";
const ALERT = "build failed on main: https://ci.example.com/run/1234";
const PERMISSION_REQUEST = {
  requestId: "abcde",
  toolName: "Bash",
  description: "List files",
  inputPreview: '{"command":"ls -la"}',
};

function show(text: string): void {
  for (const line of text.split("\n")) print(`   ${line}`.trimEnd());
}

function showExchange({ curl, text }: Exchange): void {
  show(`$ ${curl}`);
  show(text);
}

function expect(isAsExpected: boolean, message: string): void {
  if (!isAsExpected) throw new Error(message);
}

/** The steps of the demo, in order; each throws an error that says what did not happen. */
class DemoScript {
  readonly #stage: DemoStage;
  readonly #events = new Mailbox<ChannelEvent>();
  readonly #verdicts = new Mailbox<Verdict>();
  readonly #stream = new Mailbox<string>();
  readonly #listening = new AbortController();
  #streamEnded: Promise<void> = Promise.resolve();
  #session: StandIn | undefined;
  #chatId = "";

  constructor(stage: DemoStage) {
    this.#stage = stage;
  }

  readonly steps: readonly (readonly [title: string, run: () => Promise<void>])[] = [
    ["Claude Code starts the server, which declares a channel", () => this.#start()],
    ["A listener follows what Claude says", () => this.#listen()],
    ["CI reports a failed build", () => this.#alert()],
    ["A sender writes to Claude", () => this.#chat()],
    ["Claude answers with the reply tool", () => this.#reply()],
    ["Claude wants to run a tool, and asks", () => this.#ask()],
    ["A sender says yes from afar", () => this.#approve()],
    ["A message without a known sender is refused", () => this.#refuse()],
    ["The session ends, and the server with it", () => this.#stop()],
  ];

  /** Ends what is still running after a step has failed. */
  async abort(): Promise<void> {
    this.#listening.abort();
    await this.#session?.stop();
    await this.#streamEnded;
  }

  get #open(): StandIn {
    if (this.#session === undefined) throw new Error("There is no session");
    return this.#session;
  }

  async #start(): Promise<void> {
    this.#session = await this.#stage.start({
      onEvent: (event) => this.#events.put(event),
      onVerdict: (verdict) => this.#verdicts.put(verdict),
    });
    const { capabilities } = this.#session;
    show(`capabilities: ${capabilities.join(", ")}`);
    expect(capabilities.includes("claude/channel"), "The server declares no channel");
  }

  async #listen(): Promise<void> {
    const { sender } = this.#stage;
    show(`$ ${sender.listenCurl}`);
    const { signal } = this.#listening;
    const { ended } = await sender.listen((text) => this.#stream.put(text), signal);
    this.#streamEnded = ended;
    await this.#showStream(": connected");
  }

  async #alert(): Promise<void> {
    const target = "/ci?severity=high&run_id=1234";
    await this.#post(ALERT, "ok", target);
    const { meta } = await this.#showEvent(ALERT);
    expect(meta?.severity === "high" && meta.run_id === "1234", "The attributes are missing");
  }

  async #chat(): Promise<void> {
    await this.#post(CHAT_MESSAGE, "ok");
    const { meta } = await this.#showEvent(CHAT_MESSAGE);
    expect(meta?.chat_id !== undefined, "The event has no chat_id");
    this.#chatId = meta?.chat_id ?? "";
  }

  async #reply(): Promise<void> {
    const call = `reply(chat_id: "${this.#chatId}", text: "${CHAT_REPLY}")`;
    show(`Claude calls ${call}: ${await this.#open.reply(this.#chatId, CHAT_REPLY)}`);
    await this.#showStream(`Reply to ${this.#chatId}: ${CHAT_REPLY}`);
  }

  async #ask(): Promise<void> {
    await this.#open.requestPermission(PERMISSION_REQUEST);
    await this.#showStream(`Reply "yes ${PERMISSION_REQUEST.requestId}"`);
  }

  async #approve(): Promise<void> {
    const { requestId } = PERMISSION_REQUEST;
    await this.#post(`yes ${requestId}`, "verdict recorded");
    const verdict = await this.#verdicts.take("The verdict", DEMO_TIMEOUT_MS);
    show(`Claude Code hears: ${verdict.behavior} ${verdict.requestId}`);
    expect(verdict.behavior === "allow" && verdict.requestId === requestId, "The verdict is wrong");
  }

  async #refuse(): Promise<void> {
    const exchange = await this.#stage.sender.post("hi");
    showExchange(exchange);
    expect(exchange.status === 403, `Expected status 403, received ${exchange.status}`);
  }

  async #stop(): Promise<void> {
    const start = performance.now();
    const exitCode = await this.#open.stop();
    await this.#streamEnded;
    this.#session = undefined;
    show(`exit code ${exitCode} after ${Math.round(performance.now() - start)} ms`);
    expect(exitCode === 0, `Expected exit code 0, received ${exitCode}`);
  }

  async #post(body: string, answer: string, target = ""): Promise<void> {
    const exchange = await this.#stage.sender.post(body, { target, sender: DEMO_SENDER });
    showExchange(exchange);
    expect(exchange.text === answer, `Expected "${answer}", received "${exchange.text}"`);
  }

  async #showEvent(content: string): Promise<ChannelEvent> {
    const event = await this.#events.take("The event", DEMO_TIMEOUT_MS);
    show("Claude sees:");
    show(formatChannelTag("webhook", event));
    expect(event.content.startsWith(`${content}\n`), "The event has another content");
    return event;
  }

  async #showStream(part: string): Promise<void> {
    const text = await this.#stream.take("The message on the stream", DEMO_TIMEOUT_MS);
    show("On the stream:");
    show(text);
    expect(text.includes(part), `The stream does not show "${part}"`);
  }
}

/**
 * Runs the demo's steps one after the other and shows what happens.
 *
 * @returns The exit code: 0 when every step happened, 1 otherwise.
 */
export async function runScript(stage: DemoStage): Promise<number> {
  const script = new DemoScript(stage);
  let isTerminated = false;
  stage.terminated.then(() => isTerminated = true);
  for (const [index, [title, run]] of script.steps.entries()) {
    print(`${index + 1}. ${title}`);
    try {
      await run();
      expect(!isTerminated, "The process was asked to leave");
    } catch (error) {
      printProblem(`Step ${index + 1} did not happen (${title}): ${(error as Error).message}`);
      await script.abort();
      return 1;
    }
    print("");
  }
  print(`All ${script.steps.length} steps happened`);
  return 0;
}
