import { judgeVerdict, type NoEffect } from "../../lib/permission/permission.ts";
import type { Verdict } from "../../lib/permission/verdict.ts";
import type { JournalKeeper } from "../journal/keeper.ts";
import type { Dispatcher } from "./dispatcher.ts";

/** A verdict as a sender gives it. */
interface GivenVerdict extends Verdict {
  readonly sender: string;
  /** The way and the address that it came by. */
  readonly from: string;
}

/** The effect of a verdict: its number in the journal, or the reason why it has none. */
export type Settlement = { readonly ok: true; readonly seq: number } | NoEffect;

/** Options of {@linkcode settleVerdict}. */
interface SettleVerdictOptions {
  readonly keeper: Pick<JournalKeeper, "write">;
  readonly dispatcher: Pick<Dispatcher, "nextSeq" | "syncVerdicts">;
  /** `false` where permission requests are not relayed: then no verdict has an effect. */
  readonly relay: boolean;
}

/** Records a verdict, journals it as an answered event and hands it to the session that asked. */
export function settleVerdict(
  { requestId, behavior, sender, from }: GivenVerdict,
  { keeper, dispatcher, relay }: SettleVerdictOptions,
): Settlement {
  const nowMs = Date.now();
  const settlement = keeper.write((journal) =>
    journal.transaction(() => {
      const asked = relay ? journal.permissions.find(requestId) : [];
      const judgment = judgeVerdict(requestId, asked, nowMs);
      if (!judgment.ok) return judgment;
      const { id, session } = judgment.record;
      if (!journal.permissions.settle(id, { behavior, sender, from, nowMs })) {
        const message = `request "${requestId}" was answered`;
        return { ok: false, code: "answered", message } as const;
      }
      const outbound = { kind: "verdict", request_id: requestId, behavior, sender } as const;
      journal.outbound.insert(outbound, { session, recipient: sender, nowMs });
      const entry = { action: "verdict", actor: sender, subject: requestId };
      journal.audit.insert({ ...entry, detail: `${behavior}, ${from}` }, nowMs);
      const seq = dispatcher.nextSeq(journal);
      journal.events.insert({
        seq,
        state: "stored",
        session,
        storedAt: nowMs,
        source: "verdict",
        sender,
        meta: JSON.stringify({ request_id: requestId, behavior }),
        content: "",
      });
      journal.events.change(seq, "answer", nowMs);
      return { ok: true, seq, session } as const;
    })
  );
  if (settlement.ok) dispatcher.syncVerdicts(settlement.session);
  return settlement;
}
