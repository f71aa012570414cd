import ContainerRuntime
import JSONCoding
import OCISpec

/// `list`, and the other commands that print what is there.
struct ListCommand {
    private var isJSON = false
    private var isQuiet = false

    init(_ reader: inout ArgumentReader) throws(UsageError) {
        while let flag = try reader.nextFlag() {
            switch flag {
            case "--format", "-f": isJSON = try Self.format(&reader)
            case "--quiet", "-q": isQuiet = try reader.on()
            default: throw reader.unknown()
            }
        }
    }

    static func format(_ reader: inout ArgumentReader) throws(UsageError) -> Bool {
        switch try reader.value() {
        case "json": return true
        case "table": return false
        case let other: throw UsageError("--format is table or json, not \"\(other)\"")
        }
    }

    /// A line of the list, with runc's names.
    private struct Entry: Encodable {
        var ociVersion: String
        var id: String
        var pid: Int32
        var status: RuntimeState.Status
        var bundle: String
        var rootfs: String
        var created: String
        var owner: String
    }

    func run(_ global: GlobalOptions) throws {
        let engine = global.engine
        var entries: [Entry] = []
        for id in try engine.list() {
            // It may go between the look at the folder and the look at it.
            guard let found = try? engine.container(id: id) else { continue }
            let record = found.record
            entries.append(
                Entry(
                    ociVersion: record.ociVersion,
                    id: id,
                    pid: found.status == .stopped ? 0 : record.pid,
                    status: found.status,
                    bundle: record.bundle,
                    rootfs: record.rootfs,
                    created: record.created,
                    owner: record.owner == 0 ? "root" : "#\(record.owner)"
                )
            )
        }
        if isQuiet {
            for entry in entries { Log.print(1, entry.id) }
        } else if isJSON {
            Log.print(1, String(decoding: try JSON.encode(entries), as: UTF8.self))
        } else {
            var table = [["ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER"]]
            table += entries.map { [$0.id, "\($0.pid)", $0.status.rawValue, $0.bundle, $0.created, $0.owner] }
            Self.printTable(table)
        }
    }

    static func printTable(_ rows: [[String]]) {
        let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        for row in rows {
            let cells = zip(row, widths).map { cell, width in
                cell + String(repeating: " ", count: max(0, width - cell.count))
            }
            Log.print(1, cells.joined(separator: "   "))
        }
    }

    static func printState(of id: String, _ engine: ContainerEngine) throws {
        /// The specification's state and what runc adds to it.
        struct State: Encodable {
            var ociVersion: String
            var id: String
            var pid: Int32
            var status: RuntimeState.Status
            var bundle: String
            var rootfs: String?
            var created: String?
            var owner: String?
            var annotations: [String: String]?
        }
        let state = try engine.state(id: id)
        let record = try engine.container(id: id)?.record
        let full = State(
            ociVersion: state.ociVersion,
            id: id,
            pid: state.pid ?? 0,
            status: state.status,
            bundle: state.bundle,
            rootfs: record?.rootfs,
            created: record?.created,
            owner: record.map { $0.owner == 0 ? "" : "#\($0.owner)" },
            annotations: state.annotations
        )
        Log.print(1, String(decoding: try JSON.encode(full, style: .pretty), as: UTF8.self))
    }
}
