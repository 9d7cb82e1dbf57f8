/**
 * The journal's schema and the migrations from each version to the next.
 *
 * Times are milliseconds since the epoch. A migration that was released is never changed: a new one is
 * added. It only adds to the schema, because processes of earlier versions go on with the same journal.
 *
 * @module
 */

/** The migration at index `n` leads from version `n` to `n + 1`. */
export const MIGRATIONS: readonly string[] = [
  `CREATE TABLE settings (
     key TEXT PRIMARY KEY,
     value TEXT NOT NULL
   ) STRICT, WITHOUT ROWID;

   CREATE TABLE sessions (
     id INTEGER PRIMARY KEY AUTOINCREMENT,
     key TEXT NOT NULL,
     project TEXT NOT NULL,
     repository TEXT,
     pid INTEGER NOT NULL,
     started_at INTEGER NOT NULL,
     active_at INTEGER NOT NULL,
     offered_at INTEGER,
     deaf_at INTEGER,
     ended_at INTEGER
   ) STRICT;
   CREATE INDEX sessions_open ON sessions (id) WHERE ended_at IS NULL;

   CREATE TABLE events (
     seq INTEGER PRIMARY KEY,
     state TEXT NOT NULL,
     session INTEGER,
     attempts INTEGER NOT NULL,
     stored_at INTEGER NOT NULL,
     pushed_at INTEGER,
     seen_at INTEGER,
     answered_at INTEGER,
     expired_at INTEGER,
     source TEXT NOT NULL,
     sender TEXT NOT NULL,
     chat TEXT,
     target TEXT,
     repository TEXT,
     delivery TEXT,
     duplicate_of INTEGER,
     note TEXT,
     meta TEXT NOT NULL,
     content TEXT NOT NULL,
     raw BLOB
   ) STRICT;
   CREATE INDEX events_by_state ON events (state, session);
   CREATE INDEX events_by_delivery ON events (sender, delivery, stored_at)
     WHERE delivery IS NOT NULL;

   CREATE TABLE outbound (
     id INTEGER PRIMARY KEY AUTOINCREMENT,
     at INTEGER NOT NULL,
     kind TEXT NOT NULL,
     session INTEGER,
     data TEXT NOT NULL
   ) STRICT;

   CREATE TABLE permissions (
     id INTEGER PRIMARY KEY AUTOINCREMENT,
     request TEXT NOT NULL,
     session INTEGER NOT NULL,
     tool TEXT NOT NULL,
     description TEXT NOT NULL,
     preview TEXT NOT NULL,
     opened_at INTEGER NOT NULL,
     expires_at INTEGER NOT NULL,
     behavior TEXT,
     sender TEXT,
     settled_at INTEGER,
     delivered_at INTEGER
   ) STRICT;
   CREATE INDEX permissions_by_request ON permissions (request, id);
   CREATE INDEX permissions_to_deliver ON permissions (session)
     WHERE settled_at IS NOT NULL AND delivered_at IS NULL;

   CREATE TABLE audit (
     id INTEGER PRIMARY KEY AUTOINCREMENT,
     at INTEGER NOT NULL,
     action TEXT NOT NULL,
     actor TEXT NOT NULL,
     subject TEXT NOT NULL,
     detail TEXT NOT NULL
   ) STRICT;`,

  `ALTER TABLE outbound ADD COLUMN recipient TEXT;

   ALTER TABLE permissions ADD COLUMN settled_from TEXT;
   ALTER TABLE permissions ADD COLUMN closed_at INTEGER;
   CREATE INDEX permissions_open ON permissions (session)
     WHERE settled_at IS NULL AND closed_at IS NULL;

   ALTER TABLE audit ADD COLUMN times INTEGER NOT NULL DEFAULT 1;`,
  `ALTER TABLE events ADD COLUMN digest TEXT;
   ALTER TABLE events ADD COLUMN rule TEXT;
   CREATE INDEX events_by_digest ON events (sender, digest, stored_at) WHERE digest IS NOT NULL;

   CREATE TABLE failures (
     source TEXT NOT NULL,
     subject TEXT NOT NULL,
     at INTEGER NOT NULL,
     PRIMARY KEY (source, subject)
   ) STRICT, WITHOUT ROWID;`,

  // Replaces the column `raw` of `events`: a row is written again whenever its state changes.
  `CREATE TABLE bodies (
     seq INTEGER PRIMARY KEY,
     raw BLOB NOT NULL
   ) STRICT;
   CREATE TRIGGER bodies_of_deleted AFTER DELETE ON events
     BEGIN DELETE FROM bodies WHERE seq = OLD.seq; END;`,

  // Before, an event was withheld as `stored` for session -1, and held as `stored` for session 0. A
  // process of such a version that still has the port goes on to withhold events in this way, hence the
  // trigger. The events that it holds stay as they are, because it looks for them in the old form; the
  // next owner of the port finds no session 0 and releases them.
  `UPDATE events SET state = 'withheld', session = NULL WHERE state = 'stored' AND session = -1;
   CREATE TRIGGER events_withheld AFTER UPDATE OF session ON events
     WHEN NEW.session = -1 AND NEW.state = 'stored'
     BEGIN UPDATE events SET state = 'withheld', session = NULL WHERE seq = NEW.seq; END;`,
];
