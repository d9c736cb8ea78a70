/** What is shown of what was seen, as the keys have set it. */
export interface Settings {
  readonly sort: Sort;
  readonly filter: string;
  /** What is being typed as a filter. */
  readonly typing: string | undefined;
  readonly isPaused: boolean;
  /** Rows above the first one that is shown. */
  readonly scroll: number;
}

export type Sort = 'pipeline' | 'cpu' | 'in' | 'out' | 'pid';

export const FIRST: Settings = {
  sort: 'pipeline',
  filter: '',
  typing: undefined,
  isPaused: false,
  scroll: 0,
};

/** @param page Rows that are on the screen. @returns The settings behind a key; `undefined` to quit. */
export function afterKey(settings: Settings, key: string, page: number): Settings | undefined {
  const { typing, scroll, isPaused } = settings;
  if (key === 'ctrl-c') return undefined;
  if (typing !== undefined) return { ...settings, ...afterTyping(typing, key) };
  const sort = SORTS[key];
  if (sort !== undefined) return { ...settings, sort, scroll: 0 };
  switch (key) {
    case 'q':
    case 'ctrl-d':
      return undefined;
    case ' ':
      return { ...settings, isPaused: !isPaused };
    case '/':
      return { ...settings, typing: settings.filter };
    case 'escape':
      return { ...settings, filter: '', scroll: 0 };
    case 'up':
    case 'k':
      return { ...settings, scroll: Math.max(0, scroll - 1) };
    case 'down':
    case 'j':
      return { ...settings, scroll: scroll + 1 };
    case 'page up':
      return { ...settings, scroll: Math.max(0, scroll - page) };
    case 'page down':
      return { ...settings, scroll: scroll + page };
    case 'home':
      return { ...settings, scroll: 0 };
    default:
      return settings;
  }
}

/** A filter works while it is typed. */
function afterTyping(typing: string, key: string): Partial<Settings> {
  switch (key) {
    case 'enter':
      return { typing: undefined };
    case 'escape':
      return { typing: undefined, filter: '', scroll: 0 };
    case 'backspace':
      return typed([...typing].slice(0, -1).join(''));
    case 'ctrl-u':
      return typed('');
    default:
      return [...key].length === 1 && key >= ' ' ? typed(typing + key) : {};
  }
}

function typed(text: string): Partial<Settings> {
  return { typing: text, filter: text, scroll: 0 };
}

const SORTS: Readonly<Record<string, Sort>> = { g: 'pipeline', c: 'cpu', i: 'in', o: 'out', p: 'pid' };
