/** The runtimes that run every suite. The versions stand in test/runtimes/binaries/package.json. */
export interface Runtime {
  /** Its first word goes before the version. */
  readonly name: string;
  /** By platform: the package in test/runtimes/binaries that brings it, and where in it the binary is. */
  readonly binaries: Readonly<Record<string, { readonly package: string; readonly path: string }>>;
  /** What comes before the path of the program; the collector is to be had. */
  readonly args: readonly string[];
}

export const runtimes: readonly Runtime[] = [
  node(20), // the oldest that works
  node(22),
  node(24),
  node(26),
  {
    name: 'Bun',
    binaries: {
      'linux-arm64': { package: '@oven/bun-linux-aarch64', path: 'bin/bun' },
      'linux-x64': { package: '@oven/bun-linux-x64', path: 'bin/bun' },
    },
    args: [],
  },
  {
    name: 'Deno',
    binaries: {
      'linux-arm64': { package: '@deno/linux-arm64-glibc', path: 'deno' },
      'linux-x64': { package: '@deno/linux-x64-glibc', path: 'deno' },
    },
    args: ['run', '--allow-all', '--v8-flags=--expose-gc'],
  },
];

/** @param line The first number of its version. */
function node(line: number): Runtime {
  const binary = (machine: string) => ({ package: `node-${line}-linux-${machine}`, path: 'bin/node' });
  return {
    name: `Node ${line}`,
    binaries: { 'linux-arm64': binary('arm64'), 'linux-x64': binary('x64') },
    args: ['--expose-gc'],
  };
}
