#include "cversion.h"

// A section of its own, so that hack/package can write its version over this one in a finished binary: nothing is built
// anew for another version. The size is part of that agreement.
static const char text[64] __attribute__((section("swiftlet_version"), used)) = "0.1.0";

const char *cversion(void) {
    // As far as the compiler knows, anybody may have written there: else it would put today's text into the code.
    const char *pointer = text;
    __asm__("" : "+r"(pointer));
    return pointer;
}
