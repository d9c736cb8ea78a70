/** Amounts in the fewest characters that still tell: at most three digits and a unit. */

/** Bytes: `999 B`, `1.2 KiB`, `98 MiB`. */
export function bytes(count: number): string {
  let value = count;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  const digits = unit > 0 && value < 9.95 ? value.toFixed(1) : value.toFixed(0);
  return `${digits} ${UNITS[unit]}`;
}

/** Bytes a second: `1.2 MiB/s`. */
export function rate(bytesPerSecond: number): string {
  return `${bytes(bytesPerSecond)}/s`;
}

/** A share of 1: `98 %`. */
export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** Time that passes: `0:07`, `12:34`, `1:02:03`. */
export function clock(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  const parts = [Math.floor(seconds / 60) % 60, seconds % 60];
  if (seconds >= 3600) parts.unshift(Math.floor(seconds / 3600));
  return parts.map((part, i) => (i === 0 ? String(part) : String(part).padStart(2, '0'))).join(':');
}

/** Time that has passed: `0.02 s`, `1.2 s`, `98 s`, and from 1000 seconds on as `clock()`. */
export function duration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds >= 999.5) return clock(milliseconds);
  return `${seconds.toFixed(seconds < 0.995 ? 2 : seconds < 99.5 ? 1 : 0)} s`;
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
