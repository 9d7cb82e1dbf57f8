import { at, list, text } from "../shape/payload.ts";
import type { EventRule, HeaderReader, Scheme } from "../proof/scheme.ts";

/** What a delivery whose signature holds says of itself. */
export interface DeliveryNote {
  /** The type of the event, where the scheme says where it stands and it is there; else empty. */
  readonly event: string;
  /** The delivery id; that of a group of alerts can be 4,096 characters long. */
  readonly deliveryId: string | undefined;
  /**
   * Whether the id is as good as the delivery: signed with it, or sent by somebody who knows the
   * token and could make up the rest as well. Where it is not, whoever has caught a delivery can send
   * it again under another id, and only the body shows that it is the same.
   */
  readonly isIdProven: boolean;
}

/** What {@linkcode readDelivery} reads. */
interface DeliveryParts {
  /** The headers. */
  readonly headers: HeaderReader;
  /** The body, parsed; `undefined` for a body that is no JSON. */
  readonly payload: unknown;
  /** The delivery id that was signed, as the verification has it. */
  readonly signedId?: string | undefined;
}

const MAX_ID_LENGTH = 255;
const MAX_ALERTS_ID_LENGTH = 4096;

const EVENT_REGEXP = /^[ -~]{1,100}$/;

/** The first of several headers that is there once. */
function firstHeader(names: readonly string[], headers: HeaderReader): string | undefined {
  const value = names.map((name) => headers.get(name)).find((value) => value) ?? undefined;
  return value?.includes(",") ? undefined : value;
}

function readEvent({ headers = [], paths = [] }: EventRule, parts: DeliveryParts): string {
  const event = firstHeader(headers, parts.headers) ??
    paths.map((path) => text(parts.payload, path)).find((found) => found !== undefined);
  return event !== undefined && EVENT_REGEXP.test(event) ? event : "";
}

/**
 * The same alerts in the same state are the same delivery, whatever else of the body has changed. An
 * alert that ends and comes back has another start.
 */
function readAlertsId(payload: unknown): string | undefined {
  const key = text(payload, "groupKey");
  const alerts = list(payload, "alerts").map((alert) =>
    ["status", "fingerprint", "startsAt"].map((path) => text(alert, path))
  );
  if (key === undefined || alerts.length === 0 || alerts.flat().includes(undefined)) {
    return undefined;
  }
  return [text(payload, "status"), ...alerts.map((parts) => parts.join("@")).sort(), key].join(" ");
}

function withinLength(id: string | undefined, maxLength: number): string | undefined {
  return id !== undefined && id.length <= maxLength ? id : undefined;
}

/**
 * Reads the type and the id of a delivery whose signature holds.
 *
 * @param scheme Where they stand.
 * @param parts The headers, the parsed body, and the id where it was signed.
 */
export function readDelivery(scheme: Scheme, parts: DeliveryParts): DeliveryNote {
  const { id, proof } = scheme;
  const event = readEvent(scheme.event, parts);
  if (parts.signedId !== undefined) {
    return { event, deliveryId: parts.signedId, isIdProven: true };
  }
  const ofBody = id.isOfAlerts
    ? withinLength(readAlertsId(parts.payload), MAX_ALERTS_ID_LENGTH)
    : id.path === undefined
    ? undefined
    : withinLength(text(parts.payload, id.path), MAX_ID_LENGTH);
  const ofHeader = withinLength(firstHeader(id.headers ?? [], parts.headers), MAX_ID_LENGTH);
  return {
    event,
    deliveryId: ofBody ?? ofHeader,
    isIdProven: ofBody !== undefined || (ofHeader !== undefined && proof.type === "token"),
  };
}

/** The time that the body of a delivery carries, where the scheme has one there. */
export function readBodyTime({ bodyTime }: Scheme, payload: unknown): number | undefined {
  const found = bodyTime === undefined ? undefined : at(payload, bodyTime.path);
  return typeof found === "number" ? found : undefined;
}
