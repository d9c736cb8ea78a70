/** A log of 1 GiB, read line by line: how long that takes. It is in the system's cache by the time of the first trial. */
import { BIG_LOG, checkBigLog, makeBigLog } from '../big-log.js';
import { type Case, notFor } from '../case.js';

export const linesCases: readonly Case[] = [
  {
    name: 'lines-log',
    title: 'lines of a log of 1 GiB',
    unit: 'ms',
    rivals: ['ours-lines', 'readline-await', 'readline-event', 'ours-lines-stream'],
    prepare: makeBigLog,
    async run(rival) {
      if (rival.countLines === undefined) throw notFor(rival);
      const start = process.hrtime.bigint();
      const count = await rival.countLines(BIG_LOG);
      const took = Number(process.hrtime.bigint() - start);
      checkBigLog(count);
      return took / 1e6;
    },
  },
];
