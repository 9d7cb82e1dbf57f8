import { truncate } from "../../text/truncate.ts";
import { refName } from "./git_ref.ts";
import { tryIdentifier } from "./identifier.ts";
import { joinTitle } from "./lines.ts";
import type { Shape, Trust } from "./shape.ts";

const MAX_TITLE_CODE_POINTS = 180;

/** The facts of a delivery; {@linkcode eventShape} makes a shape of them. */
export interface EventFacts
  extends Pick<Shape, "lines" | "rule" | "isWanted" | "url" | "burstKey" | "track"> {
  /** The type, such as `pipeline`. */
  readonly type: string;
  /** The action, such as `open`; missing if the type has no actions. */
  readonly action?: string | undefined;
  /** The parts of the title; missing ones are left out. */
  readonly title: readonly (string | undefined)[];
  /** @default {"info"} */
  readonly severity?: Shape["severity"] | undefined;
  readonly repo?: string | undefined;
  /** The project, of a system whose projects are no repositories. */
  readonly project?: string | undefined;
  /** The login of the person who did it. */
  readonly actor?: string | undefined;
  /** The number of the subject, without a sign before it. */
  readonly number?: string | undefined;
  /** A branch or tag of the repository itself. */
  readonly ref?: string | undefined;
  readonly trust?: Trust | undefined;
}

/** Makes a shape; a fact that is no identifier becomes no attribute. */
export function eventShape(facts: EventFacts): Shape {
  const { title, lines, url, severity = "info", rule, isWanted, burstKey, track } = facts;
  const type = tryIdentifier(facts.type) ?? "unknown";
  const action = tryIdentifier(facts.action);
  const meta = {
    project: tryIdentifier(facts.project),
    action,
    actor: tryIdentifier(facts.actor),
    number: tryIdentifier(facts.number),
    ref: tryIdentifier(refName(facts.ref)),
    trust: facts.trust,
  };
  return {
    title: truncate(joinTitle(title), MAX_TITLE_CODE_POINTS),
    lines,
    url,
    event: action === undefined ? type : `${type}.${action}`,
    severity,
    repo: tryIdentifier(facts.repo),
    meta: Object.fromEntries(
      Object.entries(meta).flatMap(([key, value]) => value === undefined ? [] : [[key, value]]),
    ),
    rule: `${type}: ${rule}`,
    isWanted,
    burstKey,
    track,
  };
}
