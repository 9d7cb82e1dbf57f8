import type { TlsKeyPair } from "../server/port/listener.ts";

/**
 * A self-signed certificate for `localhost`, `127.0.0.1` and `[::1]` until 2120. Its key was made for
 * the tests and protects nothing.
 */
export const TLS_KEY_PAIR: TlsKeyPair = {
  cert: `-----BEGIN CERTIFICATE-----
MIIBVTCB/aADAgECAgEBMAoGCCqGSM49BAMCMBQxEjAQBgNVBAMMCWxvY2FsaG9z
dDAgFw0yMDAxMDEwMDAwMDBaGA8yMTIwMDEwMTAwMDAwMFowFDESMBAGA1UEAwwJ
bG9jYWxob3N0MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEcBEssZv6xpncJAPM
BuOh6H87fJKcUckvCG+bjr3btFYRzTT0Y+LaAE+Kqo1CZ391A8rDiv3pKNDILsXV
0786d6M+MDwwLAYDVR0RBCUwI4IJbG9jYWxob3N0hwR/AAABhxAAAAAAAAAAAAAA
AAAAAAABMAwGA1UdEwEB/wQCMAAwCgYIKoZIzj0EAwIDRwAwRAIgGOi+eR47Lo68
hLVQAdEHUhAthU46qOyK0a8zEHIbS4gCIClI6FpH4cmjDsIgFwHzGdHOA6qhnCkT
CnLkzh5+52XG
-----END CERTIFICATE-----
`,
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgj9Xat1yNcVTW2/qC
YK4VEjgfRrKzisObEzCjS3rzMdehRANCAARwESyxm/rGmdwkA8wG46Hofzt8kpxR
yS8Ib5uOvdu0VhHNNPRj4toAT4qqjUJnf3UDysOK/eko0MguxdXTvzp3
-----END PRIVATE KEY-----
`,
};
