import ContainerRuntime
import JSONCoding
import Linux
import OCISpec

/// `spec` and `features`.
struct SpecCommand {
    private var directory = "."
    private var isRootless = false

    init(_ reader: inout ArgumentReader) throws(UsageError) {
        while let flag = try reader.nextFlag() {
            switch flag {
            case "--bundle", "-b": directory = try reader.value()
            case "--rootless": isRootless = try reader.on()
            default: throw reader.unknown()
            }
        }
    }

    func run() throws {
        let path = directory + "/config.json"
        if FileSystem.exists(path) { throw UsageError("\(path) is there already") }
        let spec = isRootless ? RuntimeSpec.rootlessExample : RuntimeSpec.example
        try FileSystem.write(path, try JSON.encode(spec, style: .pretty) + [0x0A])
    }

    static func printFeatures() {
        // The value is made of names and switches: it always encodes.
        let bytes = (try? JSON.encode(ContainerEngine.features, style: .pretty)) ?? []
        Log.print(1, String(decoding: bytes, as: UTF8.self))
    }
}
