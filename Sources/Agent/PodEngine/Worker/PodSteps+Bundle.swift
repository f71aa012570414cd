import CLinux
import Glibc
import JSONCoding
import Linux
import OCISpec
import PodSpec

extension PodSteps {
    /// Looks up what the bundle needs to know, and builds it.
    func specification(of name: String, _ attempt: Int, _ lifecycle: PodLifecycle) async throws -> RuntimeSpec {
        // With what it has been granted, which may not be what the file asks for.
        let pod = lifecycle.resizing.granted.granted(to: pod)
        let containers = pod.spec.initContainers + pod.spec.containers
        guard let container = containers.first(where: { $0.name == name }),
            let state = lifecycle.containers.first(where: { $0.name == name }), case .present(let image) = state.image
        else { throw StepFailure(.createContainerConfigError, "container \(name) has no image yet") }

        let user: ImageUser
        do throws(ImageFailure) {
            user = try await rooms.images.user(
                BundleBuilder.userName(of: container, in: pod, image: image),
                in: image
            )
        } catch {
            throw StepFailure(.createContainerConfigError, error.message)
        }
        var inputs = BundleBuilder.Inputs(
            pod: pod,
            container: container,
            image: image,
            user: user,
            network: lifecycle.sandbox.value?.network
        )
        inputs.users = ids.range
        inputs.objects = context.objects[pod.metadata.namespace]
        let known = inputs
        for volume in lifecycle.volumeImages(of: state.shape) {
            guard let image = volume.present else {
                throw StepFailure(.createContainerConfigError, "the image of volume \(volume.volume) is not here yet")
            }
            try ImageVolumeMounter(paths: paths, mounts: rooms.mounts, ids: ids).mount(image, as: volume.volume)
        }
        let sources = { @Sendable () throws(StepFailure) in
            try mountSources(of: container, attempt) { known.environment(on: context.configuration.node) }
        }
        // Another machine is waited for, and no thread of Swift's pool has the time.
        inputs.mountSources = pod.spec.hasRemoteVolumes ? try await onThread(named: "volumes", sources) : try sources()
        if container.securityContext?.seLinuxOptions != nil || pod.spec.securityContext?.seLinuxOptions != nil {
            inputs.hasSELinux = FileSystem.exists("/sys/fs/selinux/enforce")
        }
        inputs.localSeccompProfile = try localSeccompProfile(of: container)
        inputs.appArmor = try appArmor(for: container)
        if container.securityContext?.privileged ?? false { inputs.hostDevices = try HostDevices.list() }
        return try BundleBuilder(
            inputs,
            paths: paths,
            attempt: attempt,
            cgroup: cgroup(of: name, attempt),
            node: context.configuration.node
        ).build()
    }

    func cgroup(of container: String, _ attempt: Int) -> String {
        rooms.cgroups.containerPath(podUID: paths.uid, containerID: paths.container(container, attempt).id)
    }

    private func mountSources(
        of container: Container,
        _ attempt: Int,
        environment: () -> ContainerEnvironment
    ) throws(StepFailure) -> [String] {
        let mounter = VolumeMounter(paths: paths, mounts: rooms.mounts, ids: ids)
        let subPaths = SubPathMounter(
            directory: paths.container(container.name, attempt).subPaths,
            mounts: rooms.mounts
        )
        var sources: [String] = []
        for (index, mount) in container.volumeMounts.enumerated() {
            guard let volume = pod.spec.volumes.first(where: { $0.name == mount.name }) else {
                throw StepFailure(.createContainerConfigError, "there is no volume \"\(mount.name)\"")
            }
            let path = try mounter.path(of: volume)
            if volume.keepsHostIDs { try refuseUnmapped(path, of: volume) }
            guard let subPath = try SubPath.of(mount, environment()), !subPath.isEmpty else {
                sources.append(path)
                continue
            }
            do throws(SystemError) {
                sources.append(try subPaths.mount(subPath, of: path, index: index, owner: volume.keepsHostIDs ? 0 : ids.root))
            } catch {
                throw StepFailure(
                    .createContainerConfigError,
                    "failed to prepare subPath \"\(subPath)\" of volume \"\(mount.name)\": \(error)"
                )
            }
        }
        return sources
    }

    /// Some file systems cannot show the pod's ids in the place of their own: said here, by the volume's name.
    private func refuseUnmapped(_ path: String, of volume: Volume) throws(StepFailure) {
        guard pod.spec.hasOwnUsers else { return }
        do throws(SystemError) {
            if try rooms.mounts.takesMapping(path, userNamespace: paths.pinned(.user)) { return }
        } catch {
            throw StepFailure(.createContainerError, "volume \"\(volume.name)\": \(error)")
        }
        throw StepFailure(
            .createContainerError,
            "volume \"\(volume.name)\": the file system of \(path) takes no idmapped mounts, which hostUsers: false needs"
        )
    }

    private func appArmor(for container: Container) throws(StepFailure) -> AppArmorState {
        guard let profile = BundleBuilder.appArmorProfile(of: container, in: pod) else { return .off }
        do throws(SystemError) { return try .ofKernel(profile) } catch {
            throw StepFailure(.createContainerConfigError, "cannot look for the AppArmor profile \"\(profile)\": \(error)")
        }
    }

    /// Read relative to the folder of profiles, out of which neither `..` nor a symlink leads.
    private func localSeccompProfile(of container: Container) throws(StepFailure) -> RuntimeSpec.Linux.Seccomp? {
        guard let name = BundleBuilder.localSeccompProfile(of: container, in: pod) else { return nil }
        do {
            let folder = try Descriptor.open(
                context.configuration.directories.seccompProfiles,
                O_RDONLY | O_DIRECTORY
            )
            let file = try Descriptor.open(inRoot: folder.rawValue, name, O_RDONLY | O_NONBLOCK)
            guard try file.status().kind == .regular else {
                throw SystemError(call: "open", errno: EINVAL, subject: name)
            }
            return try JSON.decode(RuntimeSpec.Linux.Seccomp.self, from: try file.readToEnd(limit: 4 << 20))
        } catch {
            throw StepFailure(.createContainerConfigError, "cannot load seccomp profile \"\(name)\": \(error)")
        }
    }
}
