/**
 * What the programs of the note "os.Pipe && io.Pipe" have in common: the bytes they send, and the check that the note
 * leaves out. Its last loop prints each index and never looks at a byte; here every byte that arrived is compared.
 */
import { parseArgs } from 'node:util';

/** `size` bytes, each of them its own index modulo 256. */
export function numbers(size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, index) => byteAt(index));
}

/** Says whether the first `count` bytes of `output` are all there is and all as `numbers()` made them. */
export function check(output: Uint8Array, count: number | null): boolean {
  if (count !== output.length) {
    console.log(`Wrong: ${count ?? 0} of ${output.length} bytes arrived.`);
    return false;
  }
  const wrong = output.findIndex((byte, index) => byte !== byteAt(index));
  if (wrong !== -1) {
    console.log(`Wrong: byte ${wrong} is ${output[wrong]} and not ${byteAt(wrong)}.`);
    return false;
  }
  console.log(`All ${count} bytes compared: each is as it was written.`);
  return true;
}

/** With `--numbers`: each index, as the original prints it, and beside it the byte that is there. */
export function printNumbers(output: Uint8Array): void {
  if (!isAskedForNumbers()) return;
  const lines: string[] = [];
  for (let start = 0; start < output.length; start += PER_LINE) {
    const pairs = Array.from(output.subarray(start, start + PER_LINE), (byte, at) => pair(start + at, byte));
    lines.push(pairs.join('  ').trimEnd());
  }
  console.log(`Index:byte\n${lines.join('\n')}`);
}

/** Whether this program was started with `--numbers`; it knows no other argument. */
export function isAskedForNumbers(): boolean {
  return parseArgs({ options: { numbers: { type: 'boolean' } } }).values.numbers ?? false;
}

const PER_LINE = 6; // pairs; less than 80 columns

function pair(index: number, byte: number): string {
  return `${index}:`.padStart(6) + String(byte).padEnd(3);
}

function byteAt(index: number): number {
  return index & 255;
}
