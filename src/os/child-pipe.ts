import { binding, READ, WRITE } from './binding.js';
import { KernelPipe } from './kernel-pipe.js';
import { KernelReader } from './kernel-reader.js';
import { KernelWriter } from './kernel-writer.js';
import { ENOSYS, EPERM, systemError } from './system-error.js';

/** One end of a pipe that is for a child to inherit: a blocking descriptor, closed when the child has it. */
export interface ChildEnd {
  /** The addon's number for it. */
  readonly slot: number;
}

/** A pipe of which the ends that are not for a child are this program's own. */
export interface ChildPipe {
  readonly reader: KernelReader | ChildEnd;
  readonly writer: KernelWriter | ChildEnd;
  /** What /proc calls it, as `pipe:[123]`; `undefined` where the system does not say. */
  readonly id: string | undefined;
  /** The addon's number of the read end. */
  readonly readSlot: number;
}

/**
 * Makes a pipe for processes that are about to be started. No twin is needed, as for `pipe()`: it is known from birth who
 * gets which end.
 *
 * @param forChild Which of the ends children are to have.
 * @param capacity Bytes wished for; where the kernel refuses, the pipe keeps the capacity it has.
 * @throws A system error of `pipe2`; nothing is left open.
 */
export function childPipe(
  name: string,
  forChild: { readonly reader: boolean; readonly writer: boolean },
  capacity: number | undefined,
): ChildPipe {
  const [readSlot, writeSlot] = openSlots(name, (forChild.reader ? READ : 0) | (forChild.writer ? WRITE : 0));
  if (capacity !== undefined) wishFor(capacity, readSlot, writeSlot, name);
  const id = pipeId(readSlot);
  if (forChild.reader && forChild.writer)
    return { reader: { slot: readSlot }, writer: { slot: writeSlot }, id, readSlot };
  const shared = new KernelPipe(name, forChild.reader ? -1 : readSlot, forChild.writer ? -1 : writeSlot);
  const reader = forChild.reader ? { slot: readSlot } : new KernelReader(shared);
  const writer = forChild.writer ? { slot: writeSlot } : new KernelWriter(shared);
  shared.attach({
    ...(reader instanceof KernelReader && { reader }),
    ...(writer instanceof KernelWriter && { writer }),
  });
  return { reader, writer, id, readSlot };
}

/** The addon's numbers of both ends of a new pipe; those in `given`, READ or WRITE, are blocking. */
export function openSlots(name: string, given: number): readonly [reader: number, writer: number] {
  const result = binding().open(slots, given);
  if (result < 0) throw systemError(result, 'pipe2', name);
  return [slots[0] as number, slots[1] as number];
}

/** What /proc calls a pipe: asked of the kernel itself, since to look there takes longer than to make the pipe. */
export function pipeId(slot: number): string | undefined {
  const inode = binding().inode(slot);
  return inode < 0 ? undefined : `pipe:[${inode}]`;
}

/** The child has it, or never will. */
export function closeChildEnd(end: ChildEnd): void {
  binding().close(end.slot);
}

/** EPERM: the user has too many pipes already, or asks for more than the kernel grants; that is no failure. */
function wishFor(capacity: number, readSlot: number, writeSlot: number, name: string): void {
  const granted = binding().setCapacity(readSlot, capacity);
  if (granted >= 0 || granted === EPERM || granted === ENOSYS) return;
  binding().close(readSlot);
  binding().close(writeSlot);
  throw systemError(granted, 'fcntl', `capacity of ${capacity} bytes for ${name}`);
}

const slots = new Int32Array(new ArrayBuffer(8));
