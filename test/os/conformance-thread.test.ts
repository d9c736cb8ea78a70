/** The conformance suite with readiness from a thread, as on Bun and Deno. */
process.env['PIPEWORK_OS'] = 'thread'; // before anything loads the addon
await import('./conformance.test.js');
