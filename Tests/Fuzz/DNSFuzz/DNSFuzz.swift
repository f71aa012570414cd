import CFuzzer
import DNS
import Glibc
import NetworkSpec

/// libFuzzer against the messages of the name server: the first byte says what an input is.
@main
enum DNSFuzz {
    static func main() throws {
        let file = try NetworkFile.parse(
            "10.89.0.1\nabc 10.89.0.2 fd00::2 web,www  http/tcp/80\n" + (0..<300).map { "c\($0) 10.90.0.\($0 % 250)  many\n" }.joined(),
            name: "a",
            isInternal: false
        )
        let service = NameService(NameTable([file], searchDomain: DomainName("dns.podman"), forwards: true))
        var count = CommandLine.argc
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
        // One thread: the callback shares nothing.
        fuzzed = service
        exit(
            LLVMFuzzerRunDriver(&count, &arguments) { data, size in
                let input = UnsafeRawBufferPointer(start: data, count: size)
                guard let kind = input.first else { return 0 }
                let rest = UnsafeRawBufferPointer(rebasing: input.dropFirst())
                switch kind & 3 {
                case 0: DNSFuzz.answer(rest, .datagram)
                case 1: DNSFuzz.answer(rest, .stream)
                case 2: DNSFuzz.forward(rest)
                default: DNSFuzz.read(rest)
                }
                return 0
            }
        )
    }

    nonisolated(unsafe) private static var fuzzed: NameService?

    /// A query: the answer is no longer than the client takes, has its id, and is an answer.
    private static func answer(_ message: UnsafeRawBufferPointer, _ transport: NameService.Transport) {
        guard let service = fuzzed, let source = IPAddress("10.89.0.2") else { return }
        let room = UnsafeMutableRawBufferPointer.allocate(byteCount: transport == .stream ? 65535 : 1232, alignment: 8)
        defer { room.deallocate() }
        guard case .answered(let length) = service.answer(message, from: source, on: 0, over: transport, in: room), length > 0
        else { return }
        precondition(length >= 12 && length <= room.count, "a length that is none")
        precondition(room[0] == message[0] && room[1] == message[1] && room[2] & 0x80 != 0, "no answer to this query")
        precondition(transport == .stream || length <= 512 || message.count > 12, "more than the client takes")
    }

    /// An answer from outside, to a query of our own: what the client gets has its id, and no more bytes than it takes.
    private static func forward(_ message: UnsafeRawBufferPointer) {
        let asked: [UInt8] = [0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 97, 4, 116, 101, 115, 116, 0, 0, 1, 0, 1]
        guard let source = IPAddress("10.89.0.2"), message.count >= 12,
            let query = try? asked.withUnsafeBytes({ try Query($0) })  // It is one.
        else { return }
        let question = Forwarder.Question(message: asked, query: query, source: source, transport: .datagram)
        let outgoing = OutgoingQuestion(question)
        var answer = Array(message)
        // The id is guessed: everything behind it is the fuzzer's.
        answer[0] = outgoing.message[0]
        answer[1] = outgoing.message[1]
        guard outgoing.code(of: answer) != nil else { return }
        let restored = OutgoingQuestion.restore(answer, for: question)
        precondition(restored.count <= 512 && restored[0] == 0x12 && restored[1] == 0x34, "not what the client asked")
    }

    /// A file of a network: what is read can be written and read again.
    private static func read(_ bytes: UnsafeRawBufferPointer) {
        guard let text = String(validating: bytes, as: UTF8.self),
            let network = try? NetworkFile.parse(text, name: "n", isInternal: false)  // Most are none.
        else { return }
        let written = NetworkFile.text(of: network)
        // Names may be empty, and a field with nothing in it reads as none.
        guard let again = try? NetworkFile.parse(written, name: "n", isInternal: false) else {
            preconditionFailure("what was written cannot be read: \(written)")
        }
        precondition(again.addresses == network.addresses && again.containers.count == network.containers.count)
    }
}
