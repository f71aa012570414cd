import CLinux
import Glibc
import Linux
import OCISpec

/// The device nodes of the host, for privileged containers.
package enum HostDevices {
    /// What a container has of its own or must not share.
    private static let spared: Set<String> = ["pts", "shm", "fd", "mqueue", "console", ".lxc", ".lxd-mounts", ".udev"]

    /// Every character and block device under /dev. A node that vanishes meanwhile is left out.
    package static func list(_ directory: String = "/dev") throws(SystemError) -> [RuntimeSpec.Linux.Device] {
        var devices: [RuntimeSpec.Linux.Device] = []
        for name in try FileSystem.list(directory) where !spared.contains(name) {
            let path = "\(directory)/\(name)"
            guard FileSystem.exists(path) else { continue }
            let status = try FileSystem.linkStatus(path)
            let kind: RuntimeSpec.Linux.Device.Kind
            switch status.kind {
            case .directory:
                devices += try list(path)
                continue
            case .characterDevice: kind = .character
            case .blockDevice: kind = .block
            default: continue
            }
            var device = RuntimeSpec.Linux.Device(
                kind,
                path: path,
                major: Int64(clinux_major(status.representedDevice)),
                minor: Int64(clinux_minor(status.representedDevice)),
                fileMode: status.permissions
            )
            device.uid = status.userID
            device.gid = status.groupID
            devices.append(device)
        }
        return devices
    }
}
