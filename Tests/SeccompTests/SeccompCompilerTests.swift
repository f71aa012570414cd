import Glibc
import OCISpec
import Seccomp
import Testing

typealias Section = RuntimeSpec.Linux.Seccomp

@Suite struct SeccompCompilerTests {
    static let allow: UInt32 = 0x7FFF_0000
    static let killProcess: UInt32 = 0x8000_0000
    static func error(_ number: Int32) -> UInt32 { 0x0005_0000 | UInt32(number) }

    #if arch(arm64)
        static let mkdirat: UInt32 = 34
        static let read: UInt32 = 63
    #else
        static let mkdirat: UInt32 = 258
        static let read: UInt32 = 0
    #endif

    private func filter(_ section: Section) throws -> FilterInterpreter {
        FilterInterpreter(program: try SeccompCompiler.compile(section).bytes)
    }

    @Test func goldenBytes() throws {
        #if arch(x86_64)
            var section = Section(defaultAction: .allow)
            section.syscalls = [.init(names: ["mkdirat"], action: .errno)]
            // struct sock_filter: code (16 bits), jump if true, jump if false, constant (32 bits).
            #expect(
                try SeccompCompiler.compile(section).bytes == [
                    0x20, 0, 0, 0, 4, 0, 0, 0,  // load the architecture
                    0x15, 0, 0, 7, 0x3E, 0, 0, 0xC0,  // not x86-64: kill
                    0x20, 0, 0, 0, 0, 0, 0, 0,  // load the number
                    0x35, 0, 0, 1, 0, 0, 0, 0x40,  // an x32 number?
                    0x15, 0, 0, 4, 0xFF, 0xFF, 0xFF, 0xFF,  // only -1, which is no call, is not killed then
                    0x20, 0, 0, 0, 0, 0, 0, 0,  // load the number again: the tree
                    0x15, 0, 1, 0, 2, 1, 0, 0,  // 258: mkdirat
                    0x06, 0, 0, 0, 0, 0, 0xFF, 0x7F,  // allow
                    0x06, 0, 0, 0, 1, 0, 5, 0,  // EPERM
                    0x06, 0, 0, 0, 0, 0, 0, 0,  // kill
                ]
            )
        #endif
    }

    @Test(arguments: Section.Action.allCases.filter { $0 != .notify })
    func everyActionIsItself(action: Section.Action) throws {
        var section = Section(defaultAction: action == .allow ? .killProcess : .allow)
        section.syscalls = [.init(names: ["mkdirat"], action: action, errnoRet: 38)]
        let expected: UInt32 =
            switch action {
            case .kill, .killThread: 0
            case .killProcess: Self.killProcess
            case .trap: 0x0003_0000
            case .errno: Self.error(38)
            case .trace: 0x7FF0_0000 | 38
            case .allow: Self.allow
            case .log: 0x7FFC_0000
            case .notify: 0x7FC0_0000
            }
        #expect(try filter(section).action(of: Self.mkdirat) == expected)
    }

    @Test(arguments: [
        (Section.Operator.notEqual, [4, 6], [5]), (.lessThan, [4], [5, 6]), (.lessOrEqual, [4, 5], [6]),
        (.equal, [5], [4, 6]), (.greaterOrEqual, [5, 6], [4]), (.greaterThan, [6], [5]),
    ])
    func everyOperatorCompares(op: Section.Operator, matching: [UInt64], others: [UInt64]) throws {
        var section = Section(defaultAction: .allow)
        section.syscalls = [.init(names: ["mkdirat"], action: .errno, args: [.init(index: 2, value: 5, op: op)])]
        let filter = try filter(section)
        for value in matching { #expect(filter.action(of: Self.mkdirat, [0, 0, value]) == Self.error(EPERM)) }
        for value in others { #expect(filter.action(of: Self.mkdirat, [0, 0, value]) == Self.allow) }
    }

    @Test func masksAreAppliedBeforeComparing() throws {
        var section = Section(defaultAction: .allow)
        section.syscalls = [
            .init(
                names: ["mkdirat"],
                action: .errno,
                args: [.init(index: 0, value: 0xF0, valueTwo: 0x30, op: .maskedEqual)]
            )
        ]
        let filter = try filter(section)
        #expect(filter.action(of: Self.mkdirat, [0x1_0000_0031]) == Self.error(EPERM))
        #expect(filter.action(of: Self.mkdirat, [0x41]) == Self.allow)
    }

    @Test func twoConditionsOnOneArgumentAreAlternatives() throws {
        var section = Section(defaultAction: .errno)
        section.syscalls = [
            .init(
                names: ["mkdirat"],
                action: .allow,
                args: [.init(index: 0, value: 1, op: .equal), .init(index: 0, value: 2, op: .equal)]
            )
        ]
        let filter = try filter(section)
        #expect(filter.action(of: Self.mkdirat, [1]) == Self.allow)
        #expect(filter.action(of: Self.mkdirat, [2]) == Self.allow)
        #expect(filter.action(of: Self.mkdirat, [3]) == Self.error(EPERM))
    }

    @Test func unknownCallsArePassedOver() throws {
        var section = Section(defaultAction: .errno)
        section.syscalls = [.init(names: ["no_such_call", "read"], action: .allow)]
        #expect(try filter(section).action(of: Self.read) == Self.allow)
    }

    @Test func aRuleThatSaysTheDefaultIsNone() throws {
        var section = Section(defaultAction: .allow)
        section.syscalls = [.init(names: ["read"], action: .allow)]
        #expect(try filter(section).action(of: Self.read) == Self.allow)
    }

    @Test func foreignArchitecturesAreKilled() throws {
        var section = Section(defaultAction: .allow)
        section.syscalls = [.init(names: ["read"], action: .errno)]
        #expect(try filter(section).action(of: Self.read, architecture: 0x1234) == 0)
    }

    @Test func impossibleRulesAreRefused() {
        #expect(throws: SeccompError.self) { try SeccompCompiler.compile(Section(defaultAction: .notify)) }
        var section = Section(defaultAction: .allow)
        section.syscalls = [.init(names: ["read"], action: .errno, args: [.init(index: 6, value: 0, op: .equal)])]
        #expect(throws: SeccompError.self) { try SeccompCompiler.compile(section) }
        section.syscalls = nil
        section.architectures = [.sh]
        #expect(throws: SeccompError.self) { try SeccompCompiler.compile(section) }
    }

    @Test func flagsArePassedToTheKernel() throws {
        var section = Section(defaultAction: .allow)
        section.flags = [.log, .speculationAllow, .threadSync]
        section.syscalls = [.init(names: ["read"], action: .errno)]
        #expect(try SeccompCompiler.compile(section).flags == 6)
    }

    @Test func theDefaultProfileGuardsWhatItShould() throws {
        let plain = try filter(
            ContainerDefaults.seccomp(capabilities: ContainerDefaults.capabilities, kernel: (6, 1))
        )
        let admin = try filter(ContainerDefaults.seccomp(capabilities: ["CAP_SYS_ADMIN"], kernel: (6, 1)))
        #if arch(x86_64)
            let (mount, clone, clone3, socket, chroot): (UInt32, UInt32, UInt32, UInt32, UInt32) = (
                165, 56, 435, 41, 161
            )
            #expect(plain.action(of: Self.read) == Self.allow)
            #expect(plain.action(of: mount) == Self.error(EPERM))
            #expect(admin.action(of: mount) == Self.allow)
            // CLONE_NEWUSER, and an ordinary fork's flags.
            #expect(plain.action(of: clone, [0x1000_0000]) == Self.error(EPERM))
            #expect(plain.action(of: clone, [0x0120_0011]) == Self.allow)
            #expect(plain.action(of: clone3) == Self.error(ENOSYS))
            #expect(plain.action(of: socket, [40]) == Self.error(EPERM))
            #expect(plain.action(of: socket, [2]) == Self.allow)
            #expect(plain.action(of: chroot) == Self.allow)
            #expect(admin.action(of: chroot) == Self.error(EPERM))
        #endif
    }
}
