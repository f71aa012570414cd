import CLinux
import CVersion
import Glibc
import Linux

/// The program `swiftlet-dns`: everything but its `main`.
public enum NameServerProgram {
    /// The version of aardvark-dns whose command line and files this program keeps to: podman asks for it.
    private static let aardvarkVersion = "1.17.1"
    private static let version = String(cString: cversion())

    /// Runs a command line, the program's name first; gives the exit status.
    public static func run(_ arguments: [String]) -> Int32 {
        let name = arguments.first.map { FileSystem.split($0).name } ?? "swiftlet-dns"
        do {
            let options = try NameServerOptions(Array(arguments.dropFirst()))
            switch options.command {
            case .help: print(NameServerOptions.usage)
            case .version where arguments.contains("--version") || arguments.contains("-V"):
                print(name == "aardvark-dns" ? "aardvark-dns \(aardvarkVersion)" : "swiftlet-dns \(version)")
            case .version: print(description)
            case .run: try serve(options)
            }
            return 0
        } catch let error as NameServerOptions.UsageError {
            complain("\(error)\n\(NameServerOptions.usage)")
            return 2
        } catch {
            complain("Error starting server \(error)")
            return 1
        }
    }

    private static var description: String {
        """
        {
          "version": "\(aardvarkVersion)",
          "commit": "swiftlet-dns \(version)",
          "build_time": "",
          "target": "linux"
        }
        """
    }

    private static func serve(_ options: NameServerOptions) throws {
        signal(SIGPIPE, SIG_IGN)
        // Whoever started us may have left open what others wait to see closed.
        _ = clinux_close_range(3, .max, 0)
        if options.staysInForeground { return try serve(options) {} }
        let ends = try Descriptor.pipe()
        let reader = ends.read
        let writer = ends.write
        let child = try retrying("clone3") { clinux_clone3(0, SIGCHLD, nil, -1) }
        if child == 0 {
            do {
                try serve(options) {
                    try detach()
                    try writer.writeAll([1])
                }
                exit(0)
            } catch {
                complain("Error starting server \(error)")
                exit(1)
            }
        }
        // From here on the end is the child's alone, so that its death is seen as the end of what can be read.
        _ = consume writer
        var byte: UInt8 = 0
        let count = try withUnsafeMutableBytes(of: &byte) { try reader.read(into: $0) }
        if count == 1 { return }
        var status: Int32 = 0
        try retrying("waitpid") { waitpid(child, &status, 0) }
        exit(1)
    }

    /// - Parameter ready: Called when every address is served.
    private static func serve(_ options: NameServerOptions, ready: () throws -> Void) throws {
        let domain = options.searchDomain.drop { $0 == "." }
        let server = try NameServer(
            NameServer.Configuration(
                folder: options.folder,
                port: options.port,
                searchDomain: domain.isEmpty ? nil : DomainName(domain),
                forwards: getenv("AARDVARK_NO_PROXY") == nil,
                answersFailures: options.answersFailures
            )
        )
        let pidFile = "\(options.folder)/\(NetworkFolder.pidFile)"
        try server.begin()
        // Only now: one that could not listen where another does leaves that one's file alone. Whoever looks for it finds a pid in it.
        try FileSystem.writeAtomically(pidFile, Array("\(getpid())".utf8), durable: false)
        // A second server may have begun in our place: its file stays.
        defer {
            if (try? FileSystem.readText(pidFile)) == "\(getpid())" { try? FileSystem.removeFile(pidFile) }
        }
        try ready()
        try server.run()
    }

    /// A session of its own, without anybody's terminal.
    private static func detach() throws(SystemError) {
        // It can only fail for the leader of a group, which a child just made is not.
        _ = setsid()
        let null = try Descriptor.open("/dev/null", O_RDWR)
        for number in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] {
            try retrying("dup2") { dup2(null.rawValue, number) }
        }
    }

    private static func complain(_ text: String) {
        let line = Array((text + "\n").utf8)
        // Where nobody listens there is no one to tell.
        _ = write(STDERR_FILENO, line, line.count)
    }
}
