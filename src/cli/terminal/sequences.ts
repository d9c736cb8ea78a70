/** To the other screen, with no cursor, and back. */
export const ENTER = '\u001b[?1049h\u001b[?25l';
export const LEAVE = '\u001b[?25h\u001b[?1049l';
