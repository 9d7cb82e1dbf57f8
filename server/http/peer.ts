import {
  type AddressRange,
  findClientAddress,
  isAddressIn,
} from "../../lib/http/client_address.ts";
import { networkOf } from "../../lib/http/ip_address.ts";

/** What is known of a listener. */
export interface ListenerInfo {
  /** Whether only this machine reaches it. */
  readonly isLoopback: boolean;
  /** Whether it speaks TLS. */
  readonly isSecure: boolean;
  /** Whether only trusted proxies may connect to it. */
  readonly isForProxies: boolean;
  /** Whether it is the one at which the processes of the state folder find each other. */
  readonly hasFeeds: boolean;
}

/** The other end of a request. */
export interface Peer {
  /** The listener that it has connected to. */
  readonly listener: ListenerInfo;
  /** The address that the request comes from, behind the proxies that are believed. */
  readonly address: string;
  /** The address as limits count it. */
  readonly network: string;
  /** Whether nobody on the way can read along: TLS, or a proxy that says so. */
  readonly isSecure: boolean;
  /** Whether the connection was made by a trusted proxy. */
  readonly isProxy: boolean;
}

/** What a {@linkcode RemotePeer} is made of. */
export interface RemotePeerOptions {
  /** The listener that it has connected to. */
  readonly listener: ListenerInfo;
  /** The proxies whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: readonly AddressRange[];
  /** The connection; its address is read only when it is needed. */
  readonly connection: { readonly remoteAddr: Deno.NetAddr };
}

/**
 * Creates the other end of all requests at a listener that only this machine reaches, without proxies:
 * whatever their addresses are, they are of this machine. One for all, because the runtime's account of
 * each connection costs a tenth of a request.
 *
 * @param listener The listener.
 * @param address Its address.
 */
export function createLocalPeer(listener: ListenerInfo, address: string): Peer {
  const network = networkOf(address);
  return { listener, address, network, isSecure: listener.isSecure, isProxy: false };
}

/** The way by which a request has proven its sender, and where it comes from, for the audit. */
export function formatOrigin(way: string, { address }: Pick<Peer, "address">): string {
  return `${way} from ${address}`;
}

/** The other end of one request. */
export class RemotePeer implements Peer {
  readonly #options: RemotePeerOptions;
  readonly #headers: Headers;
  #address: string | undefined;

  /** Constructs a new instance. */
  constructor({ headers }: Pick<Request, "headers">, options: RemotePeerOptions) {
    this.#headers = headers;
    this.#options = options;
  }

  /** As in a peer. */
  get listener(): ListenerInfo {
    return this.#options.listener;
  }

  /** As in a peer. */
  get address(): string {
    const { connection, trustedProxies } = this.#options;
    return this.#address ??= findClientAddress({
      remote: connection.remoteAddr.hostname,
      forwardedFor: trustedProxies.length === 0 ? null : this.#headers.get("x-forwarded-for"),
      trustedProxies,
    });
  }

  /** As in a peer. */
  get network(): string {
    return networkOf(this.address);
  }

  /** As in a peer. */
  get isSecure(): boolean {
    return this.listener.isSecure ||
      (this.isProxy && this.#headers.get("x-forwarded-proto") === "https");
  }

  /** As in a peer. */
  get isProxy(): boolean {
    const { connection, trustedProxies } = this.#options;
    return isAddressIn(connection.remoteAddr.hostname, trustedProxies);
  }
}
