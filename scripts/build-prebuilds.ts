/**
 * `npm run build:prebuilds`: the binaries that go into the tarball, for Linux with glibc on x64 and arm64, stripped. The
 * one that is not this machine's is cross-compiled with Debian's compiler. Without that compiler it fails, unless
 * PIPEWORK_PREBUILDS=this-machine says that a tarball for this machine alone is wanted.
 */
import { fileURLToPath } from 'node:url';
import { buildNative, NativeBuildError, OWN_COMPILER, runBuild } from './build-native.js';

/** By `process.arch`, what Debian calls the compiler for it; its package is the same name with gcc- in front. */
const TRIPLES: Readonly<Record<string, string>> = {
  x64: 'x86_64-linux-gnu',
  arm64: 'aarch64-linux-gnu',
};

function buildPrebuilds(): void {
  if (process.platform !== 'linux') {
    throw new NativeBuildError(
      'the binaries of the tarball are made on Linux (macOS builds its own: build:native)',
    );
  }
  for (const [arch, triple] of Object.entries(TRIPLES)) {
    const target = `prebuilds/linux-${arch}/pipework.node`;
    if (arch === process.arch) {
      buildNative({ target, ...OWN_COMPILER, flags: ['-s'] });
    } else if (process.env['PIPEWORK_PREBUILDS'] !== 'this-machine') {
      const remedy =
        `apt-get install gcc-${triple.replaceAll('_', '-')} libc6-dev-${arch === 'x64' ? 'amd64' : arch}-cross, ` +
        'or set PIPEWORK_PREBUILDS=this-machine for a tarball that holds the binary of this machine alone';
      buildNative({ target, compiler: `${triple}-gcc`, remedy, flags: ['-s'] });
    }
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) runBuild('build:prebuilds', buildPrebuilds);
