//go:build linux && cgo

// See blocks.go for what this is for.

#define _GNU_SOURCE
#include "keep.h"

#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <link.h>
#include <malloc.h>
#include <pthread.h>
#include <string.h>

// A block is one that the C library gave and will take back, whoever frees it: nothing
// goes wrong where a block passes this file by.
struct block {
  void *p; // 0: this place is free
  size_t size;
  uint64_t freed; // when, counted in calls; 0: in use
};

enum { PLACES = 1024 };
static const size_t LEAST = 1 << 20; // smaller blocks come back fast without help

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct block blocks[PLACES];
static int used; // places that ever held a block
static uint64_t clock_, hits, misses;
static size_t live, kept, most; // bytes; most is the highest that live ever was

static void *forget(struct block *b) {
  void *p = b->p;
  if (b->freed)
    kept -= b->size;
  else
    live -= b->size;
  *b = (struct block){0};
  return p;
}

// fits finds the smallest kept block that is not much larger than asked.
static struct block *fits(size_t align, size_t size) {
  struct block *best = 0;
  for (struct block *b = blocks; b < blocks + used; b++)
    if (b->freed && b->size >= size && b->size - size <= size / 8 && (uintptr_t)b->p % align == 0 && (!best || b->size < best->size))
      best = b;
  return best;
}

static struct block *oldest(void) {
  struct block *best = 0;
  for (struct block *b = blocks; b < blocks + used; b++)
    if (b->freed && (!best || b->freed < best->freed))
      best = b;
  return best;
}

// place finds where to note p: where it is noted still, for one that was freed by another
// way, or where nothing is.
static struct block *place(void *p) {
  struct block *empty = 0;
  for (struct block *b = blocks; b < blocks + used; b++) {
    if (b->p == p)
      forget(b);
    if (!b->p)
      empty = b;
  }
  return empty || used == PLACES ? empty : &blocks[used++];
}

int keep_alloc(void **out, size_t align, size_t size) {
  if (size < LEAST)
    return posix_memalign(out, align, size);
  pthread_mutex_lock(&lock);
  struct block *b = fits(align, size);
  if (b) {
    hits++;
    kept -= b->size;
    live += b->size;
    if (live > most)
      most = live;
    b->freed = 0;
    *out = b->p;
    pthread_mutex_unlock(&lock);
    return 0;
  }
  misses++;
  // What is kept gives way, so that the process never holds more than it once used at a time.
  while (kept && live + kept + size > most) // as size is not in most yet, a new peak leaves nothing kept
    free(forget(oldest()));
  int failed = posix_memalign(out, align, size);
  while (failed == ENOMEM && kept) {
    free(forget(oldest()));
    failed = posix_memalign(out, align, size);
  }
  if (!failed && (b = place(*out))) {
    *b = (struct block){*out, malloc_usable_size(*out), 0};
    live += b->size;
    if (live > most)
      most = live;
  }
  pthread_mutex_unlock(&lock);
  return failed;
}

void keep_free(void *p) {
  size_t size = p ? malloc_usable_size(p) : 0;
  if (size >= LEAST) {
    pthread_mutex_lock(&lock);
    for (struct block *b = blocks; b < blocks + used; b++)
      if (b->p == p && !b->freed) {
        if (b->size == size) {
          live -= size;
          kept += size;
          b->freed = ++clock_;
          p = 0;
        } else { // freed by another way, and since then given to somebody else
          forget(b);
        }
        break;
      }
    pthread_mutex_unlock(&lock);
  }
  free(p);
}

void keep_release(void) {
  pthread_mutex_lock(&lock);
  for (struct block *b = blocks; b < blocks + used; b++)
    if (b->freed)
      free(forget(b));
  most = live;
  pthread_mutex_unlock(&lock);
}

struct keep_use keep_use(void) {
  pthread_mutex_lock(&lock);
  struct keep_use u = {live, kept, most, hits, misses};
  pthread_mutex_unlock(&lock);
  return u;
}

// where is an address from a library's dynamic section: the C libraries differ in whether
// they have already added the place where the library lies.
static uintptr_t where(const struct link_map *m, uintptr_t address) {
  return address < m->l_addr ? m->l_addr + address : address;
}

const char *keep_plugin(const char *path) {
#if defined(__LP64__)
  void *handle = dlopen(path, RTLD_LAZY | RTLD_NOLOAD);
  if (!handle)
    return "the library is not loaded";
  struct link_map *m = 0;
  if (dlinfo(handle, RTLD_DI_LINKMAP, &m))
    return "the library's place is not known";
  const ElfW(Rela) *calls = 0;
  const ElfW(Sym) *symbols = 0;
  const char *names = 0;
  size_t size = 0;
  int fixed = 0;
  for (const ElfW(Dyn) *d = m->l_ld; d->d_tag != DT_NULL; d++) {
    uintptr_t at = where(m, d->d_un.d_ptr);
    switch (d->d_tag) {
    case DT_JMPREL: calls = (const void *)at; break;
    case DT_SYMTAB: symbols = (const void *)at; break;
    case DT_STRTAB: names = (const void *)at; break;
    case DT_PLTRELSZ: size = d->d_un.d_val; break;
    case DT_PLTREL: if (d->d_un.d_val != DT_RELA) return "the library's table of calls is of another form"; break;
    case DT_BIND_NOW: fixed = 1; break;
    case DT_FLAGS: fixed |= (d->d_un.d_val & DF_BIND_NOW) != 0; break;
    case DT_FLAGS_1: fixed |= (d->d_un.d_val & DF_1_NOW) != 0; break;
    }
  }
  if (fixed) // it may lie in memory that is read only by now
    return "the library's table of calls is filled in for good";
  if (!calls || !symbols || !names)
    return "the library has no table of calls";
  void **alloc = 0, **release = 0;
  for (const ElfW(Rela) *r = calls; r < calls + size / sizeof *r; r++) {
    const char *name = names + symbols[ELF64_R_SYM(r->r_info)].st_name;
    if (!strcmp(name, "posix_memalign"))
      alloc = (void **)(m->l_addr + r->r_offset);
    if (!strcmp(name, "free"))
      release = (void **)(m->l_addr + r->r_offset);
  }
  if (!alloc || !release)
    return "the library calls no posix_memalign and free";
  __atomic_store_n(release, (void *)keep_free, __ATOMIC_RELEASE);
  __atomic_store_n(alloc, (void *)keep_alloc, __ATOMIC_RELEASE);
  return 0;
#else
  return "only libraries of 64 bits are known";
#endif
}
