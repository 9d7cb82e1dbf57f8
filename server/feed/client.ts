import {
  formatChunk,
  formatSessionLine,
  LAST_CHUNK,
  MAX_LINE_BYTES,
  NEWS,
  PING,
  tryParseChallenge,
  VERDICT,
} from "../../lib/feed/feed_message.ts";
import { LineSplitter } from "../../lib/text/line_splitter.ts";
import { waitAtMost } from "../runtime/delay.ts";
import { LocalConnection, toText } from "./connection.ts";
import { createNonce, isProven, prove } from "./proof.ts";

/** Options of {@linkcode openFeed}. */
interface FeedOptions {
  /** The address of the port, such as `127.0.0.1:8788`. */
  readonly address: string;
  /** The secret of the state folder. */
  readonly secret: string;
  /**
   * Enters the session in the journal once the feed stands: before, its end could go unnoticed. Returns
   * its number there, or 0 for no session.
   */
  readonly enter: () => number;
  /** Called when there is something new in the journal, and once when the feed has begun. */
  readonly onNews?: () => void;
  /** Called when the news is a verdict for the session, and nothing else. */
  readonly onVerdict?: () => void;
  /** Called when the owner does not answer, and when it does again. */
  readonly onSilence?: (isSilent: boolean) => void;
  /**
   * The time between two questions to the owner, and for its answer, in milliseconds.
   *
   * @default {2500}
   */
  readonly pingMs?: number;
}

/** An open feed to the owner of the port. */
export interface Feed {
  /** Settles when either side has ended the feed. */
  readonly ended: Promise<void>;
  /** Tells the owner that the journal has news. */
  notify(): void;
  /** Ends the feed. Safe to call twice. */
  close(): void;
}

/**
 * The reason why there is no feed: a `stranger` has answered without a proof, or the port was `silent`
 * until the time was up.
 */
export type FeedRefusal = "stranger" | "silent";

/** The length of the last chunk, as the owner's answer ends with it. */
const END = "0\r";

/** The time in which the other side must prove itself, in milliseconds. */
const HANDSHAKE_MS = 2000;

/** The time that the owner has to end its side of a feed, in milliseconds. */
const CLOSE_MS = 1000;

/**
 * Asks the owner for its proof, and gives the session's proof once that holds.
 *
 * @returns What has come of the feed already.
 */
async function shakeHands(
  connection: LocalConnection,
  { address, secret }: FeedOptions,
): Promise<Uint8Array | FeedRefusal> {
  const nonce = createNonce();
  const asked = await connection.get(`/feed?nonce=${nonce}`);
  if (asked === undefined) return connection.isLate ? "silent" : "stranger";
  const found = asked.status === 200 ? tryParseChallenge(toText(asked)) : undefined;
  const isOwner = found !== undefined &&
    await isProven(secret, { side: "owner", address, nonce }, found.proof);
  if (!isOwner) return "stranger";
  const proof = await prove(secret, { side: "session", address, nonce: found.nonce });
  const begun = await connection.begin(`/feed?nonce=${found.nonce}&proof=${proof}`);
  return begun?.status === 200 ? begun.bytes : "silent";
}

/** The session's side of a feed that both sides have proven. */
class OpenFeed implements Feed {
  readonly #connection: LocalConnection;
  readonly #options: FeedOptions;
  readonly #begun = Promise.withResolvers<boolean>();
  readonly #ended = Promise.withResolvers<void>();
  readonly #splitter = new LineSplitter(MAX_LINE_BYTES);
  readonly #pinging: ReturnType<typeof setInterval>;
  #writing: Promise<unknown> = Promise.resolve();
  #owesNews = false;
  #isClosing = false;
  #isWaiting = false;
  #isSilent = false;

  constructor(connection: LocalConnection, options: FeedOptions) {
    this.#connection = connection;
    this.#options = options;
    this.#pinging = setInterval(() => this.#ping(), options.pingMs ?? 2500);
  }

  get begun(): Promise<boolean> {
    return this.#begun.promise;
  }

  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  /** Names the session, and reads until the end. */
  async run(session: number, first: Uint8Array): Promise<void> {
    this.#send(formatChunk(formatSessionLine(session)));
    const buffer = new Uint8Array(1024);
    for (let bytes: Uint8Array | undefined = first; bytes !== undefined && this.#take(bytes);) {
      bytes = await this.#connection.read(buffer);
    }
    clearInterval(this.#pinging);
    this.#connection.close();
    this.#begun.resolve(false);
    this.#ended.resolve();
  }

  notify(): void {
    // One line that waits stands for all: an owner that is stopped must not fill the memory.
    if (this.#owesNews) return;
    this.#owesNews = true;
    this.#writing = this.#writing.then(() => {
      this.#owesNews = false;
      return this.#connection.write(formatChunk(NEWS));
    });
  }

  close(): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    this.#send(LAST_CHUNK);
    waitAtMost(CLOSE_MS, this.#ended.promise).then(() => this.#connection.close());
  }

  #send(text: string): void {
    this.#writing = this.#writing.then(() => this.#connection.write(text));
  }

  /** Takes in what the owner says; returns `false` at its end. */
  #take(bytes: Uint8Array): boolean {
    if (bytes.length > 0) this.#hear();
    for (const line of this.#splitter.push(bytes)) {
      // The lengths of chunks are lines of their own. Only that of the last chunk has a meaning.
      const text = line.ok ? line.text : "";
      if (text === END) return false;
      if (text === VERDICT) this.#options.onVerdict?.();
      if (text !== NEWS) continue;
      this.#begun.resolve(true);
      this.#options.onNews?.();
    }
    return true;
  }

  #ping(): void {
    if (!this.#isWaiting) {
      this.#isWaiting = true;
      return this.#send(formatChunk(PING));
    }
    if (this.#isSilent) return;
    this.#isSilent = true;
    this.#options.onSilence?.(true);
  }

  #hear(): void {
    this.#isWaiting = false;
    if (!this.#isSilent) return;
    this.#isSilent = false;
    this.#options.onSilence?.(false);
  }
}

/**
 * Opens a feed. Both sides prove themselves on the connection that the feed then uses, so no other
 * process can take the owner's place in between.
 */
export async function openFeed(options: FeedOptions): Promise<Feed | FeedRefusal> {
  const { address, enter } = options;
  const connection = await LocalConnection.open({ address, timeoutMs: HANDSHAKE_MS });
  if (connection === undefined) return "silent";
  let feed: OpenFeed | undefined;
  try {
    const first = await shakeHands(connection, options);
    if (typeof first === "string") return first;
    const session = enter();
    feed = new OpenFeed(connection, options);
    feed.run(session, first);
    const hasBegun = await feed.begun;
    if (hasBegun) connection.keep();
    return hasBegun ? feed : "silent";
  } finally {
    if (feed === undefined) connection.close();
  }
}
