/**
 * Go's `os.Pipe`: two goroutines, whose reads and writes go to the kernel and park in Go's netpoller. In its favour: the
 * two run on two cores at the same time.
 */
import { goRival } from './go-pipe.js';

export const rival = goRival('os', "Go's os.Pipe");
