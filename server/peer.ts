import { type AddressRange, findClientAddress, isAddressIn } from "../lib/client_address.ts";

/** What is known of a listener. */
export interface ListenerInfo {
  /** Whether only this machine reaches it. */
  readonly isLoopback: boolean;
  /** Whether it speaks TLS. */
  readonly isSecure: boolean;
  /** Whether only trusted proxies may connect to it. */
  readonly isForProxies: boolean;
}

/** What a {@linkcode Peer} is made of. */
export interface PeerOptions {
  /** The listener that it has connected to. */
  readonly listener: ListenerInfo;
  /** The proxies whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: readonly AddressRange[];
  /** The connection; its address is read only when it is needed. */
  readonly connection: { readonly remoteAddr: Deno.NetAddr };
}

/** The other end of a request. */
export class Peer {
  readonly #options: PeerOptions;
  readonly #headers: Headers;
  #address: string | undefined;

  /** Constructs a new instance. */
  constructor({ headers }: Pick<Request, "headers">, options: PeerOptions) {
    this.#headers = headers;
    this.#options = options;
  }

  /** The listener that it has connected to. */
  get listener(): ListenerInfo {
    return this.#options.listener;
  }

  /** The address that the request comes from, behind the proxies that are believed. */
  get address(): string {
    const { connection, trustedProxies } = this.#options;
    return this.#address ??= findClientAddress({
      remote: connection.remoteAddr.hostname,
      forwardedFor: trustedProxies.length === 0 ? null : this.#headers.get("x-forwarded-for"),
      trustedProxies,
    });
  }

  /** Whether nobody on the way can read along: TLS, or a proxy that says so. */
  get isSecure(): boolean {
    return this.listener.isSecure ||
      (this.isProxy && this.#headers.get("x-forwarded-proto") === "https");
  }

  /** Whether the connection was made by a trusted proxy. */
  get isProxy(): boolean {
    const { connection, trustedProxies } = this.#options;
    return isAddressIn(connection.remoteAddr.hostname, trustedProxies);
  }
}
