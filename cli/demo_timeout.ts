/** How long each thing that the demo waits for may take, in milliseconds. */
export const DEMO_TIMEOUT_MS = 5000;
