import { UnsupportedError } from '../io/index.js';
import { host } from './host.js';

/** @throws {UnsupportedError} This runtime or page cannot share memory; the message says what is missing. */
export function checkShared(): void {
  if (host.SharedArrayBuffer === undefined) {
    throw new UnsupportedError(
      host.crossOriginIsolated === false
        ? 'this page has no SharedArrayBuffer, since it is not cross-origin isolated: serve it with the headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp'
        : 'this runtime has no SharedArrayBuffer',
    );
  }
  if (host.Atomics === undefined) throw new UnsupportedError('this runtime has no Atomics');
}
