import Linux
import TestSupport

/// The command line with its standard streams.
extension AgentFixture {
    /// - Parameter through: a program that is given the command line to run.
    func swiftletCommand(_ arguments: [String], through: [String] = [], input: [UInt8] = []) -> Command {
        var command = Command(through + [TestBinaries.swiftlet] + arguments, input: input, deadline: .seconds(120))
        command.environment["SWIFTLET_CONFIG"] = "/dev/null"
        command.environment["SWIFTLET_HOST"] = "unix://\(socket)"
        return command
    }

    func swiftlet(_ arguments: [String], through: [String] = [], input: [UInt8] = []) async throws -> Command.Outcome {
        try await host.run(swiftletCommand(arguments, through: through, input: input))
    }

    /// Starts it and does not wait.
    func startSwiftlet(_ arguments: [String]) async throws -> HostProcess {
        try await host.start(swiftletCommand(arguments), output: "\(folder)/client-\(UInt32.random(in: 0 ... .max)).log")
    }

    /// A shell that knows `swiftlet`.
    func shell(_ script: String, within deadline: Duration) async throws -> Command.Outcome {
        var command = swiftletCommand([])
        command.arguments = ["/bin/bash", "-c", "swiftlet() { \(TestBinaries.swiftlet) \"$@\"; }\n\(script)"]
        command.deadline = deadline
        return try await host.run(command)
    }

    /// Bytes of memory that are the agent's own: RssAnon of proc(5).
    func anonymousMemory() throws -> Int {
        let lines = try FileSystem.readText("/proc/\(pid)/status").split(separator: "\n")
        let line = lines.first { $0.hasPrefix("RssAnon:") } ?? ""
        return (Int(line.filter(\.isNumber)) ?? 0) << 10
    }

    func openDescriptors() throws -> Int { try FileSystem.list("/proc/\(pid)/fd").count }
}

/// Runs what blocks on a thread of its own.
func onThread<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        startThread(named: "test") { continuation.resume(with: Result { try body() }) }
    }
}
