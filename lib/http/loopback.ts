/** The address that decides which process owns the port; `--host` adds another. */
export const HOSTNAME = "127.0.0.1";

/** The other address of this machine, which the name `localhost` may lead to first. */
export const IPV6_HOSTNAME = "[::1]";
