#define _GNU_SOURCE
#include "clinux_container.h"

#include <errno.h>
#include <link.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/keyctl.h>
#include <linux/seccomp.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

int clinux_seccomp_set_filter(unsigned int flags, const void *filter, unsigned short count) {
    struct sock_fprog program = {.len = count, .filter = (struct sock_filter *)filter};
    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
}

int clinux_seccomp_action_available(uint32_t action) {
    return syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}

int clinux_bpf_load_device_program(const void *instructions, unsigned int count) {
    union bpf_attr attributes;
    memset(&attributes, 0, sizeof attributes);
    attributes.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
    attributes.insns = (uint64_t)(uintptr_t)instructions;
    attributes.insn_cnt = count;
    attributes.license = (uint64_t)(uintptr_t) "Apache-2.0";
    return (int)syscall(SYS_bpf, BPF_PROG_LOAD, &attributes, sizeof attributes);
}

int clinux_bpf_attach_device_program(int program, int cgroup) {
    union bpf_attr attributes;
    memset(&attributes, 0, sizeof attributes);
    attributes.target_fd = (uint32_t)cgroup;
    attributes.attach_bpf_fd = (uint32_t)program;
    attributes.attach_type = BPF_CGROUP_DEVICE;
    attributes.attach_flags = BPF_F_ALLOW_MULTI;
    return (int)syscall(SYS_bpf, BPF_PROG_ATTACH, &attributes, sizeof attributes);
}

// The wrappers of glibc act on all threads through signals; a process of one thread needs only the call.
int clinux_setresuid(uid_t user) { return (int)syscall(SYS_setresuid, user, user, user); }

int clinux_setresgid(gid_t group) { return (int)syscall(SYS_setresgid, group, group, group); }

int clinux_setgroups(const uint32_t *groups, unsigned int count) {
    return (int)syscall(SYS_setgroups, (unsigned long)count, groups);
}

int clinux_set_file_identity(uid_t user, gid_t group) {
    // setfsuid(2) tells no failure: only a second call, which is meant to fail, says what is in force.
    syscall(SYS_setfsgid, group);
    syscall(SYS_setfsuid, user);
    if ((gid_t)syscall(SYS_setfsgid, -1) != group || (uid_t)syscall(SYS_setfsuid, -1) != user) {
        errno = EPERM;
        return -1;
    }
    return 0;
}

int clinux_prlimit(pid_t pid, int resource, const uint64_t *new_soft_hard, uint64_t *old_soft_hard) {
    return (int)syscall(SYS_prlimit64, pid, resource, new_soft_hard, old_soft_hard);
}

long clinux_join_session_keyring(void) { return syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL); }

int clinux_personality(unsigned long persona) { return (int)syscall(SYS_personality, persona); }

int clinux_ioprio_set(int class_, int level) {
    // IOPRIO_WHO_PROCESS, the calling thread; the class lies in the upper bits.
    return (int)syscall(SYS_ioprio_set, 1, 0, (class_ << 13) | level);
}

int clinux_sched_setattr(uint32_t policy, uint64_t flags, int32_t nice, uint32_t priority, uint64_t runtime,
                         uint64_t deadline, uint64_t period) {
    struct {
        uint32_t size, policy;
        uint64_t flags;
        int32_t nice;
        uint32_t priority;
        uint64_t runtime, deadline, period;
    } attributes = {sizeof attributes, policy, flags, nice, priority, runtime, deadline, period};
    return (int)syscall(SYS_sched_setattr, 0, &attributes, 0);
}

int clinux_sched_setaffinity(const void *mask, unsigned long size) {
    // The raw call returns the number of bytes that the kernel has.
    return syscall(SYS_sched_setaffinity, 0, size, mask) < 0 ? -1 : 0;
}

long clinux_set_mempolicy(int mode, const void *nodes, unsigned long count) {
    return syscall(SYS_set_mempolicy, mode, nodes, count);
}

int clinux_interface_up(const char *name) {
    struct ifreq request;
    memset(&request, 0, sizeof request);
    strncpy(request.ifr_name, name, sizeof request.ifr_name - 1);
    int socket_ = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (socket_ == -1) return -1;
    int result = ioctl(socket_, SIOCGIFFLAGS, &request);
    if (result == 0) {
        request.ifr_flags |= IFF_UP;
        result = ioctl(socket_, SIOCSIFFLAGS, &request);
    }
    int code = errno;
    close(socket_);
    errno = code;
    return result;
}

long clinux_getcwd(char *buffer, unsigned long size) { return syscall(SYS_getcwd, buffer, size); }

int64_t clinux_filesystem_type(int fd) {
    struct statfs status;
    if (fstatfs(fd, &status) == -1) return -1;
    return (int64_t)status.f_type;
}

int clinux_execute_descriptor(int fd, char *const argv[], char *const envp[]) {
    return (int)syscall(SYS_execveat, fd, "", argv, envp, 0x1000);  // AT_EMPTY_PATH
}

int clinux_send_descriptor(int socket, int fd, const void *data, unsigned long count) {
    struct iovec part = {.iov_base = (void *)data, .iov_len = count};
    union {
        char space[CMSG_SPACE(sizeof(int))];
        struct cmsghdr alignment;
    } control;
    memset(&control, 0, sizeof control);
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control.space,
                             .msg_controllen = sizeof control.space};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(header), &fd, sizeof fd);
    return (int)sendmsg(socket, &message, MSG_NOSIGNAL);
}

long clinux_receive(int socket, void *data, unsigned long size, int *fd) {
    struct iovec part = {.iov_base = data, .iov_len = size};
    union {
        char space[CMSG_SPACE(sizeof(int))];
        struct cmsghdr alignment;
    } control;
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control.space,
                             .msg_controllen = sizeof control.space};
    *fd = -1;
    ssize_t count = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    struct cmsghdr *header = count == -1 ? NULL : CMSG_FIRSTHDR(&message);
    if (header && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS) {
        memcpy(fd, CMSG_DATA(header), sizeof *fd);
    }
    return count;
}

int clinux_receive_descriptor(int socket) {
    char data[256];
    int fd;
    if (clinux_receive(socket, data, sizeof data, &fd) == -1) return -1;
    if (fd == -1) errno = ENOMSG;
    return fd;
}

static int forget(struct dl_phdr_info *information, size_t size, void *data) {
    (void)size, (void)data;
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    for (int i = 0; i < information->dlpi_phnum; i++) {
        const ElfW(Phdr) *header = &information->dlpi_phdr[i];
        if (header->p_type != PT_LOAD || header->p_flags & PF_W) continue;
        uintptr_t address = information->dlpi_addr + header->p_vaddr, start = address & ~(page - 1);
        madvise((void *)start, address + header->p_memsz - start, MADV_DONTNEED);
    }
    // The first is the program itself.
    return 1;
}

void clinux_forget_program(void) { dl_iterate_phdr(forget, NULL); }
