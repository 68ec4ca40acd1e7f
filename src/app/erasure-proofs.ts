/** Signs that a person was erased, after looking that it is so, and checks such a proof against the ledger. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { ERASURE_LAYERS, erasureProofText, signedErasureProofSchema } from '../domain/erasure-proof.ts';
import type { ErasureLayer, ErasureProof, SignedErasureProof } from '../domain/erasure-proof.ts';
import { GatehouseError } from '../domain/errors.ts';
import type { TenantId } from '../domain/ids.ts';
import { isoOf } from '../domain/instant.ts';
import type { JsonValue } from '../domain/json.ts';
import type { ProofCheck } from '../gateway/services.port.ts';
import { isSignedBy } from '../memory/anchors/signing-key.ts';
import type { Signer } from '../memory/anchors/signing-key.ts';
import { readManifest } from '../memory/backup/read-backup.ts';
import type { ErasureFacts, ErasureReader } from '../memory/read/erasure-reader.ts';
import type { DirectoryPerson, SubjectReader } from '../memory/read/subject-reader.ts';
import type { InstallationSecret } from '../memory/vault/installation-secret.ts';
import { remainsOfErased } from './erasure-remains.ts';
import type { Forgetting } from './forgetting.ts';
import type { KeyRotation } from './key-rotation.ts';
import type { Retrieval } from './retrieval.ts';

export interface ErasureProofParts {
  readonly reader: ErasureReader;
  readonly people: Pick<SubjectReader, 'person'>;
  readonly retrieval: Pick<Retrieval, 'projected'>;
  readonly signer: Signer;
  readonly installation: string;
  readonly secret: InstallationSecret;
  readonly rotation: Pick<KeyRotation, 'fateOf'>;
  readonly forgetting: Pick<Forgetting, 'told'>;
  readonly dataDir: string;
  readonly journalDays: number;
  readonly now: () => number;
}

export class ErasureProofs {
  readonly #parts: ErasureProofParts;

  constructor(parts: ErasureProofParts) {
    this.#parts = parts;
  }

  /** Throws `state_conflict` when the person was not erased, or something that should be gone is still there. */
  async issue(tenant: TenantId, person: DirectoryPerson): Promise<SignedErasureProof> {
    const { reader, retrieval, signer, installation, journalDays, now } = this.#parts;
    const facts = await reader.facts(tenant, person);
    if (facts === null)
      throw new GatehouseError(
        'state_conflict',
        'The person was not erased, so nothing can be proved. Erase them first with gatehouse subject erase.',
      );
    const fate = await this.#parts.rotation.fateOf(tenant, person.id);
    const rows = { ...facts.rows, lancedb: await retrieval.projected(tenant, facts.notePlaces) };
    const layers = (Object.keys(ERASURE_LAYERS) as ErasureLayer[]).map((layer) => ({
      layer,
      ...ERASURE_LAYERS[layer],
      rows: rows[layer],
    }));
    const left = layers.filter((item) => item.result === 'removed' && item.rows > 0);
    if (left.length > 0)
      throw new GatehouseError(
        'state_conflict',
        `No proof was signed, because something of the person is left: ${left.map((item) => `${item.what} (${item.rows})`).join(', ')}. Other hosts need a second or two; if it stays, run gatehouse subject erase again.`,
      );
    const proof: ErasureProof = {
      format: 1,
      kind: 'erasure_proof',
      installation,
      tenant,
      subject: person.id,
      issued_at: isoOf(now()),
      erasure: facts.erasure,
      concerned: facts.concerned,
      layers,
      delivered: facts.delivered,
      channels: await this.#parts.forgetting.told(tenant, person.id),
      backups: this.#backupsBefore(facts),
      remains: [...remainsOfErased(facts.at, journalDays, fate)],
      public_key: signer.publicKey,
    };
    return { ...proof, signature: signer.sign(erasureProofText(proof)) };
  }

  /** Whether a document is a proof of this installation, and still true. */
  async check(tenant: TenantId, document: JsonValue): Promise<ProofCheck> {
    const { signer, installation, people, reader } = this.#parts;
    const { success, data } = signedErasureProofSchema.safeParse(document);
    if (!success) return { ok: false, subject: null, faults: ['It is no proof of an erasure.'] };
    const { signature, ...proof } = data;
    const { subject } = proof;
    if (proof.installation !== installation)
      return { ok: false, subject, faults: ['It belongs to another installation.'] };
    if (proof.public_key !== signer.publicKey || !isSignedBy(signer.publicKey, erasureProofText(proof), signature))
      return { ok: false, subject, faults: ['Its signature is wrong: it was altered, or signed by somebody else.'] };
    if (proof.tenant !== tenant) return { ok: false, subject, faults: ['It belongs to another tenant.'] };
    const facts = await reader.facts(tenant, await people.person(tenant, subject));
    const faults: string[] = [];
    if (facts === null) faults.push('The person is not erased here: a backup of before may have been restored.');
    else {
      if (facts.erasure.event !== proof.erasure.event || facts.erasure.hash !== proof.erasure.hash)
        faults.push('The ledger has another event of the erasure.');
      if (facts.concerned.digest !== proof.concerned.digest)
        faults.push('The ledger has other events of the person than those that were concerned.');
    }
    return { ok: faults.length === 0, subject, faults };
  }

  /** Those that the server wrote beside its data. */
  #backupsBefore({ at }: ErasureFacts): ErasureProof['backups'] {
    const { dataDir, secret } = this.#parts;
    const folders = join(dataDir, 'backups');
    if (!existsSync(folders)) return [];
    const backups = readdirSync(folders, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => ({ name, taken_at: takenAt(join(folders, name), secret) }));
    return backups.filter((backup) => backup.taken_at === null || Date.parse(backup.taken_at) <= at);
  }
}

/** Null for one that is not whole; it may hold something all the same. */
function takenAt(folder: string, secret: InstallationSecret): string | null {
  try {
    return readManifest(folder, secret).taken_at;
  } catch {
    return null;
  }
}
