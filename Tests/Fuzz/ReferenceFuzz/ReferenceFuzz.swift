import CFuzzer
import Glibc
import OCISpec
import Signatures
import Transports

/// libFuzzer against the names of images.
@main
enum ReferenceFuzz {
    static func main() {
        var count = CommandLine.argc
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
        exit(
            LLVMFuzzerRunDriver(&count, &arguments) { data, size in
                let text = String(decoding: UnsafeRawBufferPointer(start: data, count: size), as: UTF8.self)
                ReferenceFuzz.reference(text)
                ReferenceFuzz.transport(text)
                return 0
            }
        )
    }

    /// Completed, a name stands for the same; so does what people see of it.
    private static func reference(_ text: String) {
        do throws(ImageReferenceError) {
            let name = try ImageReference(text)
            precondition((try? ImageReference(name.description)) == name, "another when it is completed")
            precondition((try? ImageReference(name.familiarName)) == name, "another when it is shortened")
            precondition(!name.repository.split(separator: "/").contains(".."), "a folder above")
            precondition(name.description.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }, "a byte that no name has")
            precondition(SignedName(text) != nil, "a name that cannot be signed")
        } catch { precondition(!error.description.isEmpty, "refused without a word") }
    }

    private static func transport(_ text: String) {
        do throws(TransportError) {
            let name = try TransportName(text)
            precondition((try? TransportName(name.description)) == name, "another when it is written")
        } catch { precondition(!error.description.isEmpty, "refused without a word") }
    }
}
