/// aardvark-dns's command line, with two flags of our own.
package struct NameServerOptions: Sendable {
    package enum Command: String, Sendable {
        case run
        case version
        case help
    }

    package struct UsageError: Error, CustomStringConvertible {
        package var description: String
    }

    package var command = Command.run
    package var folder = ""
    package var port: UInt16 = 5533
    package var searchDomain = "dns.podman"
    /// Stays the child of whoever started it.
    package var staysInForeground = false
    package var answersFailures = false

    static let usage = """
        usage: swiftlet-dns --config DIR [--port PORT] [--filter-search-domain DOMAIN] [--foreground] [--answer-failures] run
               swiftlet-dns version
        """

    /// - Parameter arguments: Without the program's name.
    package init(_ arguments: [String]) throws(UsageError) {
        var rest = arguments[...]
        var command: Command?
        while let word = rest.popFirst() {
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let attached = word.hasPrefix("--") && parts.count == 2 ? String(parts[1]) : nil
            func value() throws(UsageError) -> String {
                if let attached { return attached }
                guard let value = rest.popFirst() else { throw UsageError(description: "\(word) needs a value") }
                return value
            }
            switch attached == nil ? word : String(parts[0]) {
            case "--config", "-c": folder = try value()
            case "--port", "-p":
                let text = try value()
                guard let number = UInt16(text), number > 0 else {
                    throw UsageError(description: "--port is a number from 1 to 65535, not \"\(text)\"")
                }
                port = number
            case "--filter-search-domain", "-f": searchDomain = try value()
            case "--foreground" where attached == nil: staysInForeground = true
            case "--answer-failures" where attached == nil: answersFailures = true
            case "--version", "-V": command = .version
            case "--help", "-h": command = .help
            default:
                guard !word.hasPrefix("-"), command == nil, let named = Command(rawValue: word) else {
                    throw UsageError(description: "unexpected argument \"\(word)\"")
                }
                command = named
            }
        }
        guard let command else { throw UsageError(description: "a command is needed: run or version") }
        if command == .run && folder.isEmpty { throw UsageError(description: "--config is needed: the folder of the networks") }
        self.command = command
    }
}
