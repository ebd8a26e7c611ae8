import type { Readable } from 'node:stream';
import type { ConnectionLost } from '../errors.ts';

export interface ResultColumn {
  readonly name: string;
  /** OID of the type. */
  readonly type: number;
  /** OID and number of the column of a table or view that it is, whatever its name here; not there when it is computed. */
  readonly origin?: { readonly table: number; readonly column: number };
}

/** A result as the server wrote it: every value is PostgreSQL's own text, `null` is NULL. */
export interface TextResult {
  readonly columns: readonly ResultColumn[];
  readonly rows: readonly (readonly (string | null)[])[];
  /** Rows returned or affected; 0 for commands that count none. */
  readonly rowCount: number;
}

/** One connection, or the transaction open on it. */
export interface Session {
  /**
   * Runs one statement. Without `params` it may be several, separated by `;`, of which the last one's result is returned;
   * with them, be they none (`[]`), several are refused.
   * @throws DatabaseError with the server's SQLSTATE, message, detail, hint and position
   */
  query(sql: string, params?: readonly unknown[]): Promise<TextResult>;
  /** `copy … from stdin`: streams `data` (COPY text format) and returns the number of rows. */
  copyIn(sql: string, data: Readable | AsyncIterable<string | Buffer>): Promise<number>;
}

export interface Database {
  /** A connection from the pool for one statement. */
  query(sql: string, params?: readonly unknown[]): Promise<TextResult>;
  /** Runs `work` in one transaction: committed when it resolves, rolled back when it rejects. */
  transaction<T>(work: (tx: Session) => Promise<T>): Promise<T>;
  /** Runs `work` on one connection of its own, without a transaction. */
  connection<T>(work: (session: Session) => Promise<T>): Promise<T>;
  /**
   * The same connections, for work that ends when the signal comes: statements in flight are cancelled on the server, no
   * other is sent, transactions are rolled back, and the signal's reason is thrown. A commit that was sent is waited for.
   */
  until(signal: AbortSignal): Database;
  /** Ends the server's side of a lost connection, which may live on with its locks, and waits a moment for its end. */
  settle(lost: ConnectionLost): Promise<void>;
  close(): Promise<void>;
}

/** How to reach a server. The password is held here and nowhere else, and never printed. */
export interface ConnectionConfig {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password?: string;
  readonly database: string;
}
