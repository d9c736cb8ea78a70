/**
 * The modules that a TypeScript or JavaScript source names: `import` and `export ... from`, `import()` (also in types),
 * `require()`, and `/// <reference types>`. Plain reading of the text; what stands in comments, strings, templates and
 * regular expressions is not mistaken for code, except that a division whose left side ends with a keyword is.
 */
export interface Import {
  /** What the source names; `undefined` when it is computed. */
  readonly specifier: string | undefined;
  readonly line: number; // from 1
}

export function findImports(source: string): Import[] {
  const tokens = tokensOf(source);
  const imports: Import[] = [];
  const word = (at: number, text: string) => tokens[at]?.kind === 'word' && tokens[at]?.text === text;
  const mark = (at: number, text: string) => tokens[at]?.kind === 'mark' && tokens[at]?.text === text;
  tokens.forEach((token, at) => {
    const { line } = token;
    const next = tokens[at + 1];
    if (token.kind === 'reference') {
      imports.push({ specifier: token.text, line });
    } else if (token.kind !== 'word' || mark(at - 1, '.')) {
      return; // a property of that name, and import.meta
    } else if ((token.text === 'import' || token.text === 'require') && mark(at + 1, '(')) {
      const argument = tokens[at + 2];
      const isPlain = argument?.kind === 'string' && (mark(at + 3, ')') || mark(at + 3, ','));
      imports.push({ specifier: isPlain ? argument.text : undefined, line });
    } else if (token.text === 'import' && next?.kind === 'string') {
      imports.push({ specifier: next.text, line });
    } else if (token.text === 'from' && next?.kind === 'string' && isClause(at)) {
      imports.push({ specifier: next.text, line: next.line });
    }
  });
  return imports;

  /** Whether the `from` at `at` ends what an import or export begins: names, `*`, braces, nothing else. */
  function isClause(at: number): boolean {
    for (let i = at - 1; i >= 0; i--) {
      if (word(i, 'import') || word(i, 'export')) return true;
      const { kind, text } = tokens[i] as Token;
      // A name of an import may be written as a string.
      if (kind === 'mark' && !['{', '}', ',', '*'].includes(text)) return false;
    }
    return false;
  }
}

interface Token {
  /** reference: of a triple-slash directive, the types that it names. */
  readonly kind: 'word' | 'string' | 'mark' | 'reference';
  readonly text: string;
  readonly line: number;
}

/** After these a slash begins a regular expression; after other words and after `)`, `]`, `}` it divides. */
const BEFORE_REGEX = /^(return|typeof|case|in|of|delete|void|throw|new|do|else|instanceof|yield|await)$/;

function tokensOf(source: string): Token[] {
  const tokens: Token[] = [];
  const templates: number[] = []; // for each open `${`, how many braces are open in it
  let line = 1;
  let at = 0;

  while (at < source.length) {
    const rest = source.slice(at, at + 2);
    const char = rest.charAt(0);
    if (rest === '//') comment(source.indexOf('\n', at));
    else if (rest === '/*') comment(source.indexOf('*/', at + 2), 2);
    else if (char === "'" || char === '"') quoted(char);
    else if (char === '`') template();
    else if (char === '/' && !dividesHere()) regex();
    else if (/[\p{ID_Start}$_]/u.test(char)) push('word', take(/[\p{ID_Continue}$]+/uy));
    else if (/\d/.test(char))
      push('string', take(/[\w.]+/y)); // a value, as a string is
    else if (/\s/.test(char)) take(/\s+/y);
    else brace(char);
  }
  return tokens;

  function take(pattern: RegExp): string {
    pattern.lastIndex = at;
    const text = pattern.exec(source)?.[0] ?? source.charAt(at);
    skip(text.length);
    return text;
  }

  function skip(length: number): void {
    line += source.slice(at, at + length).split('\n').length - 1;
    at += length;
  }

  function push(kind: Token['kind'], text: string, on = line): void {
    tokens.push({ kind, text, line: on });
  }

  function comment(found: number, mark = 0): void {
    const text = source.slice(at, found === -1 ? source.length : found + mark);
    const types = /^\/\/\/\s*<reference\s+types\s*=\s*["']([^"']+)/.exec(text)?.[1];
    if (types !== undefined) push('reference', types);
    skip(text.length);
  }

  function quoted(quote: string): void {
    const on = line;
    const text = take(quote === "'" ? /'(?:[^'\\\n]|\\[\s\S])*'?/y : /"(?:[^"\\\n]|\\[\s\S])*"?/y);
    push('string', text.slice(1, -1).replace(/\\(.)/g, '$1'), on);
  }

  /** From a backtick, or from the brace that ends a `${}`, to the next `${` or the closing backtick. */
  function template(): void {
    const on = line;
    const text = take(/[`}](?:[^`\\$]|\\[\s\S]|\$(?!\{))*(?:`|\$\{)?/y);
    if (text.endsWith('${')) {
      templates.push(0);
      push('mark', '${', on);
    } else if (text.startsWith('`')) {
      push('string', text.slice(1, -1), on);
    } else {
      push('mark', '`', on);
    }
  }

  function brace(char: string): void {
    const depth = templates.at(-1);
    if (depth !== undefined && char === '}' && depth === 0) {
      templates.pop();
      template();
      return;
    }
    if (depth !== undefined && char === '{') templates[templates.length - 1] = depth + 1;
    if (depth !== undefined && char === '}') templates[templates.length - 1] = depth - 1;
    push('mark', char);
    skip(1);
  }

  function dividesHere(): boolean {
    const before = tokens.at(-1);
    if (before === undefined) return false;
    if (before.kind === 'word') return !BEFORE_REGEX.test(before.text);
    return before.kind === 'string' || [')', ']', '}', '`'].includes(before.text);
  }

  function regex(): void {
    take(/\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])*\/?[a-z]*/y);
    push('string', '');
  }
}
