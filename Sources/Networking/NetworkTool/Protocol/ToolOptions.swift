import Glibc

/// The command line, which is netavark's.
struct ToolOptions: Sendable, Hashable {
    enum Command: Sendable, Hashable {
        case setup(namespace: String)
        case teardown(namespace: String)
        case update(network: String, servers: [String])
        case create
        case version
        case versionLine
        case help
        case firewallReload
        case firewallWatch
        case dhcpProxy
    }

    struct UsageError: Error, CustomStringConvertible { var description: String }

    var command = Command.help
    /// Where the request stands instead of on standard input.
    var file: String?
    var firewallDriver: String?
    /// Where the state is that the next call needs.
    var config = "/run/containers/networks"
    var isRootless = false
    var nameServer: String?
    var pluginDirectories: [String] = []

    static let usage = """
        Usage: netavark [OPTIONS] COMMAND

        Commands:
          setup NETNS        connects a container's network namespace as the JSON on standard input says
          teardown NETNS     takes that back
          update NETWORK --network-dns-servers LIST
                             gives a network's names other upstream servers; an empty list takes them away
          create             completes and checks a network's definition
          version            version as JSON
          firewall-reload    makes the firewall's rules again
          firewalld-reload   stays, and makes them again whenever they are lost
          dhcp-proxy         leases for networks with DHCP

        Options:
          -f, --file FILE               read the request from a file
              --firewall-driver DRIVER  nftables or none; also NETAVARK_FW
          -c, --config DIR              where the state is kept [default: /run/containers/networks]
          -r, --rootless [true|false]   the caller is not root outside of its user namespace
          -a, --aardvark-binary FILE    the name server
              --plugin-directory DIR    where plugins are; may be given several times
          -h, --help
          -V, --version
        """

    /// Reads arguments, without the program's name.
    init(_ arguments: [String], environment: [String: String] = [:]) throws(UsageError) {
        firewallDriver = environment["NETAVARK_FW"].flatMap { $0.isEmpty ? nil : $0 }
        var words: [String] = []
        var servers: String?
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            guard argument.hasPrefix("-"), argument != "-" else {
                words.append(argument)
                continue
            }
            var option = Option(argument)
            switch option.name {
            case "-h", "--help":
                command = .help
                return
            case "-V", "--version":
                command = .versionLine
                return
            case "-r", "--rootless":
                if option.value == nil, let next = rest.first, next == "true" || next == "false" {
                    option.value = rest.popFirst()
                }
                isRootless = try option.flag()
                continue
            default: break
            }
            if option.value == nil { option.value = rest.popFirst() }
            guard let value = option.value else { throw UsageError(description: "\(option.name) needs a value") }
            switch option.name {
            case "-f", "--file": file = value
            case "--firewall-driver": firewallDriver = value
            case "-c", "--config": config = value
            case "-a", "--aardvark-binary": nameServer = value
            case "--plugin-directory": pluginDirectories.append(value)
            case "-n", "--network-dns-servers": servers = value
            // Of the proxy, which says itself what it needs.
            case "-d", "--dir", "-u", "--uds", "-t", "--timeout", "-s", "--activity-timeout": break
            default: throw UsageError(description: "unexpected argument '\(argument)'")
            }
        }
        command = try Self.command(words, servers)
    }

    /// An option as it stands there: `--name=value`, `-nvalue`, or without its value.
    private struct Option {
        var name: String
        var value: String?

        init(_ argument: String) {
            name = argument
            if argument.hasPrefix("--") {
                guard let sign = argument.firstIndex(of: "=") else { return }
                (name, value) = (String(argument[..<sign]), String(argument[argument.index(after: sign)...]))
            } else if argument.utf8.count > 2 {
                (name, value) = (String(argument.prefix(2)), String(argument.dropFirst(2)))
                if value?.hasPrefix("=") == true { value?.removeFirst() }
            }
        }

        func flag() throws(UsageError) -> Bool {
            switch value ?? "true" {
            case "true": return true
            case "false": return false
            default: throw UsageError(description: "\(name) takes true or false, not \"\(value ?? "")\"")
            }
        }
    }

    private static func command(_ words: [String], _ servers: String?) throws(UsageError) -> Command {
        guard let name = words.first else { throw UsageError(description: "a command is missing") }
        let wanted = ["setup", "teardown", "update"].contains(name) ? 2 : 1
        guard words.count == wanted else {
            throw UsageError(
                description: words.count < wanted ? "\(name) needs an argument" : "unexpected argument '\(words[wanted])'"
            )
        }
        switch name {
        case "setup": return .setup(namespace: words[1])
        case "teardown": return .teardown(namespace: words[1])
        case "update":
            guard let servers else { throw UsageError(description: "update needs --network-dns-servers") }
            return .update(network: words[1], servers: servers.split(separator: ",").map(String.init))
        case "create": return .create
        case "version": return .version
        case "help": return .help
        case "firewall-reload": return .firewallReload
        case "firewalld-reload": return .firewallWatch
        case "dhcp-proxy": return .dhcpProxy
        default: throw UsageError(description: "unrecognized subcommand '\(name)'")
        }
    }
}
