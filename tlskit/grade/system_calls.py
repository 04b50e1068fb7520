"""System calls that a submission never needs, refused by a seccomp filter.

They would lead out of the limits: new namespaces (and with them file systems without a size),
memory that no limit counts (System V, memfd), sockets that belong to no network (vsock), tracing.
"""

import platform
import struct

EPERM, ENOSYS, EAFNOSUPPORT = 1, 38, 97
LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
"""BPF: load a word, jump if equal, if at least, if any bit is set, return."""
ALLOW, ERROR = 0x7FFF0000, 0x00050000
NUMBER_AT, ARCHITECTURE_AT, ARGUMENT_AT = 0, 4, 16
NEW_NAMESPACE = 0x7E020080
FAMILIES = (1, 2, 10)
"""AF_UNIX, AF_INET, AF_INET6: all that lead nowhere without a network."""

# fmt: off
NAMES = (
    "ptrace", "unshare", "setns", "mount", "umount2", "pivot_root", "chroot", "keyctl",
    "add_key", "request_key", "bpf", "perf_event_open", "userfaultfd", "io_uring_setup",
    "shmget", "shmat", "msgget", "semget", "mq_open", "process_vm_readv", "process_vm_writev",
    "kexec_load", "personality", "memfd_create", "memfd_secret", "open_tree", "fsopen",
    "fspick", "move_mount",
)
# fmt: on
NUMBERS = {
    "x86_64": (
        *(101, 272, 308, 165, 166, 155, 161, 250, 248, 249, 321),
        *(298, 323, 425, 29, 30, 68, 64, 240, 310, 311, 246, 135, 319, 447, 428, 430, 433, 429),
    ),
    "aarch64": (
        *(117, 97, 268, 40, 39, 41, 51, 219, 217, 218, 280),
        *(241, 282, 425, 194, 196, 186, 190, 180, 270, 271, 104, 92, 279, 447, 428, 430, 433, 429),
    ),
}
"""The numbers of NAMES, in their order."""
OTHERS = {"x86_64": (0xC000003E, 56, 41), "aarch64": (0xC00000B7, 220, 198)}
"""The architecture's own number, clone and socket."""
CLONE3 = 435
X32 = 0x40000000


def refusing() -> bytes | None:
    """Return the filter for this machine as the kernel takes it; None if none is known."""
    machine = platform.machine()
    if machine not in NUMBERS:
        return None
    architecture, clone, socket = OTHERS[machine]
    steps = [
        (LOAD, 0, 0, ARCHITECTURE_AT),
        (EQUAL, 1, 0, architecture),
        (RETURN, 0, 0, ERROR | ENOSYS),
        (LOAD, 0, 0, NUMBER_AT),
        (AT_LEAST, 0, 1, X32),
        (RETURN, 0, 0, ERROR | ENOSYS),
    ]
    for number in NUMBERS[machine]:
        steps += [(EQUAL, 0, 1, number), (RETURN, 0, 0, ERROR | EPERM)]
    steps += [
        (EQUAL, 0, 1, CLONE3),  # its flags are out of reach; libc goes on with clone
        (RETURN, 0, 0, ERROR | ENOSYS),
        (EQUAL, 0, 3, clone),
        (LOAD, 0, 0, ARGUMENT_AT),
        (ANY_BIT, 0, len(FAMILIES) + 4, NEW_NAMESPACE),
        (RETURN, 0, 0, ERROR | EPERM),
        (EQUAL, 0, len(FAMILIES) + 2, socket),
        (LOAD, 0, 0, ARGUMENT_AT),
        *((EQUAL, len(FAMILIES) - at, 0, family) for at, family in enumerate(FAMILIES)),
        (RETURN, 0, 0, ERROR | EAFNOSUPPORT),
        (RETURN, 0, 0, ALLOW),
    ]
    return b"".join(struct.pack("=HBBI", *step) for step in steps)
