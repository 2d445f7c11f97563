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
 *   FAULT_RECORD  a file to which every change below the folder is added in the order in which it was made, see tell()
 *
 * A call that fails is not made, except close, which closes and then says that it failed; only
 * descriptors for writing count there.
 *
 * A process that was forked, and never began another program, heeds what its environment says now once it calls
 * failing_calls_begin().
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

enum kind {
    OPEN, READ, WRITE, SYNC, RENAME, LINK, MKDIR, UNLINK, STAT, LIST, TRUNCATE, TIMES, LOCK, CLOSE, MODE, SPACE, CREATE,
    KINDS
};

/* What is recorded; read by recorded.py, as the layout of tell() is. */
enum change {
    CREATED = 1, WRITTEN, TRUNCATED, MADE, LINKED, POINTED, RENAMED, REMOVED, TIMED, ALLOWED, SYNCED, ALL_SYNCED, LEFT
};

/* Read by shim.py: the layout is an interface. */
struct state {
    _Atomic unsigned long long main_process;
    _Atomic unsigned long long chosen;
    _Atomic unsigned long long fired;
    _Atomic unsigned long long counts[KINDS];
    _Atomic unsigned long long recording; /* the process that is adding to the record; 0: none */
    char told[512]; /* the path of the first call that failed */
};

static struct state *state;
static const char *root;
static size_t root_length;
static long chosen_kind = -1, chosen_at, chosen_errno, chosen_signal;
static int only_main, sticky, record = -1;

static long number(const char *name)
{
    const char *text = getenv(name);
    return text ? atol(text) : 0;
}

__attribute__((constructor)) void failing_calls_begin(void)
{
    const char *path = getenv("FAULT_STATE"), *log = getenv("FAULT_RECORD");
    state = NULL;
    root = getenv("FAULT_ROOT");
    if (!path || !root)
        return;
    root = strdup(root);
    int file = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC);
    if (file < 0)
        return;
    void *mapped = mmap(NULL, sizeof(struct state), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    syscall(SYS_close, file);
    if (mapped == MAP_FAILED)
        return;
    root_length = strlen(root);
    chosen_kind = getenv("FAULT_CALL") ? number("FAULT_CALL") : -1;
    chosen_at = number("FAULT_AT");
    chosen_errno = number("FAULT_ERRNO");
    chosen_signal = number("FAULT_SIGNAL");
    only_main = getenv("FAULT_MAIN") != NULL;
    sticky = getenv("FAULT_STICKY") != NULL;
    record = log ? (int)syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;
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

/* One change at a time, over all processes, so that the record has them in the order in which they were made. */
static int turn(void)
{
    if (!state || record < 0)
        return 0;
    unsigned long long nobody = 0;
    while (!atomic_compare_exchange_weak(&state->recording, &nobody, (unsigned long long)syscall(SYS_gettid))) {
        nobody = 0;
        sched_yield();
    }
    return 1;
}

static void turn_over(int had)
{
    if (had)
        state->recording = 0;
}

/* A part of a record; whoever cannot write it stops, for a record with a gap proves nothing. */
static void put(const void *from, size_t size)
{
    const char *rest = from;
    while (size) {
        long written = syscall(SYS_write, record, rest, size);
        if (written < 0)
            abort();
        rest += written;
        size -= (size_t)written;
    }
}

/*
 * Add a change to the record: six numbers of eight bytes (change, object, folder, number, length of the first text, length of
 * the second), and the two texts. An object or a folder is told by its inode.
 */
static void tell(enum change change, unsigned long long object, unsigned long long folder, unsigned long long value,
                 const void *first, size_t first_length, const void *second, size_t second_length)
{
    unsigned long long head[6] = {change, object, folder, value, first_length, second_length};
    put(head, sizeof head);
    put(first, first_length);
    put(second, second_length);
}

static unsigned long long inode_of(int descriptor)
{
    struct stat status;
    return syscall(SYS_fstat, descriptor, &status) < 0 ? 0 : status.st_ino;
}

static unsigned long long inode_at(int folder, const char *path)
{
    struct stat status;
    return syscall(SYS_newfstatat, folder, path, &status, AT_SYMLINK_NOFOLLOW) < 0 ? 0 : status.st_ino;
}

/* Split a path into the inode of its folder and its last part; whether it is below the root. */
static int located(int folder, const char *name, unsigned long long *above, const char **last)
{
    char path[2 * PATH_MAX];
    size_t length = 0;
    if (name[0] == '/') {
        snprintf(path, sizeof path, "%s", name);
    } else {
        if (folder == AT_FDCWD ? syscall(SYS_getcwd, path, PATH_MAX) < 0 : !path_of(folder, path, PATH_MAX))
            return 0;
        length = strlen(path);
        snprintf(path + length, sizeof path - length, "/%s", name);
    }
    if (!is_below(path))
        return 0;
    char *end = strrchr(path, '/');
    while (end > path && !end[1]) { /* "folder/" */
        *end = 0;
        end = strrchr(path, '/');
    }
    const char *slash = strrchr(name, '/');
    *last = slash ? slash + 1 : name;
    if (slash || folder == AT_FDCWD) {
        *end = 0;
        *above = inode_at(AT_FDCWD, path);
    } else {
        *above = inode_of(folder); /* it may have been moved since it was opened */
    }
    return *above != 0;
}

/* A file without a name is of no concern: nobody finds it again. */
static int is_recorded(int descriptor)
{
    char path[PATH_MAX + 64];
    struct stat status;
    return !syscall(SYS_fstat, descriptor, &status) && status.st_nlink && path_of(descriptor, path, sizeof path) && is_below(path);
}

static void tell_named(enum change change, int folder, const char *name, unsigned long long value, const char *more)
{
    unsigned long long above;
    const char *last;
    if (located(folder, name, &above, &last))
        tell(change, inode_at(folder, name), above, value, last, strlen(last), more, strlen(more));
}

static void tell_open(enum change change, int descriptor, unsigned long long value)
{
    if (is_recorded(descriptor))
        tell(change, inode_of(descriptor), 0, value, "", 0, "", 0);
}

/* What was written is read back, for a system call that copies within the system shows it to nobody. */
static void tell_written(int descriptor, long long at, ssize_t length)
{
    if (length <= 0 || !is_recorded(descriptor))
        return;
    if (at < 0)
        at = syscall(SYS_lseek, descriptor, 0, SEEK_CUR) - length;
    char link[64], *data = malloc((size_t)length);
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    int again = (int)syscall(SYS_openat, AT_FDCWD, link, O_RDONLY | O_CLOEXEC);
    for (ssize_t read = 0; read < length;) {
        long part = syscall(SYS_pread64, again, data + read, length - read, at + read);
        if (part <= 0)
            abort();
        read += part;
    }
    syscall(SYS_close, again);
    tell(WRITTEN, inode_of(descriptor), 0, (unsigned long long)at, data, (size_t)length, "", 0);
    free(data);
}

static void tell_size(int descriptor)
{
    struct stat status;
    if (!syscall(SYS_fstat, descriptor, &status))
        tell_open(TRUNCATED, descriptor, (unsigned long long)status.st_size);
}

static void tell_renamed(int from_folder, const char *from, int to_folder, const char *to, unsigned long long was_above)
{
    unsigned long long above;
    const char *last, *old = strrchr(from, '/');
    old = old ? old + 1 : from;
    if (!was_above && !located(to_folder, to, &above, &last))
        return;
    if (!was_above || !located(to_folder, to, &above, &last))
        abort(); /* into the folder or out of it: nobody could replay that */
    tell(RENAMED, was_above, above, 0, old, strlen(old), last, strlen(last));
    (void)from_folder;
}

static unsigned long long above_of(int folder, const char *name)
{
    unsigned long long above;
    const char *last;
    return located(folder, name, &above, &last) ? above : 0;
}

static void tell_times(int folder, const char *path, int flags)
{
    struct stat status;
    char joined[2 * PATH_MAX];
    if (path ? syscall(SYS_newfstatat, folder, path, &status, flags) < 0 : syscall(SYS_fstat, folder, &status) < 0)
        return;
    if (path && above_of(folder, path) == 0)
        return;
    if (!path && !(path_of(folder, joined, PATH_MAX) && is_below(joined)))
        return;
    unsigned long long when = (unsigned long long)status.st_mtim.tv_sec * 1000000000ULL + (unsigned long long)status.st_mtim.tv_nsec;
    tell(TIMED, status.st_ino, 0, when, "", 0, "", 0);
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

/* The same for one that changes something, which is then told. `before` is what must be known of how it was. */
#define CHANGES(type, name, failure, condition, before, told, parameters, ...) \
    type name parameters \
    { \
        static type(*actual) parameters; \
        if (!actual) \
            actual = (type(*) parameters)real(#name); \
        if (condition) \
            return failure; \
        int mine = turn(), error; \
        unsigned long long was = mine ? (before) : 0; \
        type done = actual(__VA_ARGS__); \
        error = errno; \
        (void)was; \
        if (mine && done != failure) { \
            told; \
        } \
        turn_over(mine); \
        errno = error; \
        return done; \
    }

/* Opening makes a file where there was none, and may empty one. */
static void tell_opened(int descriptor, int folder, const char *path, int flags, mode_t mode, int was)
{
    if (flags & O_CREAT && !was)
        tell_named(CREATED, folder, path, mode, "");
    else if (flags & O_TRUNC && (flags & O_ACCMODE) != O_RDONLY)
        tell_size(descriptor);
}

#define OPENED(folder, call) \
    int changes = (flags & (O_CREAT | O_TRUNC)) != 0, mine = changes ? turn() : 0; \
    int was = mine && inode_at(folder, path) != 0; \
    int done = call, error = errno; \
    if (mine && done >= 0) \
        tell_opened(done, folder, path, flags, mode, was); \
    turn_over(mine); \
    errno = error; \
    return done;

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
        if (fails_at(flags & O_CREAT ? CREATE : OPEN, AT_FDCWD, path)) \
            return -1; \
        OPENED(AT_FDCWD, actual(path, flags, mode)) \
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
        if (fails_at(flags & O_CREAT ? CREATE : OPEN, folder, path)) \
            return -1; \
        OPENED(folder, actual(folder, path, flags, mode)) \
    }

OPENS(open)
OPENS(open64)
OPENS_AT(openat)
OPENS_AT(openat64)
STANDS_BEFORE(DIR *, opendir, NULL, fails_at(OPEN, AT_FDCWD, path), (const char *path), path)

STANDS_BEFORE(ssize_t, read, -1, fails_on(READ, f), (int f, void *to, size_t n), f, to, n)
STANDS_BEFORE(ssize_t, pread, -1, fails_on(READ, f), (int f, void *to, size_t n, off_t at), f, to, n, at)
STANDS_BEFORE(ssize_t, pread64, -1, fails_on(READ, f), (int f, void *to, size_t n, off64_t at), f, to, n, at)

CHANGES(ssize_t, write, -1, fails_on(WRITE, f), 0, tell_written(f, -1, done), (int f, const void *from, size_t n), f, from, n)
CHANGES(ssize_t, pwrite, -1, fails_on(WRITE, f), 0, tell_written(f, at, done),
        (int f, const void *from, size_t n, off_t at), f, from, n, at)
CHANGES(ssize_t, pwrite64, -1, fails_on(WRITE, f), 0, tell_written(f, at, done),
        (int f, const void *from, size_t n, off64_t at), f, from, n, at)
CHANGES(ssize_t, sendfile, -1, fails_on(WRITE, to), 0, tell_written(to, -1, done),
        (int to, int from, off_t *at, size_t n), to, from, at, n)
CHANGES(ssize_t, sendfile64, -1, fails_on(WRITE, to), 0, tell_written(to, -1, done),
        (int to, int from, off64_t *at, size_t n), to, from, at, n)
CHANGES(ssize_t, copy_file_range, -1, fails_on(WRITE, to), 0, tell_written(to, put_at ? *put_at - done : -1, done),
        (int from, off64_t *at, int to, off64_t *put_at, size_t n, unsigned flags), from, at, to, put_at, n, flags)

CHANGES(int, fsync, -1, fails_on(SYNC, f), 0, tell_open(SYNCED, f, 0), (int f), f)
CHANGES(int, fdatasync, -1, fails_on(SYNC, f), 0, tell_open(SYNCED, f, 0), (int f), f)
CHANGES(int, syncfs, -1, fails_on(SYNC, f), 0, tell(ALL_SYNCED, 0, 0, 0, "", 0, "", 0), (int f), f)

/* It cannot fail. */
void sync(void)
{
    int mine = turn();
    syscall(SYS_sync);
    if (mine)
        tell(ALL_SYNCED, 0, 0, 0, "", 0, "", 0);
    turn_over(mine);
}

CHANGES(int, rename, -1, fails_at(RENAME, AT_FDCWD, to), above_of(AT_FDCWD, from),
        tell_renamed(AT_FDCWD, from, AT_FDCWD, to, was), (const char *from, const char *to), from, to)
CHANGES(int, renameat, -1, fails_at(RENAME, g, to), above_of(f, from), tell_renamed(f, from, g, to, was),
        (int f, const char *from, int g, const char *to), f, from, g, to)
CHANGES(int, renameat2, -1, fails_at(RENAME, g, to), above_of(f, from), tell_renamed(f, from, g, to, was),
        (int f, const char *from, int g, const char *to, unsigned flags), f, from, g, to, flags)
CHANGES(int, link, -1, fails_at(LINK, AT_FDCWD, to), 0, tell_named(LINKED, AT_FDCWD, to, 0, ""),
        (const char *from, const char *to), from, to)
CHANGES(int, linkat, -1, fails_at(LINK, g, to), 0, tell_named(LINKED, g, to, 0, ""),
        (int f, const char *from, int g, const char *to, int flags), f, from, g, to, flags)
CHANGES(int, symlink, -1, fails_at(LINK, AT_FDCWD, path), 0, tell_named(POINTED, AT_FDCWD, path, 0, target),
        (const char *target, const char *path), target, path)
CHANGES(int, symlinkat, -1, fails_at(LINK, f, path), 0, tell_named(POINTED, f, path, 0, target),
        (const char *target, int f, const char *path), target, f, path)
CHANGES(int, mkdir, -1, fails_at(MKDIR, AT_FDCWD, path), 0, tell_named(MADE, AT_FDCWD, path, mode, ""),
        (const char *path, mode_t mode), path, mode)
CHANGES(int, mkdirat, -1, fails_at(MKDIR, f, path), 0, tell_named(MADE, f, path, mode, ""),
        (int f, const char *path, mode_t mode), f, path, mode)
CHANGES(int, unlink, -1, fails_at(UNLINK, AT_FDCWD, path), 0, tell_named(REMOVED, AT_FDCWD, path, 0, ""),
        (const char *path), path)
CHANGES(int, rmdir, -1, fails_at(UNLINK, AT_FDCWD, path), 0, tell_named(REMOVED, AT_FDCWD, path, 0, ""),
        (const char *path), path)
CHANGES(int, unlinkat, -1, fails_at(UNLINK, f, path), 0, tell_named(REMOVED, f, path, 0, ""),
        (int f, const char *path, int flags), f, path, flags)

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

CHANGES(int, ftruncate, -1, fails_on(TRUNCATE, f), 0, tell_size(f), (int f, off_t length), f, length)
CHANGES(int, ftruncate64, -1, fails_on(TRUNCATE, f), 0, tell_size(f), (int f, off64_t length), f, length)
CHANGES(int, futimens, -1, fails_on(TIMES, f), 0, tell_times(f, NULL, 0), (int f, const struct timespec times[2]), f, times)
CHANGES(int, utimensat, -1, path ? fails_at(TIMES, f, path) : fails_on(TIMES, f), 0, tell_times(f, path, flags),
        (int f, const char *path, const struct timespec times[2], int flags), f, path, times, flags)
STANDS_BEFORE(int, flock, -1, fails_on(LOCK, f), (int f, int operation), f, operation)
CHANGES(int, fchmod, -1, fails_on(MODE, f), 0, tell_open(ALLOWED, f, mode), (int f, mode_t mode), f, mode)
CHANGES(int, chmod, -1, fails_at(MODE, AT_FDCWD, path), 0, tell_named(ALLOWED, AT_FDCWD, path, mode, ""),
        (const char *path, mode_t mode), path, mode)
CHANGES(int, fchmodat, -1, fails_at(MODE, f, path), 0, tell_named(ALLOWED, f, path, mode, ""),
        (int f, const char *path, mode_t mode, int flags), f, path, mode, flags)
STANDS_BEFORE(int, statvfs, -1, fails_at(SPACE, AT_FDCWD, path), (const char *path, struct statvfs *to), path, to)
STANDS_BEFORE(int, statvfs64, -1, fails_at(SPACE, AT_FDCWD, path), (const char *path, struct statvfs64 *to), path, to)
STANDS_BEFORE(int, fstatvfs, -1, fails_on(SPACE, f), (int f, struct statvfs *to), f, to)
STANDS_BEFORE(int, fstatvfs64, -1, fails_on(SPACE, f), (int f, struct statvfs64 *to), f, to)

/* A file with its bytes, which are the second text. */
static int tell_left(const char *path, const struct stat *status, int type, struct FTW *where)
{
    if (type != FTW_F || !S_ISREG(status->st_mode))
        return 0;
    int file = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
    char above[PATH_MAX], *data = malloc((size_t)status->st_size + 1);
    if (file < 0 || !data)
        abort();
    snprintf(above, sizeof above, "%.*s", where->base, path);
    for (off_t read = 0; read < status->st_size;) {
        long part = syscall(SYS_pread64, file, data + read, status->st_size - read, read);
        if (part <= 0)
            abort();
        read += part;
    }
    syscall(SYS_close, file);
    const char *name = path + where->base;
    tell(LEFT, status->st_ino, inode_at(AT_FDCWD, above), status->st_mode, name, strlen(name), data, (size_t)status->st_size);
    free(data);
    return 0;
}

/*
 * A child may be a program that this library does not see into, or sees in part. Every file that is there when it has ended is told,
 * and whoever replays knows which of them are new.
 */
pid_t waitpid(pid_t child, int *status, int options)
{
    static pid_t (*actual)(pid_t, int *, int);
    if (!actual)
        actual = (pid_t(*)(pid_t, int *, int))real("waitpid");
    int how = 0;
    pid_t done = actual(child, &how, options);
    int error = errno, mine = done > 0 && (WIFEXITED(how) || WIFSIGNALED(how)) ? turn() : 0;
    if (mine && nftw(root, tell_left, 16, FTW_PHYS))
        abort();
    turn_over(mine);
    if (status)
        *status = how;
    errno = error;
    return done;
}

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
