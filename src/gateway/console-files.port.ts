/** The console as it was built: what the gateway hands out to browsers. */

export interface ConsoleFile {
  readonly type: string;
  readonly body: Uint8Array;
  readonly gzip: Uint8Array;
  /** Its name has a hash of its content, so it never changes. */
  readonly immutable: boolean;
}

export interface ConsoleFiles {
  readonly page: ConsoleFile;
  /** By path, such as `/assets/index-1a2b3c.js`. */
  readonly assets: ReadonlyMap<string, ConsoleFile>;
}
