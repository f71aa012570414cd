#pragma once

#include <stddef.h>
#include <stdint.h>

// The driver of libFuzzer (compiler-rt), for a program with a main of its own.
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*callback)(const uint8_t *data, size_t size));
