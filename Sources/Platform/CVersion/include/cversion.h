#ifndef CVERSION_H
#define CVERSION_H

/// The version of this build. Lasts as long as the process.
const char *cversion(void);

#endif
