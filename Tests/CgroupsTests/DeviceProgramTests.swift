import Cgroups
import OCISpec
import Testing

@Suite struct DeviceProgramTests {
    typealias Rule = RuntimeSpec.Linux.Resources.DeviceRule

    @Test func goldenBytes() throws {
        let program = try DeviceProgram(rules: [
            Rule(allow: false, access: "rwm"),
            Rule(allow: true, type: "c", major: 1, minor: 3, access: "rw"),
        ])
        // struct bpf_insn: code, registers (source << 4 | destination), offset (16 bits), immediate (32 bits).
        #expect(
            program.bytes == [
                0x61, 0x12, 0, 0, 0, 0, 0, 0,  // r2 = access_type
                0x54, 0x02, 0, 0, 0xFF, 0xFF, 0, 0,  // w2 &= 0xffff: the type
                0x61, 0x13, 0, 0, 0, 0, 0, 0,  // r3 = access_type
                0x74, 0x03, 0, 0, 16, 0, 0, 0,  // w3 >>= 16: the access
                0x61, 0x14, 4, 0, 0, 0, 0, 0,  // r4 = major
                0x61, 0x15, 8, 0, 0, 0, 0, 0,  // r5 = minor
                0x56, 0x02, 7, 0, 2, 0, 0, 0,  // if w2 != BPF_DEVCG_DEV_CHAR, next rule
                0xBC, 0x31, 0, 0, 0, 0, 0, 0,  // w1 = w3
                0x54, 0x01, 0, 0, 1, 0, 0, 0,  // w1 &= ~(read | write): mknod is left
                0x56, 0x01, 4, 0, 0, 0, 0, 0,  // if w1 != 0, next rule
                0x56, 0x04, 3, 0, 1, 0, 0, 0,  // if w4 != 1, next rule
                0x56, 0x05, 2, 0, 3, 0, 0, 0,  // if w5 != 3, next rule
                0xB7, 0x00, 0, 0, 1, 0, 0, 0,  // r0 = 1
                0x95, 0x00, 0, 0, 0, 0, 0, 0,  // exit
                0xB7, 0x00, 0, 0, 0, 0, 0, 0,  // r0 = 0
                0x95, 0x00, 0, 0, 0, 0, 0, 0,  // exit
            ]
        )
    }

    @Test(arguments: [
        Rule(allow: true, type: "x"), Rule(allow: true, type: "c", access: "rwx"),
        Rule(allow: false, type: "a", major: 1),
    ])
    func refusesRulesThatNoKernelTakes(rule: Rule) {
        #expect(throws: CgroupError.self) { try DeviceProgram(rules: [rule]) }
    }
}
