import { findClientAddress, isAddressIn, networkOf } from "../../lib/http/client_address.ts";
import type { AddressRange } from "../../lib/http/ip_address.ts";
import type { ListenerInfo, Peer } from "./peer.ts";

/** Options of a {@linkcode RemotePeer}. */
export interface RemotePeerOptions {
  readonly listener: ListenerInfo;
  /** The proxies whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: readonly AddressRange[];
  /** The connection; its address is read only when it is needed. */
  readonly connection: { readonly remoteAddr: Deno.NetAddr };
}

/** The other end of one request that other machines or proxies may have made. */
export class RemotePeer implements Peer {
  readonly #options: RemotePeerOptions;
  readonly #headers: Headers;
  #address: string | undefined;
  readonly networkOf = networkOf;

  constructor({ headers }: Pick<Request, "headers">, options: RemotePeerOptions) {
    this.#headers = headers;
    this.#options = options;
  }

  get listener(): ListenerInfo {
    return this.#options.listener;
  }

  get address(): string {
    const { connection, trustedProxies } = this.#options;
    return this.#address ??= findClientAddress({
      remote: connection.remoteAddr.hostname,
      forwardedFor: trustedProxies.length === 0 ? null : this.#headers.get("x-forwarded-for"),
      trustedProxies,
    });
  }

  get network(): string {
    return networkOf(this.address);
  }

  get isSecure(): boolean {
    return this.listener.isSecure ||
      (this.isProxy && this.#headers.get("x-forwarded-proto") === "https");
  }

  get isProxy(): boolean {
    const { connection, trustedProxies } = this.#options;
    return isAddressIn(connection.remoteAddr.hostname, trustedProxies);
  }
}
