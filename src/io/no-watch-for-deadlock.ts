/**
 * What stands for watch-for-deadlock.ts in a bundle for browsers (the field `browser` of package.json): no browser tells
 * when its event loop has run dry, so there is nothing to watch for. `failWhenStuck` of `pipework/testing` needs no sign.
 */
export function watchForDeadlock(): void {}
