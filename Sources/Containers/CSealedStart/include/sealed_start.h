#ifndef SEALED_START_H
#define SEALED_START_H

/// The entry of a static program (`ld -e sealed_start`) in the place of `_start`, which it goes on with.
void sealed_start(void);

/// The arguments as the kernel gave them, ended by a null pointer; NULL in a program with another entry. They live for ever.
///
/// Swift's own `CommandLine` looks for them in /proc/self/maps, and has none where that cannot be read.
char **sealed_start_arguments(void);

#endif
