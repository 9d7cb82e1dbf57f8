import { formatChannelTag } from "../../lib/event/format_channel_tag.ts";
import { REQUEST_ID_LETTERS } from "../../lib/permission/request_id.ts";
import { DEMO_SENDER, type DemoStage } from "./stage.ts";
import type { StandIn } from "./stand_in.ts";
import { print } from "../shared/terminal.ts";

const COMMANDS = "/reply <chat_id> <text>, /ask <tool> <preview>, /quit";

function makeRequestId(): string {
  const random = crypto.getRandomValues(new Uint8Array(5));
  return Array.from(random, (byte) => REQUEST_ID_LETTERS.charAt(byte % REQUEST_ID_LETTERS.length))
    .join("");
}

/** Runs one typed line; returns whether to go on. */
async function runLine(line: string, session: StandIn): Promise<boolean> {
  const [, command, first = "", rest = ""] = /^(\/\w+)(?:\s+(\S+))?(?:\s+(.*))?$/.exec(line) ?? [];
  if (command === "/quit") return false;
  if (command === "/reply" && first !== "" && rest !== "") {
    print(await session.reply(first, rest));
  } else if (command === "/ask" && first !== "") {
    const requestId = makeRequestId();
    await session.requestPermission({
      requestId,
      toolName: first,
      description: `Run ${first}`,
      inputPreview: rest,
    });
    print(`asked: answer with "yes ${requestId}" or "no ${requestId}"`);
  } else if (line !== "") {
    print(`Not understood: "${line}". There is ${COMMANDS}`);
  }
  return true;
}

/** Runs typed lines until the end of input. */
async function runLines(session: StandIn): Promise<void> {
  let rest = "";
  for await (const chunk of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
    const typed = (rest + chunk).split(/\r?\n/);
    rest = typed.pop() ?? "";
    for (const line of typed) {
      if (!await runLine(line.trim(), session)) return;
    }
  }
}

/**
 * Stands in for Claude: shows events as they arrive and runs typed lines, until the process is asked to
 * leave.
 */
export async function runInteractive(stage: DemoStage): Promise<number> {
  const session = await stage.start({
    onEvent: (event) => print(formatChannelTag("webhook", event)),
    onVerdict: ({ behavior, requestId }) => print(`verdict: ${behavior} ${requestId}`),
  });
  print("You stand in for Claude now. In another terminal:");
  print(`  ${stage.sender.listenCurl}`);
  print(`  ${stage.sender.postCurl("hello", { sender: DEMO_SENDER })}`);
  print(`Here: ${COMMANDS}\n`);

  await Promise.race([runLines(session), stage.terminated]);
  return await session.stop();
}
