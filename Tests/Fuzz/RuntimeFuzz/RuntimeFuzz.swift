import CFuzzer
import ContainerRuntime
import Glibc
import JSONCoding
import OCISpec

/// libFuzzer against the reading of `config.json`: the first byte says what an input is.
@main
enum RuntimeFuzz {
    // One thread: the callback shares nothing.
    nonisolated(unsafe) private static var engine = ContainerEngine(configuration: RuntimeConfiguration())

    static func main() throws {
        var template = Array("/tmp/swiftlet-runtime-fuzz-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { exit(2) }
        let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        engine = ContainerEngine(configuration: RuntimeConfiguration(root: folder))
        // The cache of filters would fill the disk: it is a file, and each filter is compiled.
        guard creat(folder + "/.seccomp", 0o600) != -1 else { exit(2) }
        // The driver does not come back.
        atexit {
            unlink(RuntimeFuzz.engine.configuration.seccompCache)
            rmdir(RuntimeFuzz.engine.configuration.root)
        }
        var count = CommandLine.argc
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
        exit(
            LLVMFuzzerRunDriver(&count, &arguments) { data, size in
                let bytes = UnsafeRawBufferPointer(start: data, count: size)
                guard let kind = bytes.first else { return 0 }
                let rest = Array(bytes.dropFirst())
                if kind & 1 == 0 { RuntimeFuzz.read(rest) } else { RuntimeFuzz.merge(rest) }
                return 0
            }
        )
    }

    /// A whole configuration: refused with a word, or understood; then what is written reads as the same.
    private static func read(_ bytes: [UInt8]) {
        let spec: RuntimeSpec
        do throws(RuntimeError) { spec = try engine.check(configuration: bytes, bundle: "/") } catch {
            precondition(!error.message.isEmpty, "refused without a word")
            return
        }
        guard let written = try? JSON.encode(spec) else { preconditionFailure("what was read cannot be written") }
        guard let again = try? JSON.decode(RuntimeSpec.self, from: written) else {
            preconditionFailure("what was written cannot be read: \(String(decoding: written, as: UTF8.self))")
        }
        precondition(again == spec, "not what was written")
    }

    /// Members that replace those of a configuration that works: gets behind what `read` stumbles over first.
    private static func merge(_ bytes: [UInt8]) {
        guard case .object(let given)? = try? JSON.parse(bytes).value,  // Most are none.
            case .object(var members)? = try? JSON.parse(JSON.encode(RuntimeSpec.example)).value
        else { return }
        for member in given {
            if let index = members.firstIndex(where: { $0.key == member.key }) {
                members[index] = merged(members[index], member)
            } else {
                members.append(member)
            }
        }
        read(JSON.serialize(JSONNode(.object(members))))
    }

    private static func merged(_ old: JSONNode.Member, _ new: JSONNode.Member) -> JSONNode.Member {
        guard case .object(var members) = old.value.value, case .object(let given) = new.value.value else { return new }
        for member in given {
            if let index = members.firstIndex(where: { $0.key == member.key }) {
                members[index] = member
            } else {
                members.append(member)
            }
        }
        return JSONNode.Member(key: old.key, value: JSONNode(.object(members)))
    }
}
