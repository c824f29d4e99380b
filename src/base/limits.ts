/**
 * Limits that are part of the security promise and that a sysop cannot change (docs/security.md
 * names the rule of each). Limits that a sysop can change are in config/schema.ts.
 */
export const LIMITS = {
  /** Longest line that a view or prompt accepts, in characters (rule F6). */
  lineCharacters: 255,
  /** Keys that may wait for the next screen (rule F6). */
  typeAheadBytes: 4096,
  /** Bytes queued for a caller before the connection is closed (rule F9). */
  outputQueueBytes: 256 * 1024,
  /** How long a full output queue may make no progress (rule F9). */
  outputStallMs: 30_000,
  /** Sub-negotiation buffer of a telnet caller (rule F2). */
  subnegotiationBytes: 512,
  /** Telnet option negotiations a peer may send within ten seconds (rule F3). */
  negotiationsPer10s: 64,
  /**
   * Bytes that a caller may send before sign-in, those of the protocol itself included (rule E6).
   */
  preAuthBytes: 1024 * 1024,
  /** SSH pty size, columns and rows (rule E8). */
  ptyMax: 500,
  /** Columns and rows of a screen before sign-in (rule M8). */
  preAuthColumns: 132,
  preAuthRows: 60,
  /** Length of a terminal's name (rule E8). */
  terminalTypeCharacters: 40,
  /**
   * Environment variables of an SSH session (rule E8), and how many may be offered without effect
   * (rule E6).
   */
  environmentCount: 8,
  environmentBytes: 256,
  environmentOffers: 512,
  /** Unsupported requests on one SSH connection (rule E6). */
  sshRefusals: 10,
  /**
   * Largest WebSocket message, its frames, and the number of pieces in which one frame may arrive
   * (rule G1).
   */
  webSocketBytes: 64 * 1024,
  webSocketFragments: 64,
  webSocketPieces: 256,
  /** TLS and the WebSocket request together (rule G1). */
  webSocketHandshakeMs: 10_000,
  /** Pings and pongs that a WebSocket peer may send within ten seconds. */
  webSocketControlsPer10s: 64,
  /**
   * Time between pings; a peer that leaves one unanswered until the next is disconnected (rule G4).
   */
  webSocketPingMs: 30_000,
  /** Largest hjson file and deepest nesting, checked before it is parsed. */
  hjsonBytes: 2 * 1024 * 1024,
  hjsonDepth: 64,
  /**
   * Values in a file after its includes and references, and the number of files that it may
   * include.
   */
  hjsonValues: 2_000_000,
  hjsonIncludes: 256,
  /** Longest ACS string and deepest nesting. */
  acsCharacters: 4096,
  acsDepth: 64,
  /** Largest art file. */
  artBytes: 1024 * 1024,
  /** How long a proxy's connection may take to send its header, and its longest one (rule G3). */
  proxyHeaderMs: 5_000,
  proxyHeaderBytes: 1024,
  /** An rlogin client's greeting: how long it may take, and its bytes (rule F6). */
  rloginGreetingMs: 10_000,
  rloginGreetingBytes: 2_048,
  /** HTTP body and header bytes, whole request time (rule D10). */
  httpBodyBytes: 16 * 1024,
  httpHeaderBytes: 8 * 1024,
  httpRequestMs: 10_000,
  /** Longest password in bytes, longest in code points (rule C1). */
  passwordBytes: 1024,
  /** Longest wait for one store call before the caller is asked to try later. */
  storeMs: 6_000,
  /** The same for the sysop's tool: listing a million accounts takes longer. */
  toolStoreMs: 600_000,
  /**
   * Life of the link with which the owner of an imported account sets a password, from the moment its mail has gone
   * out, and how long the mail may wait for that.
   */
  firstPasswordDays: 7,
  firstPasswordWaitDays: 30,
  /** How long a module of others may take without asking or showing the caller anything (rule P5). */
  ownModuleMs: 20_000,
  /** From SIGTERM to exit (rule L18). */
  shutdownMs: 10_000,
} as const;
