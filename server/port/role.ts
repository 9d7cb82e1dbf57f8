/**
 * The role of this process at the port: it owns the port and serves all sessions, or follows the owner.
 *
 * @module
 */

import { Allowlist } from "../../lib/access/allowlist.ts";
import type { GatewayOptions } from "../../lib/cli/serve_options.ts";
import { VERSION } from "../../lib/version.ts";
import type { AccessStore } from "../access/store.ts";
import { type Feed, type FeedRefusal, openFeed } from "../feed/client.ts";
import { createNonce } from "../feed/proof.ts";
import { pause } from "../runtime/delay.ts";
import { HttpListener, type TlsKeyPair } from "./listener.ts";
import { JournalError } from "../journal/error.ts";
import type { JournalKeeper } from "../journal/keeper.ts";
import type { Logger } from "../runtime/log.ts";
import { Owner } from "./owner.ts";
import { createLocalPeer, type ListenerInfo } from "../http/peer.ts";
import type { SessionAgent } from "../session/agent.ts";
import { HOSTNAME, IPV6_HOSTNAME } from "../../lib/http/loopback.ts";

/** The advice to a session that waits for the port. */
const MEANWHILE = "Tools work; events arrive once the port is free";

/** The time until the owner is asked again while the journal of this process fails, in milliseconds. */
const JOURNAL_PAUSE_MS = 1000;

/** The time after which the owner is asked again where a feed has ended sooner, in milliseconds. */
const FEED_PAUSE_MS = 100;

/** Options of a {@linkcode PortRole}. */
interface PortRoleOptions {
  readonly options: GatewayOptions;
  readonly keeper: JournalKeeper;
  readonly stateDir: string;
  readonly access: AccessStore;
  /** The key of the second listener; plain HTTP without it. */
  readonly tls?: TlsKeyPair | undefined;
  /** The session of this process, where it has one. */
  readonly agent?: SessionAgent;
  readonly log: Logger;
}

export class PortRole {
  readonly #options: PortRoleOptions;
  readonly #listener: HttpListener;
  /** The listener of `--host`, while this process owns the port. */
  #second: HttpListener | undefined;
  /** The listener on `[::1]`, while this process owns the port. */
  #ipv6: HttpListener | undefined;
  #owner: Owner | undefined;
  #feed: Feed | undefined;

  /** Tries to bind the port at once. */
  constructor(options: PortRoleOptions) {
    this.#options = options;
    this.#listener = new HttpListener({
      hostname: HOSTNAME,
      port: options.options.port,
      log: options.log,
      meanwhile: options.agent && MEANWHILE,
      handler: this.#createHandler(
        { isLoopback: true, isSecure: false, isForProxies: false, hasFeeds: true },
        HOSTNAME,
      ),
      onBound: () => this.#begin(),
      follow: (signal) => this.#follow(signal),
    });
    this.#listener.bound.then(({ port }) =>
      options.log.info(`Listening on http://${HOSTNAME}:${port}`)
    );
  }

  /** Tells the owner, this process or another, that the journal has news. */
  notify(): void {
    if (this.#owner !== undefined) this.#owner.sync(this.#options.agent?.sessionId ?? 0);
    else this.#feed?.notify();
  }

  /** Enters the session of this process in the journal, which can be used now or is another one. */
  join(): void {
    const { agent } = this.#options;
    if (agent === undefined) return;
    const { sessionId } = agent;
    try {
      if (this.#owner !== undefined) {
        agent.register();
        this.#owner.attach(agent);
      } else if (this.#feed !== undefined) {
        agent.register();
        // The owner knows the session by its number in a journal that is gone: it comes again.
        if (agent.sessionId !== sessionId) this.#feed.close();
      }
      agent.sync();
    } catch (error) {
      // The keeper has reported a failure, and calls this again when the journal can be used; also where
      // another one has begun between the two lines, which does not know the session.
      if (!(error instanceof JournalError || error instanceof RangeError)) throw error;
    }
  }

  /** Leaves the port to others. Safe to call twice. */
  async close(): Promise<void> {
    this.#feed?.close();
    await this.#resign();
    await this.#listener.close();
  }

  #getOwner(): Owner {
    const { options, keeper, stateDir, access, log } = this.#options;
    const getIpv6State = () => this.#ipv6?.state ?? "off";
    const { network, trustedHeaderApproves: approve } = options;
    const { hostname } = network.listen ?? {};
    return this.#owner ??= new Owner({
      ...options,
      keeper,
      stateDir,
      access,
      log,
      allowlist: new Allowlist(
        options.trustedSenders.map((sender) => [sender, { speak: true, approve }]),
      ),
      allowedHosts: [...network.allowedHosts, ...(hostname === undefined ? [] : [hostname])],
      health: {
        name: "deno-channel",
        version: VERSION,
        pid: Deno.pid,
        get ipv6_loopback() {
          return getIpv6State();
        },
      },
    });
  }

  #createHandler(listener: ListenerInfo, hostname: string): Deno.ServeHandler<Deno.NetAddr> {
    const { trustedProxies } = this.#options.options.network;
    if (listener.isLoopback && trustedProxies.length === 0) {
      const peer = createLocalPeer(listener, hostname);
      return (request) => this.#getOwner().app(request, peer);
    }
    // Loads the library that judges addresses, which other sessions do without.
    const loading = import("../http/remote_peer.ts");
    return async (request, connection) => {
      const { RemotePeer } = await loading;
      const peer = new RemotePeer(request, { listener, trustedProxies, connection });
      return this.#getOwner().app(request, peer);
    };
  }

  #begin(): void {
    this.#getOwner().start();
    this.#second ??= this.#listenElsewhere();
    this.#ipv6 ??= this.#listenOnIpv6();
    this.join();
  }

  #listenElsewhere(): HttpListener | undefined {
    const { options: { network }, tls, agent, log } = this.#options;
    const { listen } = network;
    if (listen === undefined) return undefined;
    const { hostname, port, isLoopback } = listen;
    const isForProxies = !isLoopback && tls === undefined;
    const listener = new HttpListener({
      hostname,
      port,
      log,
      meanwhile: agent && MEANWHILE,
      handler: this.#createHandler(
        { isLoopback, isSecure: tls !== undefined, isForProxies, hasFeeds: false },
        hostname,
      ),
      ...(tls && { tls }),
    });
    const scheme = tls === undefined ? "http" : "https";
    listener.bound.then(({ port }) => log.info(`Listening on ${scheme}://${hostname}:${port}`));
    return listener;
  }

  /**
   * Listens on IPv6 as well, because a stranger there would get the requests and tokens of programs
   * that call the server `localhost`.
   */
  #listenOnIpv6(): HttpListener | undefined {
    const { options: { network, port }, log } = this.#options;
    const address = `${IPV6_HOSTNAME}:${port}`;
    const isListening = network.listen?.hostname === IPV6_HOSTNAME && network.listen.port === port;
    const { state } = Deno.permissions.querySync({ name: "net", host: address });
    // With port 0, no program knows the address beforehand.
    if (port === 0 || isListening || state !== "granted") return undefined;
    return new HttpListener({
      hostname: IPV6_HOSTNAME,
      port,
      log,
      isOptional: true,
      retryMs: 5000,
      meanwhile: `Use ${HOSTNAME}: the name "localhost" may lead to that program`,
      handler: this.#createHandler(
        { isLoopback: true, isSecure: false, isForProxies: false, hasFeeds: false },
        IPV6_HOSTNAME,
      ),
    });
  }

  async #resign(): Promise<void> {
    const owner = this.#owner;
    const others = [this.#second, this.#ipv6];
    this.#owner = undefined;
    this.#second = undefined;
    this.#ipv6 = undefined;
    await owner?.stop();
    await Promise.all(others.map((listener) => listener?.close()));
  }

  async #follow(signal: AbortSignal): Promise<"followed" | FeedRefusal> {
    const { options, keeper, log } = this.#options;
    await this.#resign();
    const feed = await this.#openFeed();
    if (typeof feed === "string") {
      // The keeper has named the cause. The holder of the port may be the owner, and is not to blame.
      if (keeper.isUsable) return feed;
      await pause(JOURNAL_PAUSE_MS, signal);
      return "followed";
    }
    const begunAt = performance.now();
    log.info(`Sharing ${HOSTNAME}:${options.port} with the process that holds it`);
    this.#feed = feed;
    const leave = () => feed.close();
    signal.addEventListener("abort", leave, { once: true });
    if (signal.aborted) leave();
    await feed.ended;
    signal.removeEventListener("abort", leave);
    this.#feed = undefined;
    // Another journal may have begun; the session enters it with the next feed.
    keeper.refresh();
    // A feed that ends as soon as it has begun would be opened again and again without a pause.
    if (performance.now() - begunAt < FEED_PAUSE_MS) await pause(FEED_PAUSE_MS, signal);
    return "followed";
  }

  async #openFeed(): Promise<Feed | FeedRefusal> {
    const { options, keeper, agent, log } = this.#options;
    const address = `${HOSTNAME}:${options.port}`;
    try {
      keeper.refresh();
      const secret = keeper.secret(createNonce);
      return await openFeed({
        address,
        secret,
        enter: () => {
          agent?.register();
          return agent?.sessionId ?? 0;
        },
        onNews: () => agent?.sync(),
        onVerdict: () => agent?.syncVerdicts(),
        onSilence: (isSilent) =>
          isSilent
            ? log.warn(
              `The process that holds ${address} does not answer. ` +
                "Tools work; events arrive once it does",
            )
            : log.info(`The process that holds ${address} answers again`),
      });
    } catch (error) {
      if (error instanceof JournalError) return "silent";
      throw error;
    }
  }
}
