/**
 * What the end of all stages leaves open: a grandchild may hold a pipe for ever. So each pipe is read on until it ends, or
 * brings nothing for a while; then our end closes, and nobody is killed.
 */

/** A pipe that this process reads. */
export interface Drained {
  readonly bytesRead: number;
  /** Bytes that wait to be read. */
  readonly available: number;
  /** Whether somebody may still write. */
  readonly isHeld: boolean;
  /** Makes an end of it. */
  cut(): void;
}

/**
 * Waits until nobody can write to `pipe`, or nothing has come for `grace` milliseconds: then somebody holds it, and it is
 * cut as soon as all that came is read. Whether somebody holds it.
 *
 * @param isOver Whether everything was ended that could be: then bytes that still come do not prolong it.
 */
export async function drain(pipe: Drained, grace: number, isOver: () => boolean): Promise<boolean> {
  if (!pipe.isHeld) return false;
  let moved = -1; // bytes
  let quiet = 0; // milliseconds
  const step = Math.max(1, Math.min(STEP, grace / 4)); // milliseconds
  while (quiet < grace) {
    await pause(step);
    if (!pipe.isHeld) return false;
    const now = pipe.bytesRead + pipe.available;
    quiet = now === moved || isOver() ? quiet + step : 0;
    moved = now;
  }
  cutWhenRead(pipe, Math.max(grace, STEP), pipe.bytesRead, isOver);
  return true;
}

/**
 * Whoever reads it takes their time, and whoever holds it may go on as soon as there is room: it is cut when it is empty and
 * was not read either for `grace` milliseconds.
 *
 * @param before Bytes that had been read so long ago.
 */
function cutWhenRead(pipe: Drained, grace: number, before: number, isOver: () => boolean): void {
  const { bytesRead } = pipe;
  if (pipe.available === 0 && (bytesRead === before || isOver())) {
    pipe.cut();
    return;
  }
  const timer = setTimeout(() => {
    if (pipe.isHeld) cutWhenRead(pipe, grace, bytesRead, isOver);
  }, grace);
  timer.unref();
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

const STEP = 10; // milliseconds
