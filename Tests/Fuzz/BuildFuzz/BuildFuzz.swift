import Builder
import CFuzzer
import Glibc

/// libFuzzer against the reading of Containerfiles, ignore files and variables: the first byte says what an input is.
@main
enum BuildFuzz {
    static func main() {
        var count = CommandLine.argc
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
        exit(
            LLVMFuzzerRunDriver(&count, &arguments) { data, size in
                let bytes = UnsafeRawBufferPointer(start: data, count: size)
                guard let kind = bytes.first else { return 0 }
                let rest = Array(bytes.dropFirst())
                switch kind % 3 {
                case 0: BuildFuzz.readFile(rest)
                case 1: BuildFuzz.readPatterns(rest)
                default: BuildFuzz.expand(rest)
                }
                return 0
            }
        )
    }

    /// Refused with a word and a place that is in the file, or understood.
    private static func readFile(_ bytes: [UInt8]) {
        let lines = bytes.count(where: { $0 == 10 }) + 1
        do throws(ContainerfileError) {
            let file = try Containerfile(bytes)
            precondition(!file.stages.isEmpty, "nothing to build")
            for instruction in file.stages.flatMap(\.instructions) {
                precondition((1...lines).contains(instruction.position.line), "a place outside of the file")
            }
        } catch {
            precondition(!error.message.isEmpty, "refused without a word")
            precondition((1...lines).contains(error.position.line) && error.position.column > 0, "\(error)")
        }
    }

    private static func readPatterns(_ bytes: [UInt8]) {
        // Most are refused, and that is all there is to see.
        guard let patterns = try? IgnorePatterns(bytes, file: "ignore") else { return }
        _ = patterns.excludes([Array("some".utf8), Array("folder".utf8), Array("file.o".utf8)])
    }

    private static func expand(_ bytes: [UInt8]) {
        let expander = VariableExpander(escape: 92) { $0.count % 2 == 0 ? nil : "v$x" }
        guard let text = try? expander.expand(String(decoding: bytes, as: UTF8.self)) else { return }
        precondition(text.utf8.count <= VariableExpander.sizeLimit + 1024, "longer than the limit")
    }
}
