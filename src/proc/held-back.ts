/**
 * PIPEWORK_PROC=no-syscall or no-wchan: looks as if /proc refused the system calls of processes, as Yama lets it, or these and
 * the functions in which they sleep. What is left is then tested where nothing is refused.
 */
export function isHeldBack(file: 'syscall' | 'wchan'): boolean {
  return VIEW === 'no-wchan' || (VIEW === 'no-syscall' && file === 'syscall');
}

const VIEW = process.env['PIPEWORK_PROC'];
