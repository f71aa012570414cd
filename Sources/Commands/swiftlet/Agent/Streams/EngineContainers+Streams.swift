import JSONCoding
import Linux
import OCISpec
import PodEngine

/// What a command in a container is to be.
struct ContainerCommand: Sendable {
    var arguments: [String]
    var hasInput = false
    var hasTerminal = false
    var size: RuntimeSpec.Process.ConsoleSize?
}

extension EngineContainers {
    /// Starts a command as the container's own process is run, with its streams in our hands.
    func open(id: String, _ command: ContainerCommand) async throws(ContainerFailure) -> MonitoredExecStream {
        var process = try process(of: id)
        process.args = command.arguments
        process.terminal = command.hasTerminal ? true : nil
        process.consoleSize = command.hasTerminal ? command.size : nil
        if command.hasTerminal, !(process.env ?? []).contains(where: { $0.hasPrefix("TERM=") }) {
            // As the container runtimes do for whoever asks for a terminal.
            process.env = (process.env ?? []) + ["TERM=xterm"]
        }
        do throws(MonitorFailure) {
            return try await client.open(id: id, process, hasInput: command.hasInput)
        } catch {
            throw ContainerFailure(error)
        }
    }

    /// Joins the container's own streams.
    func attach(_ id: String) throws(ContainerFailure) -> MonitoredStreams {
        let bundle = try bundle(of: id)
        do throws(MonitorFailure) { return try client.attach(id: id, bundle: bundle) } catch {
            throw ContainerFailure(error)
        }
    }

    /// Sets the size of the container's terminal.
    func resizeTerminal(_ id: String, _ shape: TerminalShape) throws(ContainerFailure) {
        let bundle = try bundle(of: id)
        do throws(MonitorFailure) {
            try client.resizeTerminal(bundle: bundle, width: shape.width, height: shape.height)
        } catch {
            throw ContainerFailure(error)
        }
    }

    /// The container's root folder with its mounts.
    func root(of id: String) throws(ContainerFailure) -> Descriptor {
        do throws(MonitorFailure) { return try client.root(of: id) } catch { throw ContainerFailure(error) }
    }

    /// The network that the container is in.
    func network(of id: String) throws(ContainerFailure) -> Descriptor {
        do throws(MonitorFailure) { return try client.network(of: id) } catch { throw ContainerFailure(error) }
    }
}
