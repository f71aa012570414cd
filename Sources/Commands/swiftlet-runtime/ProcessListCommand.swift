import ContainerRuntime
import Glibc
import JSONCoding
import Linux

/// `ps`: the processes of a container, by their numbers on the host.
struct ProcessListCommand {
    private var isJSON = false
    private let id: String
    /// For ps(1), whose table it is.
    private let options: [String]

    init(_ reader: inout ArgumentReader) throws(UsageError) {
        while let flag = try reader.nextFlag() {
            switch flag {
            case "--format", "-f": isJSON = try ListCommand.format(&reader)
            default: throw reader.unknown()
            }
        }
        guard let id = reader.nextOperand() else { throw UsageError("a container id is needed") }
        self.id = id
        let rest = reader.operands()
        options = rest.isEmpty ? ["-ef"] : rest
    }

    func run(_ global: GlobalOptions) throws {
        let processes = try global.engine.processes(id: id)
        if isJSON {
            Log.print(1, String(decoding: try JSON.encode(processes), as: UTF8.self))
        } else if let program = ["/usr/bin/ps", "/bin/ps"].first(where: FileSystem.exists) {
            try printTable(by: program, Set(processes))
        } else {
            ListCommand.printTable([["PID"]] + processes.map { ["\($0)"] })
        }
    }

    /// The lines of ps(1) that are about our processes, found by its column `PID`.
    private func printTable(by program: String, _ processes: Set<Int32>) throws {
        let output = try Descriptor.pipe()
        let ps = try ChildProcess(executable: program, arguments: options).spawn([1: output.write.rawValue, 2: 2])
        try output.write.close()
        let text = String(decoding: try output.read.readToEnd(), as: UTF8.self)
        guard try ps.wait() == .exited(0) else { throw UsageError("\(program) \(options.joined(separator: " ")) failed") }
        let lines = text.split(separator: "\n")
        guard let title = lines.first, let column = title.split(separator: " ").firstIndex(of: "PID") else {
            throw UsageError("the output of \(program) \(options.joined(separator: " ")) has no column PID")
        }
        Log.print(1, String(title))
        for line in lines.dropFirst() {
            let fields = line.split(separator: " ")
            if fields.count > column, let pid = Int32(fields[column]), processes.contains(pid) {
                Log.print(1, String(line))
            }
        }
    }
}
