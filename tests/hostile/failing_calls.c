/*
 * Makes a chosen call of the C library fail, or sends a signal when it is made; for LD_PRELOAD.
 *
 * Counted are calls on paths below one folder, by every process that inherits the environment:
 *
 *   FAULT_STATE   file of sizeof(struct state) zero bytes, shared by the processes; see struct state
 *   FAULT_ROOT    absolute path of the folder, without a slash at its end
 *   FAULT_CALL    number of the kind of call that is meant, see enum kind; KINDS: any; missing: none, calls are only counted
 *   FAULT_AT      which of them, from 1, over all processes
 *   FAULT_ERRNO   the error it fails with, or
 *   FAULT_SIGNAL  the signal that the process gets just before it makes the call
 *   FAULT_MAIN    set: only calls of the first process are counted
 *   FAULT_STICKY  set: every later call of the kind fails as well
 *
 * A call that fails is not made, except close, which closes and then says that it failed; only
 * descriptors for writing count there.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

enum kind {
    OPEN, READ, WRITE, SYNC, RENAME, LINK, MKDIR, UNLINK, STAT, LIST, TRUNCATE, TIMES, LOCK, CLOSE, MODE, SPACE, KINDS
};

/* Read by faults.py: the layout is an interface. */
struct state {
    _Atomic unsigned long long main_process;
    _Atomic unsigned long long chosen;
    _Atomic unsigned long long fired;
    _Atomic unsigned long long counts[KINDS];
    char told[512]; /* the path of the first call that failed */
};

static struct state *state;
static const char *root;
static size_t root_length;
static long chosen_kind = -1, chosen_at, chosen_errno, chosen_signal;
static int only_main, sticky;

static long number(const char *name)
{
    const char *text = getenv(name);
    return text ? atol(text) : 0;
}

__attribute__((constructor)) static void begin(void)
{
    const char *path = getenv("FAULT_STATE");
    root = getenv("FAULT_ROOT");
    if (!path || !root)
        return;
    int file = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC);
    if (file < 0)
        return;
    void *mapped = mmap(NULL, sizeof(struct state), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    syscall(SYS_close, file);
    if (mapped == MAP_FAILED)
        return;
    root_length = strlen(root);
    if (getenv("FAULT_CALL"))
        chosen_kind = number("FAULT_CALL");
    chosen_at = number("FAULT_AT");
    chosen_errno = number("FAULT_ERRNO");
    chosen_signal = number("FAULT_SIGNAL");
    only_main = getenv("FAULT_MAIN") != NULL;
    sticky = getenv("FAULT_STICKY") != NULL;
    state = mapped;
    unsigned long long nobody = 0;
    atomic_compare_exchange_strong(&state->main_process, &nobody, (unsigned long long)getpid());
}

static void *real(const char *name)
{
    return dlsym(RTLD_NEXT, name);
}

/* Write the path that a descriptor stands for. */
static int path_of(int descriptor, char *out, size_t size)
{
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    long length = syscall(SYS_readlinkat, AT_FDCWD, link, out, size - 1);
    if (length < 0)
        return 0;
    out[length] = 0;
    return 1;
}

static int is_below(const char *path)
{
    return !strncmp(path, root, root_length) && (path[root_length] == '/' || path[root_length] == 0);
}

/* Count a call on an absolute path; tell whether it is to fail. */
static int strikes(enum kind kind, const char *path)
{
    if (!is_below(path) || (only_main && (unsigned long long)getpid() != state->main_process))
        return 0;
    state->counts[kind]++;
    if ((long)kind != chosen_kind && chosen_kind != KINDS)
        return 0;
    long now = (long)++state->chosen;
    if (now != chosen_at && !(sticky && now > chosen_at))
        return 0;
    if (!state->fired++)
        snprintf(state->told, sizeof state->told, "%s", path);
    if (chosen_signal) {
        kill(getpid(), (int)chosen_signal);
        return 0;
    }
    errno = (int)chosen_errno;
    return 1;
}

static int fails_on(enum kind kind, int descriptor)
{
    char path[PATH_MAX + 64];
    int before = errno;
    if (!state || !path_of(descriptor, path, sizeof path))
        return errno = before, 0;
    if (strikes(kind, path))
        return 1;
    errno = before;
    return 0;
}

static int fails_at(enum kind kind, int folder, const char *name)
{
    char path[2 * PATH_MAX];
    int before = errno;
    if (!state || !name)
        return 0;
    if (name[0] == '/') {
        snprintf(path, sizeof path, "%s", name);
    } else if (folder == AT_FDCWD) {
        if (syscall(SYS_getcwd, path, PATH_MAX) < 0)
            return errno = before, 0;
    } else if (!path_of(folder, path, PATH_MAX)) {
        return errno = before, 0;
    }
    if (name[0] != '/') {
        size_t length = strlen(path);
        snprintf(path + length, sizeof path - length, "/%s", name);
    }
    if (strikes(kind, path))
        return 1;
    errno = before;
    return 0;
}

/* A function of the C library that fails with `failure` where `condition` holds, and else does its work. */
#define STANDS_BEFORE(type, name, failure, condition, parameters, ...) \
    type name parameters \
    { \
        static type(*actual) parameters; \
        if (!actual) \
            actual = (type(*) parameters)real(#name); \
        if (condition) \
            return failure; \
        return actual(__VA_ARGS__); \
    }

#define OPENS(name) \
    int name(const char *path, int flags, ...) \
    { \
        static int (*actual)(const char *, int, ...); \
        va_list more; \
        va_start(more, flags); \
        mode_t mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(more, mode_t) : 0; \
        va_end(more); \
        if (!actual) \
            actual = (int (*)(const char *, int, ...))real(#name); \
        return fails_at(OPEN, AT_FDCWD, path) ? -1 : actual(path, flags, mode); \
    }

#define OPENS_AT(name) \
    int name(int folder, const char *path, int flags, ...) \
    { \
        static int (*actual)(int, const char *, int, ...); \
        va_list more; \
        va_start(more, flags); \
        mode_t mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(more, mode_t) : 0; \
        va_end(more); \
        if (!actual) \
            actual = (int (*)(int, const char *, int, ...))real(#name); \
        return fails_at(OPEN, folder, path) ? -1 : actual(folder, path, flags, mode); \
    }

OPENS(open)
OPENS(open64)
OPENS_AT(openat)
OPENS_AT(openat64)
STANDS_BEFORE(DIR *, opendir, NULL, fails_at(OPEN, AT_FDCWD, path), (const char *path), path)

STANDS_BEFORE(ssize_t, read, -1, fails_on(READ, f), (int f, void *to, size_t n), f, to, n)
STANDS_BEFORE(ssize_t, pread, -1, fails_on(READ, f), (int f, void *to, size_t n, off_t at), f, to, n, at)
STANDS_BEFORE(ssize_t, pread64, -1, fails_on(READ, f), (int f, void *to, size_t n, off64_t at), f, to, n, at)
STANDS_BEFORE(ssize_t, write, -1, fails_on(WRITE, f), (int f, const void *from, size_t n), f, from, n)
STANDS_BEFORE(ssize_t, pwrite, -1, fails_on(WRITE, f), (int f, const void *from, size_t n, off_t at), f, from, n, at)
STANDS_BEFORE(ssize_t, pwrite64, -1, fails_on(WRITE, f), (int f, const void *from, size_t n, off64_t at), f, from, n, at)
STANDS_BEFORE(ssize_t, sendfile, -1, fails_on(WRITE, to), (int to, int from, off_t *at, size_t n), to, from, at, n)
STANDS_BEFORE(ssize_t, sendfile64, -1, fails_on(WRITE, to), (int to, int from, off64_t *at, size_t n), to, from, at, n)

STANDS_BEFORE(int, fsync, -1, fails_on(SYNC, f), (int f), f)
STANDS_BEFORE(int, fdatasync, -1, fails_on(SYNC, f), (int f), f)
STANDS_BEFORE(int, syncfs, -1, fails_on(SYNC, f), (int f), f)

STANDS_BEFORE(int, rename, -1, fails_at(RENAME, AT_FDCWD, to), (const char *from, const char *to), from, to)
STANDS_BEFORE(int, renameat, -1, fails_at(RENAME, g, to), (int f, const char *from, int g, const char *to), f, from, g, to)
STANDS_BEFORE(int, renameat2, -1, fails_at(RENAME, g, to),
              (int f, const char *from, int g, const char *to, unsigned flags), f, from, g, to, flags)
STANDS_BEFORE(int, link, -1, fails_at(LINK, AT_FDCWD, to), (const char *from, const char *to), from, to)
STANDS_BEFORE(int, linkat, -1, fails_at(LINK, g, to),
              (int f, const char *from, int g, const char *to, int flags), f, from, g, to, flags)
STANDS_BEFORE(int, mkdir, -1, fails_at(MKDIR, AT_FDCWD, path), (const char *path, mode_t mode), path, mode)
STANDS_BEFORE(int, mkdirat, -1, fails_at(MKDIR, f, path), (int f, const char *path, mode_t mode), f, path, mode)
STANDS_BEFORE(int, unlink, -1, fails_at(UNLINK, AT_FDCWD, path), (const char *path), path)
STANDS_BEFORE(int, rmdir, -1, fails_at(UNLINK, AT_FDCWD, path), (const char *path), path)
STANDS_BEFORE(int, unlinkat, -1, fails_at(UNLINK, f, path), (int f, const char *path, int flags), f, path, flags)

STANDS_BEFORE(int, stat, -1, fails_at(STAT, AT_FDCWD, path), (const char *path, struct stat *to), path, to)
STANDS_BEFORE(int, stat64, -1, fails_at(STAT, AT_FDCWD, path), (const char *path, struct stat64 *to), path, to)
STANDS_BEFORE(int, lstat, -1, fails_at(STAT, AT_FDCWD, path), (const char *path, struct stat *to), path, to)
STANDS_BEFORE(int, lstat64, -1, fails_at(STAT, AT_FDCWD, path), (const char *path, struct stat64 *to), path, to)
STANDS_BEFORE(int, fstat, -1, fails_on(STAT, f), (int f, struct stat *to), f, to)
STANDS_BEFORE(int, fstat64, -1, fails_on(STAT, f), (int f, struct stat64 *to), f, to)
STANDS_BEFORE(int, fstatat, -1, *path ? fails_at(STAT, f, path) : fails_on(STAT, f),
              (int f, const char *path, struct stat *to, int flags), f, path, to, flags)
STANDS_BEFORE(int, fstatat64, -1, *path ? fails_at(STAT, f, path) : fails_on(STAT, f),
              (int f, const char *path, struct stat64 *to, int flags), f, path, to, flags)
/* what the C library called them before version 2.33 */
STANDS_BEFORE(int, __xstat64, -1, fails_at(STAT, AT_FDCWD, path), (int v, const char *path, struct stat64 *to), v, path, to)
STANDS_BEFORE(int, __lxstat64, -1, fails_at(STAT, AT_FDCWD, path), (int v, const char *path, struct stat64 *to), v, path, to)
STANDS_BEFORE(int, __fxstat64, -1, fails_on(STAT, f), (int v, int f, struct stat64 *to), v, f, to)
STANDS_BEFORE(int, __fxstatat64, -1, fails_at(STAT, f, path),
              (int v, int f, const char *path, struct stat64 *to, int flags), v, f, path, to, flags)
STANDS_BEFORE(int, access, -1, fails_at(STAT, AT_FDCWD, path), (const char *path, int mode), path, mode)
STANDS_BEFORE(int, faccessat, -1, fails_at(STAT, f, path), (int f, const char *path, int mode, int flags), f, path, mode, flags)
STANDS_BEFORE(ssize_t, readlink, -1, fails_at(STAT, AT_FDCWD, path), (const char *path, char *to, size_t n), path, to, n)
STANDS_BEFORE(ssize_t, readlinkat, -1, fails_at(STAT, f, path), (int f, const char *path, char *to, size_t n), f, path, to, n)

STANDS_BEFORE(struct dirent *, readdir, NULL, fails_on(LIST, dirfd(d)), (DIR *d), d)
STANDS_BEFORE(struct dirent64 *, readdir64, NULL, fails_on(LIST, dirfd(d)), (DIR *d), d)

STANDS_BEFORE(int, ftruncate, -1, fails_on(TRUNCATE, f), (int f, off_t length), f, length)
STANDS_BEFORE(int, ftruncate64, -1, fails_on(TRUNCATE, f), (int f, off64_t length), f, length)
STANDS_BEFORE(int, futimens, -1, fails_on(TIMES, f), (int f, const struct timespec times[2]), f, times)
STANDS_BEFORE(int, utimensat, -1, path ? fails_at(TIMES, f, path) : fails_on(TIMES, f),
              (int f, const char *path, const struct timespec times[2], int flags), f, path, times, flags)
STANDS_BEFORE(int, flock, -1, fails_on(LOCK, f), (int f, int operation), f, operation)
STANDS_BEFORE(int, fchmod, -1, fails_on(MODE, f), (int f, mode_t mode), f, mode)
STANDS_BEFORE(int, fchmodat, -1, fails_at(MODE, f, path), (int f, const char *path, mode_t mode, int flags), f, path, mode, flags)
STANDS_BEFORE(int, statvfs, -1, fails_at(SPACE, AT_FDCWD, path), (const char *path, struct statvfs *to), path, to)
STANDS_BEFORE(int, statvfs64, -1, fails_at(SPACE, AT_FDCWD, path), (const char *path, struct statvfs64 *to), path, to)
STANDS_BEFORE(int, fstatvfs, -1, fails_on(SPACE, f), (int f, struct statvfs *to), f, to)
STANDS_BEFORE(int, fstatvfs64, -1, fails_on(SPACE, f), (int f, struct statvfs64 *to), f, to)

/* Closing tells of an error only where something was written (a share, a quota). */
static int is_for_writing(int f)
{
    long flags = syscall(SYS_fcntl, f, F_GETFL);
    return flags >= 0 && (flags & O_ACCMODE) != O_RDONLY && !(flags & O_PATH);
}

int close(int f)
{
    int before = errno, writing = state && is_for_writing(f);
    errno = before;
    int failed = writing && fails_on(CLOSE, f), error = errno;
    int status = (int)syscall(SYS_close, f);
    if (failed)
        errno = error;
    return failed ? -1 : status;
}
