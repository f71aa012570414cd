import Glibc
import Linux
import NetworkSpec

/// The whole server: a folder of networks, a listener for each of their addresses, and the servers outside.
final class NameServer {
    struct Configuration: Sendable {
        var folder: String
        var port: UInt16
        var searchDomain: DomainName?
        /// Whether anything is asked outside.
        var forwards: Bool
        var answersFailures: Bool
        var hostServersFile = HostServers.path
    }

    private struct Listener {
        var datagrams: DatagramListener
        var streams: StreamListener
        var tokens: [EventLoop.Token]
    }

    private let configuration: Configuration
    private let loop: EventLoop
    private let service: NameService
    private let forwarder: Forwarder
    private let connections: StreamConnections
    private let buffers = DatagramListener.Buffers()
    private var folder: NetworkFolder
    private var listeners: [IPAddress: Listener] = [:]
    private var isFinished = false

    init(_ configuration: Configuration) throws(SystemError) {
        self.configuration = configuration
        loop = try EventLoop()
        folder = NetworkFolder(path: configuration.folder)
        service = NameService(NameTable([], searchDomain: configuration.searchDomain, forwards: configuration.forwards))
        forwarder = Forwarder(loop, answersFailures: configuration.answersFailures)
        connections = StreamConnections(loop)
    }

    /// Reads the folder and listens on all addresses, or on none and throws.
    func begin() throws {
        readHostServers()
        let report = try folder.read()
        for fault in report.faults { SystemLog.shared.write(.error, fault) }
        isFinished = report.isEmpty
        let failure = adopt()
        if !failure.isEmpty { throw failure }
        let control = try ServerControl(configuration, loop) { [unowned self] in reload() } readHostServers: { [unowned self] in
            readHostServers()
        } stop: { [unowned self] in
            isFinished = true
        }
        if !report.faults.isEmpty { control.lookAgain() }
        self.control = control
    }

    private var control: ServerControl?

    /// Serves until the folder has no network, or a signal says so.
    func run() throws(SystemError) {
        while !isFinished { try loop.turn() }
    }

    /// Reads the folder anew. What is asked meanwhile waits in the sockets, which stay.
    private func reload() {
        readHostServers()
        do throws(SystemError) {
            let report = try folder.read()
            isFinished = report.isEmpty
            let failure = adopt()
            if failure.isEmpty && report.faults.isEmpty {
                control?.isInOrder()
            } else {
                control?.lookAgain { SystemLog.shared.write(.error, (report.faults + failure.descriptions).joined(separator: "; ")) }
            }
        } catch where error.errno == ENOENT {
            // The folder itself is gone: nobody needs names.
            isFinished = true
            SystemLog.shared.write(.error, "\(error)")
        } catch {
            // Too many files are open, or the disk has an error for once: what was read last stands until then.
            control?.lookAgain { SystemLog.shared.write(.error, "\(error)") }
        }
    }

    private func readHostServers() {
        do throws(SystemError) {
            forwarder.hostServers = HostServers(try FileSystem.readText(configuration.hostServersFile))
        } catch {
            // Replaced at this moment, perhaps: the servers that were there stay, and a change is seen.
            SystemLog.shared.write(.warning, "\(error)")
        }
    }

    /// Puts the networks of the folder in force.
    private func adopt() -> ListenFailure {
        let table = NameTable(
            folder.networks.sorted { $0.key < $1.key }.map(\.value),
            searchDomain: configuration.searchDomain,
            forwards: configuration.forwards
        )
        service.table = table
        forwarder.ownAddresses = Set(table.listeners.keys)
        for (address, listener) in listeners {
            if let network = table.listeners[address] {
                listener.datagrams.network = network
                listener.streams.network = network
            } else {
                for token in listener.tokens { loop.remove(token) }
                listeners[address] = nil
            }
        }
        var failure = ListenFailure()
        for (address, network) in table.listeners.sorted(by: { $0.key < $1.key }) where listeners[address] == nil {
            listen(on: address, network, &failure)
        }
        return failure
    }

    private func listen(on address: IPAddress, _ network: Int, _ failure: inout ListenFailure) {
        guard let place = SocketAddress(address.description, port: configuration.port) else { return }
        var kind = "udp"
        do throws(SystemError) {
            let datagrams = DatagramListener(try DatagramSocket.bind(to: place), network: network, service, forwarder, buffers)
            kind = "tcp"
            let streams = StreamListener(
                try ConnectingSocket.listen(on: place),
                network: network,
                service,
                forwarder,
                connections
            )
            let first = try loop.add(datagrams, descriptor: datagrams.descriptor)
            let second: EventLoop.Token
            do throws(SystemError) {
                second = try loop.add(streams, descriptor: streams.descriptor)
            } catch {
                loop.remove(first)
                throw error
            }
            listeners[address] = Listener(datagrams: datagrams, streams: streams, tokens: [first, second])
        } catch {
            failure.add(kind, place, error)
        }
    }
}
