/**
 * One output into several pipelines, read once. The slowest sets the pace, so that nothing piles up; and if what they read
 * was cut off, all of them fail, since none may take it for the whole.
 */
import * as io from 'pipework';
import * as exec from 'pipework/exec';

const numbers = exec.pipeline(['seq', '1', '300000']);
const [all, some] = io.tee(numbers.stdout);

const [sevens, first] = await Promise.all([
  exec.run(['grep', '7'], ['wc', '-l'], { stdin: all }),
  exec.run(['head', '-n', '2'], { stdin: some }), // wants no more, and stops nobody
]);

console.log(`${sevens.text().trim()} numbers have a 7`);
console.log(`the first are ${first.lines().join(' and ')}`);
