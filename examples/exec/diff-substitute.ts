/** What `diff <(sort a) <(sort b)` does in bash; but if a sort fails, so does the whole. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as exec from 'pipework/exec';

const folder = mkdtempSync(join(tmpdir(), 'pipework-diff-'));
const [a, b] = [join(folder, 'a'), join(folder, 'b')];
writeFileSync(a, 'pear\napple\nplum\n');
writeFileSync(b, 'plum\nquince\napple\n');

const sorted = (file: string) => exec.substitute(exec.pipeline(['sort', file]));
const diff = exec.command('diff', [sorted(a), sorted(b)], { okCodes: [0, 1] });
console.log((await exec.run(diff)).text().trimEnd());

rmSync(folder, { recursive: true });
