import CLinux
import CRISpec
import Glibc
import Linux
import OCISpec
import PodEngine

/// The device nodes of a container, and who may use them.
struct ContainerDevices: Sendable, Hashable {
    var nodes: [RuntimeSpec.Linux.Device] = []
    var rules: [RuntimeSpec.Linux.Resources.DeviceRule] = []

    init() {}

    /// Looks devices of the host up. A folder stands for the nodes in it; a privileged container has all of them beside its own.
    init(_ config: CRI.ContainerConfig) throws(CRIFailure) {
        if config.linux?.securityContext?.privileged ?? false {
            do throws(SystemError) { nodes = try HostDevices.list() } catch { throw CRIFailure(error) }
        }
        for (index, device) in config.devices.enumerated() {
            let place = "devices[\(index)]"
            let access = device.permissions.isEmpty ? "rwm" : device.permissions
            guard access.allSatisfy({ "rwm".contains($0) }) else { throw .invalid("\(place): permissions \"\(access)\" are not of r, w and m") }
            let target = device.containerPath.isEmpty ? device.hostPath : device.containerPath
            guard target.hasPrefix("/"), device.hostPath.hasPrefix("/"), !target.split(separator: "/").contains("..") else {
                throw .invalid("\(place): paths of devices are absolute, without ..")
            }
            do throws(SystemError) {
                try add(device.hostPath, as: target, access, place)
            } catch {
                throw .invalid("\(place): \(error)")
            }
        }
    }

    private mutating func add(_ path: String, as target: String, _ access: String, _ place: String) throws(SystemError) {
        let status = try FileSystem.status(path)
        let kind: RuntimeSpec.Linux.Device.Kind
        switch status.kind {
        case .directory:
            for name in try FileSystem.list(path).sorted() {
                let kind = try FileSystem.status("\(path)/\(name)").kind
                guard [.characterDevice, .blockDevice, .directory].contains(kind) else { continue }
                try add("\(path)/\(name)", as: "\(target)/\(name)", access, place)
            }
            return
        case .characterDevice: kind = .character
        case .blockDevice: kind = .block
        default: throw SystemError(call: "device", errno: ENODEV, subject: path)
        }
        let (major, minor) = (Int64(clinux_major(status.representedDevice)), Int64(clinux_minor(status.representedDevice)))
        var node = RuntimeSpec.Linux.Device(kind, path: target, major: major, minor: minor, fileMode: status.permissions)
        node.uid = status.userID
        node.gid = status.groupID
        nodes.removeAll { $0.path == target }
        nodes.append(node)
        rules.append(.init(allow: true, type: kind.rawValue, major: major, minor: minor, access: access))
    }
}
