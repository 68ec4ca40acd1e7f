import { parentPort, workerData } from 'node:worker_threads';

/** Runs PGlite in a thread of its own, so that a long statement never stops the event loop of the server. */
import { PGlite } from '@electric-sql/pglite';
import { btree_gist } from '@electric-sql/pglite/contrib/btree_gist';

import { must } from '../../domain/errors.ts';
import type { PgliteRequest, PgliteResponse, PgliteWorkerData } from './pglite-protocol.ts';

const port = must(parentPort, 'the PGlite worker runs in a worker thread');
const { folder } = workerData as PgliteWorkerData;
const INT8 = 20;
const database = await PGlite.create({
  ...(folder === null ? {} : { dataDir: folder }),
  extensions: { btree_gist },
  parsers: { [INT8]: Number },
});

async function answer(request: PgliteRequest): Promise<PgliteResponse> {
  try {
    if (request.kind === 'query') {
      const result = await database.query<object>(request.text, [...request.params]);
      return { id: request.id, rows: result.rows };
    }
    if (request.kind === 'script') await database.exec(request.text);
    else await database.close();
    return { id: request.id, rows: [] };
  } catch (error) {
    const { code, detail } = error as { code?: unknown; detail?: unknown };
    return {
      id: request.id,
      error: {
        message: error instanceof Error ? error.message : String(error),
        code: typeof code === 'string' ? code : null,
        detail: typeof detail === 'string' ? detail : null,
      },
    };
  }
}

port.on('message', (request: PgliteRequest) => {
  void answer(request).then((response) => {
    port.postMessage(response);
    if (request.kind === 'close') port.close();
  });
});
port.postMessage({ id: 0, rows: [] } satisfies PgliteResponse);
