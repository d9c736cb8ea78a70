import { type ProcessEnd, type ProcessNode, printable } from '../../proc/index.js';
import type { Looked } from './looked.js';
import { fillWord, roleWord, stateWord } from './words.js';

/**
 * Processes with, below each, the pipes that it writes to and who reads those. Who has been shown already is named once more
 * and not followed.
 */
export function psTree(looked: Looked, groups: readonly (readonly number[])[]): string[] {
  const shown = new Set<number>();
  return groups.flatMap((pids, index) => {
    const members = membersOf(looked, pids);
    const lines = pids.flatMap((pid) => (shown.has(pid) ? [] : branch(looked, pid, members, shown)));
    return index === 0 ? lines : ['', ...lines];
  });
}

/** Who is shown together, and the pipes that join them: a descriptor that was merely inherited joins nobody. */
interface Members {
  readonly pids: ReadonlySet<number>;
  readonly pipes: ReadonlySet<string>;
}

function membersOf(looked: Looked, pids: readonly number[]): Members {
  const chain = looked.verdict.chains.find(({ stages }) => stages.some(({ pid }) => pid === pids[0]));
  return { pids: new Set(pids), pipes: new Set(chain?.pipes) };
}

function branch(looked: Looked, pid: number, members: Members, shown: Set<number>): string[] {
  const node = looked.process(pid);
  if (node === undefined) return [];
  if (shown.has(pid)) return [`${pid} ${printable(node.name)}, above`];
  shown.add(pid);
  const below = node.ends.flatMap((end) => (isShown(end, node) ? linksOf(looked, node, end, members) : []));
  return [
    head(looked, node),
    ...below.flatMap(({ link, reader }, index) => {
      const [first, ...others] =
        reader === undefined ? ['nobody who is to be seen'] : branch(looked, reader, members, shown);
      const isLast = index === below.length - 1;
      return [
        `${isLast ? '└─' : '├─'} ${link} ${first}`,
        ...others.map((line) => `${isLast ? '   ' : '│  '}${line}`),
      ];
    }),
  ];
}

function head(looked: Looked, { pid, state, command }: ProcessNode): string {
  const stage = looked.stage(pid);
  const role = stage === undefined || stage.role === 'free' ? '' : `, ${roleWord(stage.role)}`;
  return `${pid} ${printable(command)}  [${stateWord(state)}${role}]`;
}

/** Standard error joins what does not belong together, and is shown when it holds up a process. */
function isShown({ descriptor, access }: ProcessEnd, { state }: ProcessNode): boolean {
  if (access === 'read') return false;
  return descriptor !== 2 || (state.kind === 'writing' && state.on.some((end) => end.descriptor === 2));
}

interface Link {
  /** The descriptor of the writer, what is in the pipe, and the descriptor of the reader. */
  readonly link: string;
  readonly reader: number | undefined;
}

function linksOf(
  looked: Looked,
  { pid }: ProcessNode,
  { descriptor, pipe: id }: ProcessEnd,
  members: Members,
): Link[] {
  const pipe = members.pipes.has(id) ? looked.pipe(id) : undefined;
  if (pipe === undefined) return [];
  const name = pipe.path === undefined ? '' : ` ${printable(pipe.path)}`;
  const link = `${descriptor} ▸${name} ${fillWord(pipe)} ▸`;
  if (pipe.readers.length === 0) return [{ link, reader: undefined }];
  return pipe.readers
    .filter((reader) => reader.pid !== pid && members.pids.has(reader.pid))
    .map((reader) => ({ link: `${link} ${reader.descriptor}`, reader: reader.pid }));
}
