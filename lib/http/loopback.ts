/** The address that decides who holds the port; others may be listened on besides. */
export const HOSTNAME = "127.0.0.1";
