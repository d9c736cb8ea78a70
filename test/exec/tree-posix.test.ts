/** tree.test.ts, with pipes and ends of processes waited for by what any POSIX system has. */
process.env['PIPEWORK_OS'] = 'posix';
await import('./tree.test.js');
