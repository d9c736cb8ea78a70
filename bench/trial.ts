/** One trial in a process of its own: `node build/bench/trial.js CASE RIVAL` prints the one number that it measured. */
import { caseNamed } from './cases.js';
import { loadRival } from './rival.js';

const [, , caseName = '', rivalName = ''] = process.argv;
const rival = await loadRival(rivalName);
await rival.load?.();
console.log(await caseNamed(caseName).run(rival));
