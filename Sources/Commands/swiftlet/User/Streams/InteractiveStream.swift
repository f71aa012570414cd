import AgentAPI
import AgentClient
import ArgumentParser
import Glibc

/// A process's stream on our own standard streams, and what the command exits with.
struct InteractiveStream {
    let connection: StreamConnection
    let takesInput: Bool
    /// Held by the caller, who took it before the stream was asked for.
    let terminal: RawTerminal?
    var detachKeys: DetachKeys?

    /// The exit status of the command: that of the process; 125 where the stream failed.
    func run() throws -> Int32 {
        var keys = detachKeys
        var pump = StreamPump(connection: connection, input: takesInput ? STDIN_FILENO : nil) { frame in
            switch frame.channel {
            case StreamFrame.Channel.output: Terminal.write(frame.bytes)
            case StreamFrame.Channel.error: Terminal.writeError(frame.bytes)
            default: break
            }
        }
        if keys != nil { pump.filter = { bytes in keys?.filter(bytes) } }
        if terminal != nil {
            pump.signals = RawTerminal.signals
            pump.resize = { RawTerminal.size }
        }
        let end = try pump.run()
        terminal?.restore()
        switch end {
        case .told(.exited(let code)): return code
        case .told(.failed(let reason)):
            Terminal.writeError("Error: \(reason)\n")
            return 125
        case .broken:
            Terminal.writeError("Error: the connection to the agent broke\n")
            return 125
        case .detached:
            Terminal.writeError("detached\n")
            return 0
        case .signalled(let signal): return 128 + signal
        }
    }

    /// The terminal for `-t`; nil, with a word, where standard input is none.
    static func terminal(isWanted: Bool) -> RawTerminal? {
        guard isWanted else { return nil }
        if let terminal = RawTerminal() { return terminal }
        Terminal.writeError("Unable to use a TTY: standard input is no terminal\n")
        return nil
    }
}
