/** ending.test.ts, with pipes and ends of processes waited for on a thread of the addon's, as on Bun and Deno. */
process.env['PIPEWORK_OS'] = 'thread';
await import('./ending.test.js');
