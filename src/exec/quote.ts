/** Words as one line that a POSIX shell would split into the same words. For messages: nothing here is run by a shell. */
export function quoteAll(words: readonly string[]): string {
  return words.map(quote).join(' ');
}

function quote(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  return `'${word.replaceAll("'", "'\\''")}'`;
}
