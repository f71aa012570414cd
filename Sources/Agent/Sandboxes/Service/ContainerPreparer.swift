import CRISpec
import Glibc
import JSONCoding
import Linux
import OCISpec
import PodEngine

/// Looks up what the bundle of a container needs to know, builds it, and lays it down with the folders that it names. May be repeated.
struct ContainerPreparer: Sendable {
    let service: SandboxService
    let sandbox: Sandbox
    let place: ContainerPlace

    private var rooms: Rooms { service.rooms.pods }
    private var node: EngineConfiguration.Node { service.configuration.node }

    /// - Parameter record: with the user that was found.
    func prepare(_ container: SandboxContainer, _ image: PodImage) async throws(CRIFailure) -> ContainerRecord.UserFacts {
        let config = container.config
        let security = config.linux?.securityContext ?? CRI.LinuxContainerSecurityContext()
        var inputs = ContainerBundle.Inputs(
            sandbox: sandbox.config,
            container: config,
            image: image,
            user: try await user(security, image)
        )
        inputs.users = try sandbox.options.userRange()
        inputs.hostname = SandboxMaker(service: service, paths: place.sandbox, config: sandbox.config).hostname
        inputs.devices = try ContainerDevices(config)
        inputs.seccomp = try seccompProfile(security)
        if let wanted = try ContainerBundle.wantedAppArmor(security) {
            do throws(SystemError) { inputs.appArmor = try AppArmorState.ofKernel(wanted.name) } catch { throw CRIFailure(error) }
        }
        inputs.hasSELinux = FileSystem.exists("/sys/fs/selinux/enforce")
        if let options = security.namespaceOptions, options.pid == .target { inputs.targetPid = try targetPid(options.targetId) }
        for (index, mount) in config.mounts.enumerated() {
            inputs.mountSources.append(try await source(of: mount, index, inputs.users))
        }
        let spec = try ContainerBundle(inputs: inputs, place: place, cgroup: container.record.cgroup, node: node).build()
        do {
            try FileSystem.makeDirectories("\(place.bundle)/rootfs")
            try FileSystem.makeDirectories(place.upper)
            try FileSystem.makeDirectories(place.work)
            // It becomes the root folder of the container.
            if let users = inputs.users { try retrying("chown", place.upper) { lchown(place.upper, users.first, users.first) } }
            let log = FileSystem.split(container.record.logPath).directory
            try FileSystem.makeDirectories(log)
            // Variables may hold secrets.
            try FileSystem.write("\(place.bundle)/config.json", try JSON.encode(spec), mode: 0o600)
        } catch {
            throw CRIFailure(unexpected: error)
        }
        let user = spec.process?.user
        return .init(uid: user?.uid ?? 0, gid: user?.gid ?? 0, groups: user?.additionalGids ?? [])
    }

    private func user(_ security: CRI.LinuxContainerSecurityContext, _ image: PodImage) async throws(CRIFailure) -> ImageUser {
        let name = try ContainerBundle.userName(security, image: image)
        do throws(ImageFailure) { return try await rooms.images.user(name, in: image) } catch { throw CRIFailure(error) }
    }

    private func targetPid(_ id: String) throws(CRIFailure) -> Int32 {
        guard let target = service.store.container(id), target.record.sandboxID == sandbox.id else {
            throw .invalid("namespaceOptions.targetId: \"\(id)\" is no container of this sandbox")
        }
        guard let pid = target.pid else {
            throw CRIFailure(.failedPrecondition, "namespaceOptions.targetId: container \"\(target.id)\" does not run")
        }
        return pid
    }

    /// The profile of a file, whose path is the whole one; the kubelet keeps to its own folder.
    private func seccompProfile(
        _ security: CRI.LinuxContainerSecurityContext
    ) throws(CRIFailure) -> RuntimeSpec.Linux.Seccomp? {
        guard !security.privileged, let profile = try ContainerBundle.seccompProfile(security), profile.profileType == .localhost
        else { return nil }
        let reference = profile.localhostRef
        let path = reference.hasPrefix("localhost/") ? String(reference.dropFirst("localhost/".count)) : reference
        guard path.isCleanPath else { throw .invalid("seccomp: \"\(path)\" is no absolute path without ..") }
        do {
            let file = try Descriptor.open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY)
            guard try file.status().kind == .regular else { throw SystemError(call: "open", errno: EINVAL, subject: path) }
            return try JSON.decode(RuntimeSpec.Linux.Seccomp.self, from: try file.readToEnd(limit: 4 << 20))
        } catch {
            throw .invalid("cannot load seccomp profile \"\(path)\": \(error)")
        }
    }

    // MARK: Mounts

    /// What is to be bound. A folder of the host that is not there is made, as containerd does it.
    private func source(of mount: CRI.Mount, _ index: Int, _ users: IDRange?) async throws(CRIFailure) -> String {
        let field = "mounts[\(index)]"
        guard mount.containerPath.isCleanPath, BundleMounts.normalized(mount.containerPath) != "/" else {
            throw .invalid("\(field).containerPath: \"\(mount.containerPath)\" is no absolute path below / without ..")
        }
        if let image = mount.image, !image.image.isEmpty {
            guard mount.hostPath.isEmpty else { throw .invalid("\(field): hostPath and image exclude each other") }
            guard mount.readonly else { throw .invalid("\(field): an image is mounted to be read only: readonly must be set") }
            return try await source(of: image, subPath: mount.imageSubPath, index, users)
        }
        guard mount.hostPath.isCleanPath else {
            throw .invalid("\(field).hostPath: \"\(mount.hostPath)\" is no absolute path without ..")
        }
        do throws(SystemError) {
            if !FileSystem.exists(mount.hostPath) { try FileSystem.makeDirectories(mount.hostPath) }
            if users != nil, !mount.uidMappings.isEmpty,
                try !rooms.mounts.takesMapping(mount.hostPath, userNamespace: place.sandbox.pinned(.user))
            {
                throw SystemError(call: "idmap", errno: EINVAL, subject: mount.hostPath)
            }
        } catch {
            throw CRIFailure(.internal, "failed to stat \"\(mount.hostPath)\": \(error)")
        }
        return mount.hostPath
    }

    /// The image's files, mounted for this container; it goes with its run directory.
    private func source(
        of spec: CRI.ImageSpec,
        subPath: String,
        _ index: Int,
        _ users: IDRange?
    ) async throws(CRIFailure) -> String {
        let field = "mounts[\(index)]"
        let image: PodImage
        do throws(ImageFailure) {
            guard let found = try await rooms.images.image(named: spec.image) else {
                throw ImageFailure(.notFound, "\(field): image \"\(spec.image)\" not found")
            }
            image = found
        } catch { throw CRIFailure(error) }
        guard !subPath.hasPrefix("/"), !subPath.split(separator: "/").contains(".."), !subPath.utf8.contains(0) else {
            throw .invalid("\(field).imageSubPath: \"\(subPath)\" leads out of the image")
        }
        let path = "\(place.images)/\(index)"
        // An overlay that nobody writes to wants two layers at least.
        let empty = ["\(place.images)/.empty-1", "\(place.images)/.empty-2"]
        let added = Array(empty.prefix(max(0, 2 - image.layerDirectories.count)))
        do throws(SystemError) {
            for folder in added + [path] { try FileSystem.makeDirectories(folder) }
            try rooms.mounts.mountLayers(
                added + image.layerDirectories,
                on: path,
                userNamespace: users.map { _ in place.sandbox.pinned(.user) }
            )
        } catch { throw CRIFailure(error) }
        guard !subPath.isEmpty else { return path }
        do throws(SystemError) {
            // Looked for here, so that one that is missing is an error and nothing is made in the image's mount.
            let root = try Descriptor.open(path, O_RDONLY | O_DIRECTORY)
            _ = try Descriptor.open(inRoot: root.rawValue, subPath, O_RDONLY | O_NONBLOCK)
            return try SubPathMounter(directory: place.subPaths, mounts: rooms.mounts).mount(subPath, of: path, index: index)
        } catch {
            throw .invalid("\(field).imageSubPath: \"\(subPath)\": \(error)")
        }
    }
}
