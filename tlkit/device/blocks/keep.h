#include <stdint.h>
#include <stdlib.h>

// keep_plugin hangs keep_alloc and keep_free into a library that is already loaded, and
// gives 0; else what is missing.
const char *keep_plugin(const char *path);

int keep_alloc(void **out, size_t align, size_t size);
void keep_free(void *p);
void keep_release(void);

struct keep_use {
  uint64_t live, kept, most, hits, misses;
};
struct keep_use keep_use(void);
