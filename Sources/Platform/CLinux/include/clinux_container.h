#ifndef CLINUX_CONTAINER_H
#define CLINUX_CONTAINER_H

#include <stdint.h>
#include <sys/types.h>

// The calls that set up and join a container.

/// seccomp(SECCOMP_SET_MODE_FILTER): `filter` is an array of `count` struct sock_filter. Returns 0, or a listener's
/// descriptor with SECCOMP_FILTER_FLAG_NEW_LISTENER.
int clinux_seccomp_set_filter(unsigned int flags, const void *filter, unsigned short count);
/// Whether the kernel knows the action (a SECCOMP_RET_ value).
int clinux_seccomp_action_available(uint32_t action);

/// bpf(BPF_PROG_LOAD) of a BPF_PROG_TYPE_CGROUP_DEVICE program: `count` instructions of 8 bytes.
int clinux_bpf_load_device_program(const void *instructions, unsigned int count);
/// bpf(BPF_PROG_ATTACH) to a cgroup, beside the programs that are there (BPF_F_ALLOW_MULTI).
int clinux_bpf_attach_device_program(int program, int cgroup);

int clinux_setresuid(uid_t user);
int clinux_setresgid(gid_t group);
int clinux_setgroups(const uint32_t *groups, unsigned int count);
// The identity of the calling thread towards file systems; -1 with EPERM where it was not taken.
int clinux_set_file_identity(uid_t user, gid_t group);
int clinux_prlimit(pid_t pid, int resource, const uint64_t *new_soft_hard, uint64_t *old_soft_hard);
/// keyctl(KEYCTL_JOIN_SESSION_KEYRING): a new, anonymous session keyring.
long clinux_join_session_keyring(void);
int clinux_personality(unsigned long persona);
int clinux_ioprio_set(int class_, int level);
int clinux_sched_setattr(uint32_t policy, uint64_t flags, int32_t nice, uint32_t priority, uint64_t runtime,
                         uint64_t deadline, uint64_t period);
/// sched_setaffinity(2) of the calling thread: `mask` is an array of bits, `size` bytes long.
int clinux_sched_setaffinity(const void *mask, unsigned long size);
/// set_mempolicy(2): `nodes` is an array of bits, `count` of them; NULL and 0 for none.
long clinux_set_mempolicy(int mode, const void *nodes, unsigned long count);
/// Brings an interface of the calling process's network namespace up (SIOCSIFFLAGS).
int clinux_interface_up(const char *name);
/// getcwd(2) itself: glibc hides the "(unreachable)" that tells of a working directory outside of the root.
long clinux_getcwd(char *buffer, unsigned long size);
/// The f_type of fstatfs(2), −1 on failure.
int64_t clinux_filesystem_type(int fd);
/// execveat(2) of the file behind a descriptor. Returns only on failure.
int clinux_execute_descriptor(int fd, char *const argv[], char *const envp[]);
/// sendmsg(2) of one descriptor (SCM_RIGHTS) with some bytes of data.
int clinux_send_descriptor(int socket, int fd, const void *data, unsigned long count);
/// recvmsg(2) of bytes and perhaps a descriptor, close-on-exec, -1 in `fd` for none. Returns the number of bytes.
long clinux_receive(int socket, void *data, unsigned long count, int *fd);
/// recvmsg(2) of one descriptor, close-on-exec; ENOMSG where the message has none.
int clinux_receive_descriptor(int socket);

/// madvise(2) with MADV_DONTNEED for all of the program's own segments that cannot be written (dl_iterate_phdr(3)).
void clinux_forget_program(void);

#define CLINUX_MOUNT_ATTR_NOATIME 0x10u
#define CLINUX_MOUNT_ATTR_STRICTATIME 0x20u
#define CLINUX_MOUNT_ATTR_ATIME_MASK 0x70u
#define CLINUX_MOUNT_ATTR_NODIRATIME 0x80u
#define CLINUX_MOUNT_ATTR_IDMAP 0x100000u
#define CLINUX_FSCONFIG_SET_FD 5u

#define CLINUX_PROC_SUPER_MAGIC 0x9fa0
#define CLINUX_CGROUP_SUPER_MAGIC 0x27e0eb
#define CLINUX_CGROUP2_SUPER_MAGIC 0x63677270
#define CLINUX_NSFS_MAGIC 0x6e736673

#define CLINUX_PR_SET_NO_NEW_PRIVS 38
#define CLINUX_PR_SET_KEEPCAPS 8
#define CLINUX_PR_SET_DUMPABLE 4
#define CLINUX_PR_SET_PDEATHSIG 1
#define CLINUX_PR_CAPBSET_READ 23
#define CLINUX_PR_CAPBSET_DROP 24
#define CLINUX_PR_CAP_AMBIENT 47
#define CLINUX_PR_CAP_AMBIENT_RAISE 2
#define CLINUX_PR_CAP_AMBIENT_CLEAR_ALL 4

#endif
