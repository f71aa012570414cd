import Glibc
import JSONCoding
import Linux

/// One input on a connection of its own.
enum Session {
    // Set before the first input; libFuzzer calls from one thread.
    nonisolated(unsafe) static var path = ""
    nonisolated(unsafe) private static var count = 0
    nonisolated(unsafe) private static var descriptors = 0

    /// Milliseconds in which a machine with other things to do has answered.
    private static let patience: Int32 = 20_000
    private static let sentinel = #"{"jsonrpc":"2.0","id":"sentinel","method":"rpc.ping"}"#

    /// The first byte says where the rest is cut into two packets; a letter as the next one makes it HTTP.
    static func run(_ input: UnsafeBufferPointer<UInt8>) {
        guard let cut = input.first else { return }
        let bytes = Array(input.dropFirst())
        let parts = [bytes.prefix(Int(cut)), bytes.dropFirst(Int(cut))]
        do throws(SystemError) {
            let connection = try UnixSocket.connect(path)
            for part in parts where !part.isEmpty {
                // EPIPE: the server has seen enough. What it said is read all the same.
                do throws(SystemError) { try UnixSocket.send(Array(part), to: connection) } catch { break }
            }
            let first = bytes.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) } ?? 0
            if (0x61...0x7A).contains(first | 0x20) {
                converse(connection.rawValue)
            } else {
                // A subscription goes on after the last line: the answer to a call of ours tells that all was read.
                do throws(SystemError) {
                    try UnixSocket.send(Array("\n\(sentinel)\n".utf8), to: connection)
                } catch {}
                check(readToSentinel(connection.rawValue))
            }
        } catch {
            fatalError("the endpoint is gone: \(error)")
        }
        watchDescriptors()
    }

    private static func check(_ lines: [UInt8]) {
        for line in lines.split(separator: UInt8(ascii: "\n")) {
            do throws(JSONSyntaxError) { _ = try JSON.parse(Array(line)) } catch {
                fatalError("not JSON: \(String(decoding: line, as: UTF8.self)): \(error)")
            }
        }
    }

    /// What comes up to the answer to the sentinel or the end, whole lines.
    private static func readToSentinel(_ socket: Int32) -> [UInt8] {
        let answer = Array(#""id":"sentinel""#.utf8)
        var said: [UInt8] = []
        while let piece = read(socket) {
            said += piece
            // The tail: what came before has been looked at.
            let tail = said.suffix(piece.count + answer.count)
            if tail.last == UInt8(ascii: "\n"), contains(tail, answer) { break }
        }
        return Array(said.prefix((said.lastIndex(of: UInt8(ascii: "\n")) ?? -1) + 1))
    }

    private static func contains(_ bytes: ArraySlice<UInt8>, _ wanted: [UInt8]) -> Bool {
        guard bytes.count >= wanted.count else { return false }
        return (bytes.startIndex...(bytes.endIndex - wanted.count)).contains { bytes[$0...].starts(with: wanted) }
    }

    /// HTTP: the end of ours must bring the end of theirs, unless the connection has become something else.
    private static func converse(_ socket: Int32) {
        shutdown(socket, Int32(SHUT_WR))
        var said: [UInt8] = []
        while !contains(said[...].prefix(64), Array(" 101 ".utf8)), let piece = read(socket) { said += piece }
        guard said.isEmpty || said.starts(with: Array("HTTP/1.".utf8)) else {
            fatalError("not HTTP: \(String(decoding: said.prefix(200), as: UTF8.self))")
        }
    }

    /// Nil at the end. A server that neither answers nor closes is what the fuzzer looks for.
    private static func read(_ socket: Int32) -> [UInt8]? {
        var entry = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        guard poll(&entry, 1, patience) > 0 else { fatalError("neither an answer nor an end") }
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = Glibc.read(socket, &bytes, bytes.count)
        return count <= 0 ? nil : Array(bytes[..<count])
    }

    /// Now and then: the server has given back what it had for connections that are gone.
    private static func watchDescriptors() {
        count += 1
        guard count % 1000 == 0 else { return }
        for _ in 0..<1000 {
            let open = (try? FileSystem.list("/proc/self/fd").count) ?? 0
            if descriptors == 0 { descriptors = open }
            if open <= descriptors + 8 { return }
            // It closes its end when it has seen ours go.
            _ = poll(nil, 0, 20)
        }
        fatalError("descriptors leak")
    }
}
