// Preloaded into child processes (`node --import`): when the parent is gone, however it went, its end of the pipe on
// standard input closes and the child ends too.
process.stdin.on('end', () => process.exit(0));
process.stdin.on('error', () => process.exit(0));
process.stdin.resume();
process.stdin.unref();
