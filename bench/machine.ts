import { execFileSync, spawnSync } from 'node:child_process';
import { cpus, release, totalmem, type } from 'node:os';

/** What the figures were measured on, in one line; `node` runs the trials. */
export function machineLine(node: string): string {
  const cores = cpus();
  const system = `${type()} ${release().split('.').slice(0, 2).join('.')}`;
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  return [
    `Node ${nodeVersion(node)}`,
    goVersion(),
    system,
    `${cores.length} x ${cores[0]?.model}`,
    memory,
  ].join(', ');
}

/** Such as `20.20.2`. */
export function nodeVersion(node: string): string {
  return execFileSync(node, ['--version'], { encoding: 'utf8' }).trim().replace(/^v/, '');
}

function goVersion(): string {
  const { error, stdout } = spawnSync('go', ['env', 'GOVERSION'], { encoding: 'utf8' });
  return error === undefined ? stdout.trim().replace(/^go/, 'Go ') : 'no Go';
}
