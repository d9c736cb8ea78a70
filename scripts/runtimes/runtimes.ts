/** The runtimes that run every suite besides the Node that runs the script. */
export interface Runtime {
  readonly name: string;
  /** By platform: the package in test/runtimes/binaries that brings it, and where in it the binary is. */
  readonly binaries: Readonly<Record<string, { readonly package: string; readonly path: string }>>;
  /** What comes before the path of the program. */
  readonly args: readonly string[];
}

export const runtimes: readonly Runtime[] = [
  {
    name: 'Node',
    binaries: {
      'linux-arm64': { package: 'node-26-linux-arm64', path: 'bin/node' },
      'linux-x64': { package: 'node-26-linux-x64', path: 'bin/node' },
    },
    args: [],
  },
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
    args: ['run', '--allow-all'],
  },
];
