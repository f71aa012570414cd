// Runs before the C library is there: no function of it, no thread-local storage, nothing that needs relocation.
#define _GNU_SOURCE
#include "sealed_start.h"

#include <fcntl.h>
#include <linux/mount.h>
#include <sys/statfs.h>
#include <sys/syscall.h>

#define ALONE __attribute__((no_builtin, no_stack_protector))

// The stack is as the kernel made it: argc, argv, envp. `_start` must find it so.
#if defined(__x86_64__)
__asm__(".text\n"
        ".globl sealed_start\n"
        ".type sealed_start, @function\n"
        "sealed_start:\n"
        "    xor %ebp, %ebp\n"
        "    mov %rdx, %r12\n"
        "    mov %rsp, %r13\n"
        "    mov %rsp, %rdi\n"
        "    and $-16, %rsp\n"
        "    call sealed_start_seal\n"
        "    mov %r13, %rsp\n"
        "    mov %r12, %rdx\n"
        "    jmp _start\n"
        ".size sealed_start, . - sealed_start\n");

ALONE static long call(long number, long a, long b, long c, long d, long e) {
    long result;
    register long fourth __asm__("r10") = d, fifth __asm__("r8") = e;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(fourth), "r"(fifth)
                     : "rcx", "r11", "memory");
    return result;
}
#elif defined(__aarch64__)
__asm__(".text\n"
        ".globl sealed_start\n"
        ".type sealed_start, %function\n"
        "sealed_start:\n"
        "    mov x29, #0\n"
        "    mov x20, x0\n"
        "    mov x0, sp\n"
        "    bl sealed_start_seal\n"
        "    mov x0, x20\n"
        "    b _start\n"
        ".size sealed_start, . - sealed_start\n");

ALONE static long call(long number, long a, long b, long c, long d, long e) {
    register long which __asm__("x8") = number, first __asm__("x0") = a, second __asm__("x1") = b;
    register long third __asm__("x2") = c, fourth __asm__("x3") = d, fifth __asm__("x4") = e;
    __asm__ volatile("svc #0"
                     : "+r"(first)
                     : "r"(which), "r"(second), "r"(third), "r"(fourth), "r"(fifth)
                     : "memory");
    return first;
}
#else
#error "no entry for this processor"
#endif

ALONE static int is_same(const char *text, const char *other) {
    while (*text && *text == *other) text++, other++;
    return *text == *other;
}

// The commands that make a process of a container. A file of that name among the arguments costs an execution, no more.
ALONE static int makes_process(long count, char *const *arguments) {
    for (long i = 1; i < count; i++)
        if (is_same(arguments[i], "create") || is_same(arguments[i], "run") || is_same(arguments[i], "exec") ||
            is_same(arguments[i], "restore"))
            return 1;
    return 0;
}

ALONE static int is_read_only(long file) {
    struct statfs status;
    // ST_RDONLY
    return call(SYS_fstatfs, file, (long)&status, 0, 0, 0) == 0 && (status.f_flags & 1) != 0;
}

static char **given;

char **sealed_start_arguments(void) { return given; }

// What fails here is tried again by SealedProgram, which can say why.
ALONE __attribute__((used, visibility("hidden"))) void sealed_start_seal(long *stack) {
    char **arguments = (char **)(stack + 1);
    given = arguments;
    if (!makes_process(stack[0], arguments)) return;
    long program = call(SYS_openat, AT_FDCWD, (long)"/proc/self/exe", O_PATH | O_CLOEXEC, 0, 0);
    if (program < 0) return;
    if (!is_read_only(program)) {
        long sealed = call(SYS_open_tree, program, (long)"", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH, 0, 0);
        if (sealed >= 0) {
            struct mount_attr attributes = {.attr_set = MOUNT_ATTR_RDONLY};
            if (call(SYS_mount_setattr, sealed, (long)"", AT_EMPTY_PATH, (long)&attributes, sizeof attributes) == 0 &&
                is_read_only(sealed))
                call(SYS_execveat, sealed, (long)"", (long)arguments, (long)(arguments + stack[0] + 1), AT_EMPTY_PATH);
            call(SYS_close, sealed, 0, 0, 0, 0);
        }
    }
    call(SYS_close, program, 0, 0, 0, 0);
}
