import { at, list, text } from "../shape/payload.ts";
import type { EventRule, HeaderReader, Scheme } from "../proof/scheme.ts";

/** The type and the id of a delivery whose signature holds. */
export interface DeliveryNote {
  /** The type of the event; empty if the scheme does not say where it is, or if it is missing. */
  readonly event: string;
  /** The delivery id; that of a group of alerts can be 4,096 characters long. */
  readonly deliveryId: string | undefined;
  /**
   * Set if the id is signed, or if its sender knows the token and could invent the rest as well.
   * Otherwise an attacker who captured a delivery can send it again under another id, and only the
   * body detects the duplicate.
   */
  readonly isIdProven: boolean;
}

interface DeliveryParts {
  readonly headers: HeaderReader;
  /** The parsed body; `undefined` for a body that is no JSON. */
  readonly payload: unknown;
  /** The delivery id from the verification, if it is signed. */
  readonly signedId?: string | undefined;
}

const MAX_ID_LENGTH = 255;
const MAX_ALERTS_ID_LENGTH = 4096;

const EVENT_REGEXP = /^[ -~]{1,100}$/;

/** Returns the first header that is present, unless it came twice. */
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
 * Makes an id of the alerts and their state; the rest of the body may change between two attempts.
 * An alert that ends and returns has another start.
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

/** Reads the type and the id of a delivery whose signature holds. */
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

/** Reads the time in the body, if the scheme has one there. */
export function readBodyTime({ bodyTime }: Scheme, payload: unknown): number | undefined {
  const found = bodyTime === undefined ? undefined : at(payload, bodyTime.path);
  return typeof found === "number" ? found : undefined;
}
