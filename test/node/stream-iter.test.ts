import { test } from 'node:test';
import { engineOf, ownPlatform } from '../../scripts/runtimes/engine.js';
import { runtimes } from '../../scripts/runtimes/runtimes.js';
import { streamIterOn } from './stream-iter.js';

const { program, skip } = findNode();
for (const { name, run } of streamIterOn(program)) test(`stream/iter: ${name}`, { skip }, run);

/** The newer Node that `npm run test:runtimes` has installed. */
function findNode(): { program: string; skip: string | false } {
  const missing = "needs Node 26, which the first 'npm run test:runtimes' installs";
  const node = runtimes.find(({ name }) => name === 'Node 26');
  if (node === undefined) return { program: '', skip: missing };
  try {
    const { command } = engineOf(node, ownPlatform());
    const [program] = command;
    return program === undefined ? { program: '', skip: missing } : { program, skip: false };
  } catch {
    return { program: '', skip: missing };
  }
}
