import { styleText } from 'node:util';

/** Styles by what they are for. */
export type Style = 'title' | 'heading' | 'quiet' | 'good' | 'warning' | 'bad';

/**
 * Puts a style on text where `stream` is a terminal that wants it, so that a file or NO_COLOR gets plain text. Nothing is
 * told by a style alone.
 */
export type Styler = (style: Style, text: string) => string;

export function stylerFor(stream: NodeJS.WriteStream): Styler {
  const isStyled = stream.isTTY === true && stream.hasColors(); // hasColors() knows NO_COLOR and TERM=dumb
  return (style, text) => (isStyled ? styleText(FORMATS[style], text, { validateStream: false }) : text);
}

const FORMATS = {
  title: 'bold',
  heading: 'bold',
  quiet: 'gray',
  good: 'green',
  warning: 'yellow',
  bad: 'red',
} as const;
