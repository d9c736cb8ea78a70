/** Bun's own shell, `Bun.$`, in Bun: it joins the programs by pipes of the kernel, as ours does. */
import { spawnSync } from 'node:child_process';
import { arch } from 'node:process';
import type { Rival } from '../rival.js';
import { fileFromNpm, installFromNpm } from './npm-folder.js';

interface Shell {
  (pieces: TemplateStringsArray, line: { readonly raw: string }): Running;
  escape(word: string): string;
}

interface Running {
  quiet(): Promise<{ readonly stdout: Uint8Array }>;
}

const BUN = fileFromNpm(`@oven/bun-linux-${arch === 'arm64' ? 'aarch64' : arch}/bin/bun`);

export const rival: Rival = {
  title: 'Bun.$',
  executable: () => BUN,
  prepare() {
    const problem = installFromNpm();
    if (problem !== undefined) return problem;
    const { error, status } = spawnSync(BUN, ['--version']);
    return error === undefined && status === 0 ? undefined : 'the Bun from npm does not run here';
  },
  async runPipeline(commands) {
    const { $ } = (globalThis as unknown as { readonly Bun: { readonly $: Shell } }).Bun;
    const raw = commands.map((command) => command.map($.escape).join(' ')).join(' | ');
    const { stdout } = await $`${{ raw }}`.quiet();
    return new TextDecoder().decode(stdout);
  },
};
