import CLinux
import Linux
import OCISpec

/// Device rules as a BPF program of type CGROUP_DEVICE, the only way to control devices on version 2.
///
/// The last rule that matches decides, so the program asks them from last to first. What no rule matches is allowed, as
/// in a new group of version 1; lists begin with a rule that denies everything.
public struct DeviceProgram: Sendable, Hashable {
    /// One BPF instruction (struct bpf_insn).
    struct Instruction: Sendable, Hashable {
        var code: UInt8
        var registers: UInt8
        var offset: Int16
        var immediate: Int32
    }

    var instructions: [Instruction] = []

    public init(rules: [RuntimeSpec.Linux.Resources.DeviceRule]) throws(CgroupError) {
        // r1 is struct bpf_cgroup_dev_ctx {u32 access_type; u32 major; u32 minor;}: r2 type, r3 access, r4, r5 numbers.
        load(2, 0)
        emit(code: 0x54, destination: 2, immediate: 0xFFFF)  // w2 &= 0xFFFF
        load(3, 0)
        emit(code: 0x74, destination: 3, immediate: 16)  // w3 >>= 16
        load(4, 4)
        load(5, 8)
        for rule in rules.reversed() {
            let isFinal = try append(rule)
            // Whatever comes before a rule that matches everything can never decide.
            if isFinal { return }
        }
        returnValue(1)
    }

    /// Appends one rule's test; says whether it matches everything.
    private mutating func append(_ rule: RuntimeSpec.Linux.Resources.DeviceRule) throws(CgroupError) -> Bool {
        let text = try DeviceRuleText(rule)
        if text.isEverything {
            returnValue(rule.allow ? 1 : 0)
            return true
        }
        var tests: [Instruction] = []
        // BPF_DEVCG_DEV_BLOCK is 1, _CHAR is 2.
        tests.append(jumpUnlessEqual(register: 2, rule.type == "b" ? 1 : 2))
        var access: Int32 = 0
        for letter in rule.access.flatMap({ $0.isEmpty ? nil : $0 }) ?? "rwm" {
            // BPF_DEVCG_ACC_MKNOD, _READ, _WRITE.
            access |= letter == "m" ? 1 : letter == "r" ? 2 : 4
        }
        if access != 7 {
            tests.append(Instruction(code: 0xBC, registers: 0x31, offset: 0, immediate: 0))  // w1 = w3
            if rule.allow {
                // Allowed if nothing but these bits is wanted.
                tests.append(Instruction(code: 0x54, registers: 1, offset: 0, immediate: ~access & 7))
                tests.append(jumpUnlessEqual(register: 1, 0))
            } else {
                // Denied if any of these bits is wanted.
                tests.append(Instruction(code: 0x54, registers: 1, offset: 0, immediate: access))
                tests.append(Instruction(code: 0x16, registers: 1, offset: 0, immediate: 0))  // jeq32 → next
            }
        }
        if let major = rule.major, major >= 0 {
            tests.append(jumpUnlessEqual(register: 4, Int32(truncatingIfNeeded: major)))
        }
        if let minor = rule.minor, minor >= 0 {
            tests.append(jumpUnlessEqual(register: 5, Int32(truncatingIfNeeded: minor)))
        }
        // Jumps lead past the two instructions that return.
        for index in tests.indices where tests[index].code == 0x56 || tests[index].code == 0x16 {
            tests[index].offset = Int16(tests.count - index - 1 + 2)
        }
        instructions += tests
        returnValue(rule.allow ? 1 : 0)
        return false
    }

    private func jumpUnlessEqual(register: UInt8, _ value: Int32) -> Instruction {
        Instruction(code: 0x56, registers: register, offset: 0, immediate: value)
    }

    private mutating func load(_ register: UInt8, _ offset: Int16) {
        instructions.append(Instruction(code: 0x61, registers: 0x10 | register, offset: offset, immediate: 0))
    }

    private mutating func emit(code: UInt8, destination: UInt8, immediate: Int32) {
        instructions.append(Instruction(code: code, registers: destination, offset: 0, immediate: immediate))
    }

    private mutating func returnValue(_ value: Int32) {
        emit(code: 0xB7, destination: 0, immediate: value)
        emit(code: 0x95, destination: 0, immediate: 0)
    }

    /// The instructions as the kernel takes them.
    package var bytes: [UInt8] {
        instructions.flatMap { instruction in
            let offset = UInt16(bitPattern: instruction.offset)
            let immediate = UInt32(bitPattern: instruction.immediate)
            return [instruction.code, instruction.registers, UInt8(truncatingIfNeeded: offset), UInt8(offset >> 8)]
                + [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: immediate >> $0) }
        }
    }

    /// Loads the program and attaches it to a group's folder. It ends with the group.
    public func attach(to directory: String) throws(CgroupError) {
        try system { () throws(SystemError) in
            let program = Descriptor(
                owning: try instructions.withUnsafeBytesTyped { pointer, count throws(SystemError) in
                    try retrying("bpf(BPF_PROG_LOAD)", "device rules of \(directory)") {
                        clinux_bpf_load_device_program(pointer, count)
                    }
                }
            )
            let folder = try Descriptor.open(directory, 0o200000)  // O_DIRECTORY
            let (programNumber, folderNumber) = (program.rawValue, folder.rawValue)
            try retrying("bpf(BPF_PROG_ATTACH)", directory) {
                clinux_bpf_attach_device_program(programNumber, folderNumber)
            }
        }
    }
}

extension [DeviceProgram.Instruction] {
    // withUnsafeBytes of the standard library does not pass typed errors on.
    fileprivate func withUnsafeBytesTyped<Result>(
        _ body: (UnsafeRawPointer?, UInt32) throws(SystemError) -> Result
    ) throws(SystemError) -> Result {
        try withUnsafeBufferPointer { buffer throws(SystemError) in
            try body(UnsafeRawPointer(buffer.baseAddress), UInt32(buffer.count))
        }
    }
}
