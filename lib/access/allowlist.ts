/** The rights of a sender. */
export interface SenderRights {
  /** The sender's events reach Claude. */
  readonly speak: boolean;
  /** The sender may answer permission requests. */
  readonly approve: boolean;
}

const NO_RIGHTS: SenderRights = Object.freeze({ speak: false, approve: false });

const SENDER_ID_REGEXP = /^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/;

/**
 * Tells whether a text can be a sender's id: 1 to 64 of `A-Z a-z 0-9 . _ @ -`, no leading sign.
 *
 * @example Usage
 * ```ts
 * import { isSenderId } from "@deno-channel/deno-channel";
 * import { assert, assertFalse } from "@std/assert";
 *
 * assert(isSenderId("ci@example.com"));
 * assertFalse(isSenderId("two words"));
 * ```
 */
export function isSenderId(text: string): boolean {
  return SENDER_ID_REGEXP.test(text);
}

/**
 * The senders that may speak or approve.
 *
 * The list is keyed on the identity of the sender and never on the chat: in a group, all members of
 * the chat would otherwise speak with the rights of the one that was let in.
 *
 * @example Usage
 * ```ts
 * import { Allowlist } from "@deno-channel/deno-channel";
 * import { assert, assertFalse } from "@std/assert";
 *
 * const allowlist = new Allowlist([["ci", { speak: true, approve: false }]]);
 * assert(allowlist.rightsOf("ci").speak);
 * assertFalse(allowlist.rightsOf("ci").approve);
 * assertFalse(allowlist.rightsOf("stranger").speak);
 * ```
 */
export class Allowlist {
  readonly #rights: ReadonlyMap<string, SenderRights>;

  /**
   * Constructs a new instance.
   *
   * @param entries Sender ids and their rights; of two entries for one sender the last counts.
   * @throws {TypeError} When an id is not one by {@linkcode isSenderId}.
   */
  constructor(entries: Iterable<readonly [string, SenderRights]>) {
    this.#rights = new Map(
      Array.from(entries, ([id, { speak, approve }]) => [id, { speak, approve }]),
    );
    for (const id of this.#rights.keys()) {
      if (!isSenderId(id)) {
        throw new TypeError(
          `Cannot add a sender to the allowlist: expected 1 to 64 letters, digits or "._@-", received "${id}"`,
        );
      }
    }
  }

  /** The number of senders on the list. */
  get size(): number {
    return this.#rights.size;
  }

  /** Tells whether a sender on the list may approve. */
  get hasApprover(): boolean {
    return Array.from(this.#rights.values()).some(({ approve }) => approve);
  }

  /**
   * The rights of a sender.
   *
   * @param senderId The id that the sender proved, or `null` or `undefined` for none.
   * @returns The rights; none at all for a sender that is not on the list.
   */
  rightsOf(senderId: string | null | undefined): SenderRights {
    return (senderId && this.#rights.get(senderId)) || NO_RIGHTS;
  }
}
