/// Runs a classic BPF program over a system call as the kernel would (linux/filter.h): enough to ask a filter what it does
/// without putting it into force.
struct FilterInterpreter {
    let program: [UInt8]

    /// The AUDIT_ARCH_ numbers of linux/audit.h.
    static let x86_64: UInt32 = 0xC000_003E
    static let arm64: UInt32 = 0xC000_00B7

    static var native: UInt32 {
        #if arch(arm64)
            arm64
        #else
            x86_64
        #endif
    }

    /// The action for a call.
    func action(of number: UInt32, _ arguments: [UInt64] = [], architecture: UInt32 = native) -> UInt32? {
        // struct seccomp_data {int nr; u32 arch; u64 instruction_pointer; u64 args[6];}
        var data: [UInt32] = [number, architecture, 0, 0]
        for index in 0..<6 {
            let value = index < arguments.count ? arguments[index] : 0
            data += [UInt32(truncatingIfNeeded: value), UInt32(truncatingIfNeeded: value >> 32)]
        }
        var accumulator: UInt32 = 0
        var counter = 0
        while counter * 8 + 8 <= program.count {
            let at = counter * 8
            let code = UInt16(program[at]) | UInt16(program[at + 1]) << 8
            let constant = (0..<4).reduce(UInt32(0)) { $0 | UInt32(program[at + 4 + $1]) << UInt32(8 * $1) }
            func jump(_ condition: Bool) { counter += Int(condition ? program[at + 2] : program[at + 3]) }
            switch code {
            case 0x20: accumulator = data[Int(constant / 4)]
            case 0x54: accumulator &= constant
            case 0x05: counter += Int(constant)
            case 0x15: jump(accumulator == constant)
            case 0x25: jump(accumulator > constant)
            case 0x35: jump(accumulator >= constant)
            case 0x45: jump(accumulator & constant != 0)
            case 0x06: return constant
            default: return nil
            }
            counter += 1
        }
        return nil
    }
}
