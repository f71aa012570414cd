#ifndef CLINUX_H
#define CLINUX_H

#include <stdint.h>
#include <sys/types.h>

// No _GNU_SOURCE here, and no header that Swift's Glibc module brings already: two modules that see one header with
// other feature macros do not go together. What only _GNU_SOURCE shows is declared below by us.
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <sys/xattr.h>

// Files. open(2) and openat(2) are variadic.
int clinux_open(const char *path, int flags, mode_t mode);
int clinux_openat(int dirfd, const char *path, int flags, mode_t mode);
int clinux_openat2(int dirfd, const char *path, uint64_t flags, uint64_t mode, uint64_t resolve);
int clinux_fcntl_int(int fd, int command, int argument);
int clinux_pipe2(int ends[2], int flags);
int clinux_close_range(unsigned int first, unsigned int last, unsigned int flags);
/// f_type of statfs(2), or −1.
long clinux_statfs_type(const char *path);
int clinux_renameat2(int olddir, const char *oldpath, int newdir, const char *newpath, unsigned int flags);
int clinux_syncfs(int fd);
int clinux_mknodat(int dirfd, const char *path, mode_t mode, unsigned int major, unsigned int minor);
unsigned int clinux_major(uint64_t device);
unsigned int clinux_minor(uint64_t device);
int clinux_ioctl_int(int fd, unsigned long request, int argument);
int clinux_ioctl_pointer(int fd, unsigned long request, void *argument);
/// accept4(2) with SOCK_CLOEXEC and SOCK_NONBLOCK.
int clinux_accept(int fd);
int clinux_memfd_create(const char *name, unsigned int flags);

#define CLINUX_O_PATH 010000000
#define CLINUX_O_TMPFILE 020200000
#define CLINUX_AT_EMPTY_PATH 0x1000
#define CLINUX_AT_RECURSIVE 0x8000
#define CLINUX_CLOSE_RANGE_CLOEXEC 4u
#define CLINUX_RENAME_NOREPLACE 1u
#define CLINUX_RENAME_EXCHANGE 2u

#define CLINUX_RESOLVE_NO_XDEV 0x01u
#define CLINUX_RESOLVE_NO_MAGICLINKS 0x02u
#define CLINUX_RESOLVE_NO_SYMLINKS 0x04u
#define CLINUX_RESOLVE_BENEATH 0x08u
#define CLINUX_RESOLVE_IN_ROOT 0x10u

// Mounts: the API of Linux 5.2, and pivot_root(2), have no wrapper in the oldest glibc that we build with.
int clinux_pivot_root(const char *new_root, const char *put_old);
int clinux_open_tree(int dirfd, const char *path, unsigned int flags);
int clinux_move_mount(int from_dirfd, const char *from, int to_dirfd, const char *to, unsigned int flags);
int clinux_fsopen(const char *filesystem, unsigned int flags);
int clinux_fsconfig(int fd, unsigned int command, const char *key, const void *value, int aux);
int clinux_fsmount(int fd, unsigned int flags, unsigned int attributes);
int clinux_mount_setattr(int dirfd, const char *path, unsigned int flags, uint64_t set, uint64_t clear,
                         uint64_t propagation, int userns_fd);

#define CLINUX_OPEN_TREE_CLONE 1u
#define CLINUX_OPEN_TREE_CLOEXEC 02000000u
#define CLINUX_MOVE_MOUNT_F_EMPTY_PATH 4u
#define CLINUX_MOVE_MOUNT_T_EMPTY_PATH 0x40u
#define CLINUX_FSCONFIG_SET_FLAG 0u
#define CLINUX_FSCONFIG_SET_STRING 1u
#define CLINUX_FSCONFIG_CMD_CREATE 6u
#define CLINUX_FSOPEN_CLOEXEC 1u
#define CLINUX_FSMOUNT_CLOEXEC 1u
#define CLINUX_MOUNT_ATTR_RDONLY 0x1u
#define CLINUX_MOUNT_ATTR_NOSUID 0x2u
#define CLINUX_MOUNT_ATTR_NODEV 0x4u
#define CLINUX_MOUNT_ATTR_NOEXEC 0x8u
#define CLINUX_MOUNT_ATTR_NOSYMFOLLOW 0x200000u

#define CLINUX_CLONE_NEWTIME 0x80
#define CLINUX_CLONE_FS 0x200
#define CLINUX_CLONE_PARENT 0x8000
#define CLINUX_CLONE_NEWNS 0x20000
#define CLINUX_CLONE_NEWCGROUP 0x2000000
#define CLINUX_CLONE_NEWUTS 0x4000000
#define CLINUX_CLONE_NEWIPC 0x8000000
#define CLINUX_CLONE_NEWUSER 0x10000000
#define CLINUX_CLONE_NEWPID 0x20000000
#define CLINUX_CLONE_NEWNET 0x40000000

// Processes.
/// clone3(2) without a new stack: returns twice, like fork(2). A negative `cgroup_fd` leaves the cgroup alone;
/// `pidfd` may be NULL.
pid_t clinux_clone3(uint64_t flags, int exit_signal, int *pidfd, int cgroup_fd);
int clinux_pidfd_open(pid_t pid, unsigned int flags);
int clinux_pidfd_send_signal(int pidfd, int signal);
/// waitid(P_PIDFD or P_PID): fills `pid`, `code` (CLD_…) and `status`; `pid` is 0 where WNOHANG found nothing.
int clinux_waitid(int id_type, int id, int options, pid_t *pid, int *code, int *status);
int clinux_prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d);
long clinux_syscall_capset(const uint32_t effective[2], const uint32_t permitted[2], const uint32_t inheritable[2]);
long clinux_syscall_capget(uint32_t effective[2], uint32_t permitted[2], uint32_t inheritable[2]);
int clinux_setns(int fd, int kinds);
int clinux_unshare(int kinds);
pid_t clinux_gettid(void);

#define CLINUX_P_PID 1
#define CLINUX_P_PIDFD 3

/// From now on a signal is one byte, its number, written to a descriptor (non-blocking, open for good): sigaction(2)
/// with a handler that does nothing else. One descriptor a process.
int clinux_signal_to_descriptor(int signal, int descriptor);

/// posix_spawn(3) with descriptors placed at given numbers (everything else is closed) and all signals at their default.
/// `sources[i]` becomes descriptor `targets[i]`. Returns 0 or an errno value.
int clinux_spawn(pid_t *pid, const char *path, char *const argv[], char *const envp[], const int *sources,
                 const int *targets, int count, int new_session, const char *working_directory);

#endif
