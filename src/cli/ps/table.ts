import { type ProcessNode, printable } from '../../proc/index.js';
import { duration } from '../format/amounts.js';
import { type Column, tableLines } from '../format/table.js';
import type { Looked } from './looked.js';
import { fillWord, mainEnd, roleWord, stateWord } from './words.js';

/** Processes as a table, the members of a chain below each other, from those that write to those that read. */
export function psTable(looked: Looked, groups: readonly (readonly number[])[]): string[] {
  const rows = groups.flatMap((pids) => pids.flatMap((pid) => looked.process(pid) ?? []));
  const lines = tableLines(
    COLUMNS,
    rows.map((node) => row(looked, node)),
  );
  const [head = '', ...body] = lines;
  const apart: string[] = [head];
  let at = 0;
  for (const pids of groups) {
    if (at > 0) apart.push('');
    apart.push(...body.slice(at, at + pids.length));
    at += pids.length;
  }
  return apart;
}

const COLUMNS: readonly Column[] = [
  { title: 'PID', isRight: true },
  { title: 'STATE' },
  { title: 'ASLEEP', isRight: true },
  { title: 'ROLE' },
  { title: 'WAITS ON', isRight: true },
  { title: 'IN', isRight: true },
  { title: 'OUT', isRight: true },
  { title: 'COMMAND' },
];

function row(looked: Looked, node: ProcessNode): string[] {
  const { pid, state, asleepFor, command } = node;
  const stage = looked.stage(pid);
  const [first, ...more] = stage?.waitsFor ?? [];
  const fill = (access: 'read' | 'write'): string => {
    const end = mainEnd(node, access);
    return end === undefined ? '-' : fillWord(looked.pipe(end.pipe));
  };
  return [
    String(pid),
    stateWord(state),
    asleepFor === undefined ? '-' : duration(asleepFor),
    roleWord(stage?.role),
    first === undefined ? '-' : more.length === 0 ? String(first) : `${first} +${more.length}`,
    fill('read'),
    fill('write'),
    printable(command),
  ];
}
