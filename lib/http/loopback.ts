/** The address that decides which process owns the port; `--host` adds another. */
export const HOSTNAME = "127.0.0.1";
