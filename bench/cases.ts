import type { Case } from './case.js';
import { churnCases } from './cases/churn.js';
import { cliCases } from './cases/cli.js';
import { execCases } from './cases/exec.js';
import { execLeftCases } from './cases/exec-left.js';
import { execParentCases } from './cases/exec-parent.js';
import { execStartCases } from './cases/exec-start.js';
import { linesCases } from './cases/lines.js';
import { nodeCases } from './cases/node.js';
import { observerCases } from './cases/observer.js';
import { openCases } from './cases/open.js';
import { osCases } from './cases/os.js';
import { parkedCases } from './cases/parked.js';
import { procCases } from './cases/proc.js';
import { streamCases } from './cases/stream.js';
import { teeCases } from './cases/tee.js';
import { tryCases } from './cases/try.js';
import { webCases } from './cases/web.js';
import { workerCases } from './cases/worker.js';

/** All of them, in the order of the tables. */
export const cases: readonly Case[] = [
  ...streamCases,
  ...tryCases,
  ...openCases,
  ...churnCases,
  ...observerCases,
  ...webCases,
  ...nodeCases,
  ...teeCases,
  ...linesCases,
  ...osCases,
  ...parkedCases,
  ...workerCases,
  ...execCases,
  ...execParentCases,
  ...execStartCases,
  ...execLeftCases,
  ...procCases,
  ...cliCases,
];

/** @throws {Error} There is none of that name. */
export function caseNamed(name: string): Case {
  const found = cases.find((one) => one.name === name);
  if (found === undefined)
    throw new Error(`there is no case '${name}', only ${cases.map((one) => one.name).join(', ')}`);
  return found;
}
