/** Where the channel learns whom a recipient's id stands for. It is asked after the permit, and nothing that it says is kept. */
export interface Correspondent {
  readonly email: string;
  readonly name: string | null;
  /** The company's name or domain. */
  readonly company: string | null;
  /** Whether a suppression names them, by this address or by any other name. */
  readonly isSuppressed: boolean;
}

export interface AddressBook {
  /** Correspondents by recipient id; one without an address, or whose data was erased, is missing. */
  find(tenant: string, recipients: readonly string[]): Promise<ReadonlyMap<string, Correspondent>>;
}
