import type { ListenerInfo, Peer } from "../../server/http/peer.ts";
import { RemotePeer, type RemotePeerOptions } from "../../server/http/remote_peer.ts";

/** A listener that only this machine reaches. */
export const LOOPBACK: ListenerInfo = {
  isLoopback: true,
  isSecure: false,
  isForProxies: false,
  hasFeeds: true,
};

/** Options of {@linkcode createPeer}. */
export interface FakePeerOptions extends Partial<Omit<RemotePeerOptions, "connection">> {
  /** The address at the other end of the connection. */
  readonly address?: string;
  /** The request. */
  readonly request?: Pick<Request, "headers">;
}

/** The other end of a connection that does not exist. */
export function createPeer(options: FakePeerOptions = {}): Peer {
  const { address = "127.0.0.1", request = { headers: new Headers() }, ...rest } = options;
  const remoteAddr = { transport: "tcp", hostname: address, port: 50_000 } as const;
  return new RemotePeer(request, {
    listener: LOOPBACK,
    trustedProxies: [],
    connection: { remoteAddr },
    ...rest,
  });
}
