/** The conformance suite by what any POSIX system has, as on macOS: no twins, no capacity, readiness from a thread. */
process.env['PIPEWORK_OS'] = 'posix'; // before anything loads the addon
await import('./conformance.test.js');
