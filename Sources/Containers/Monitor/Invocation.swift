/// What a command line asks the monitor program for.
public enum Invocation: Sendable, Hashable {
    case version
    case help
    case monitor(MonitorOptions)
}

/// A command line that cannot be served.
public struct UsageError: Error, Hashable, Sendable, CustomStringConvertible {
    public var description: String

    init(_ description: String) {
        self.description = description
    }
}

extension Invocation {
    /// Reads a command line (without the program's name) as conmon does: `--name value`, `--name=value`, `-x value`,
    /// `-xvalue`, and several one-letter switches in one word.
    public init(arguments: [String]) throws(UsageError) {
        var options = MonitorOptions()
        var rest = arguments[...]
        var isHelp = false
        var isVersion = false
        func value(of flag: Flag, _ attached: String?) throws(UsageError) -> String {
            if let attached { return attached }
            guard let next = rest.popFirst() else { throw UsageError("--\(flag.rawValue) wants a value") }
            return next
        }
        while let word = rest.popFirst() {
            for (flag, attached) in try Flag.split(word) {
                switch flag {
                case .help: isHelp = true
                case .version: isVersion = true
                case let flag where flag.takesValue: try options.set(flag, to: try value(of: flag, attached))
                default: try options.set(flag)
                }
            }
        }
        if isHelp {
            self = .help
        } else if isVersion {
            self = .version
        } else {
            try options.check()
            self = .monitor(options)
        }
    }
}

extension MonitorOptions {
    fileprivate func check() throws(UsageError) {
        if container.id.isEmpty { throw UsageError("Container ID not provided. Use --cid") }
        if container.bundle.isEmpty && runtime.ownsLifecycle { throw UsageError("--bundle is missing") }
        if runtime.exec != nil && runtime.ownsLifecycle { throw UsageError("--exec with --start: there is nothing to start") }
        if exitCommand.path.isEmpty && !exitCommand.arguments.isEmpty {
            throw UsageError("--exit-command-arg without --exit-command")
        }
        // The identifier names files and folders: nothing that could lead elsewhere.
        let isName = container.id.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "+"), UInt8(ascii: "-"),
                UInt8(ascii: "."):
                true
            default: false
            }
        }
        if !isName || container.id == "." || container.id == ".." {
            throw UsageError("--cid \(container.id) is no name for a container")
        }
    }
}
