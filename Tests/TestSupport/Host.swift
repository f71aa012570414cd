import Linux

/// A place where the tests' programs run: a private host, or the machine itself where that is made for tests.
public protocol Host: Sendable {
    /// A folder for what the test keeps; removed with the host.
    var folder: String { get }

    /// Runs a program to its end.
    func run(_ command: Command) async throws -> Command.Outcome

    /// Starts a program that goes on running. What it writes goes to a file.
    func start(_ command: Command, output: String) async throws -> HostProcess

    /// Looks at everything in the host; files are those under the given folders.
    func snapshot(files roots: [String]) async throws -> HostSnapshot

    /// Ends the host and everything in it that the test started.
    func close()
}

extension Host {
    public func run(_ arguments: String..., input: [UInt8] = []) async throws -> Command.Outcome {
        try await run(Command(arguments, input: input))
    }

    public func snapshot() async throws -> HostSnapshot { try await snapshot(files: []) }
}

extension TestHost: Host {}
