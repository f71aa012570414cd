import UsageSpec

/// The kernel's tables of what went to block devices. No I/O.
enum DeviceText {
    /// `io.stat` of version 2: `8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=0 dios=0`. Devices that say nothing are left out.
    static func unified(_ text: String) -> [GroupUsage.Device] {
        text.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            guard let name = words.first, words.count > 1 else { return nil }
            var device = GroupUsage.Device(device: String(name))
            for word in words.dropFirst() {
                let parts = word.split(separator: "=")
                guard parts.count == 2, let number = UInt64(parts[1]).map({ Int64(clamping: $0) }) else { continue }
                switch parts[0] {
                case "rbytes": device.readBytes = number
                case "wbytes": device.writeBytes = number
                case "rios": device.reads = number
                case "wios": device.writes = number
                default: break
                }
            }
            return device
        }
    }

    /// `blkio.throttle.io_…_recursive` of version 1: `8:0 Read 1`, and a line `Total 1` at the end.
    static func legacy(bytes: String, operations: String) -> [GroupUsage.Device] {
        var devices: [String: GroupUsage.Device] = [:]
        func read(
            _ text: String,
            _ reads: WritableKeyPath<GroupUsage.Device, Int64>,
            _ writes: WritableKeyPath<GroupUsage.Device, Int64>
        ) {
            for line in text.split(separator: "\n") {
                let words = line.split(separator: " ")
                guard words.count == 3, let number = UInt64(words[2]).map({ Int64(clamping: $0) }) else { continue }
                let name = String(words[0])
                var device = devices[name] ?? GroupUsage.Device(device: name)
                if words[1] == "Read" { device[keyPath: reads] = number }
                if words[1] == "Write" { device[keyPath: writes] = number }
                devices[name] = device
            }
        }
        read(bytes, \.readBytes, \.writeBytes)
        read(operations, \.reads, \.writes)
        return devices.values.sorted { $0.device < $1.device }
    }
}
