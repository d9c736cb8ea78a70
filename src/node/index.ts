/**
 * `pipework/node`: pipes as Node's streams, and Node's streams as ends of pipes. Node, Bun and Deno.
 */
export { type FromNodeOptions, fromNode } from './from-node.js';
export { type ToNodeOptions, toNode } from './to-node.js';
