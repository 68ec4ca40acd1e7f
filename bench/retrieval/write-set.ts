/** Writes a labelled set to standard output: `node bench/retrieval/write-set.ts gtm SEED > set.jsonl`. */
import { conversationsSet } from './conversations-set.ts';
import { gtmSet } from './gtm-set.ts';
import { longDocumentsSet } from './long-documents-set.ts';
import { paragraphsSet } from './paragraphs-set.ts';
import { threadsSet } from './threads-set.ts';

const SETS = {
  gtm: gtmSet,
  'long-documents': longDocumentsSet,
  conversations: conversationsSet,
  paragraphs: paragraphsSet,
  threads: threadsSet,
};

const [name = '', seed = '1'] = process.argv.slice(2);
const set = Object.entries(SETS).find(([known]) => known === name)?.[1];
if (set === undefined) throw new Error(`There is no set ${name}; there are ${Object.keys(SETS).join(', ')}.`);
for (const line of set(seed)) process.stdout.write(`${JSON.stringify(line)}\n`);
