/** The facts about a listener. */
export interface ListenerInfo {
  /** Only this machine reaches it. */
  readonly isLoopback: boolean;
  /** It speaks TLS. */
  readonly isSecure: boolean;
  /** Only trusted proxies may connect to it. */
  readonly isForProxies: boolean;
  /** The processes of the state folder find each other there. */
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
  /** The connection is encrypted: by TLS, or by TLS in front of a proxy that says so. */
  readonly isSecure: boolean;
  /** A trusted proxy made the connection. */
  readonly isProxy: boolean;
  /** Finds the key by which limits count an address. */
  networkOf(address: string): string;
}

/**
 * Creates the other end of all requests at a listener that only this machine reaches, without proxies:
 * its address does not matter. One for all, because the runtime's account of each connection costs a
 * tenth of a request.
 */
export function createLocalPeer(listener: ListenerInfo, address: string): Peer {
  return {
    listener,
    address,
    network: address,
    isSecure: listener.isSecure,
    isProxy: false,
    networkOf: (address) => address,
  };
}

/** Says for the audit how a request has proven its sender, and from where. */
export function formatOrigin(way: string, { address }: Pick<Peer, "address">): string {
  return `${way} from ${address}`;
}
