import CRISpec
import JSONCoding
import PodEngine
import UsageSpec

extension SandboxService {
    public func listImages(_ request: CRI.ListImagesRequest) async throws(CRI.Failure) -> CRI.ListImagesResponse {
        var response = CRI.ListImagesResponse()
        response.images = try await images(request.filter)
        return response
    }

    public func streamImages(_ request: CRI.StreamImagesRequest) async throws(CRI.Failure) -> CRI.Stream<CRI.StreamImagesResponse> {
        Self.stream(try await images(request.filter)) { images in
            var response = CRI.StreamImagesResponse()
            response.images = images
            return response
        }
    }

    private func images(_ filter: CRI.ImageFilter?) async throws(CRIFailure) -> [CRI.Image] {
        do throws(ImageFailure) {
            guard let name = filter?.image?.image, !name.isEmpty else {
                return try await rooms.images.images().map(\.message).sorted { $0.id < $1.id }
            }
            guard let image = try await rooms.images.image(name) else { return [] }
            return [image.message]
        } catch {
            // What cannot be a name is no image's.
            if error.kind == .invalidName { return [] }
            throw CRIFailure(error)
        }
    }

    public func imageStatus(_ request: CRI.ImageStatusRequest) async throws(CRI.Failure) -> CRI.ImageStatusResponse {
        let name = try imageName(request.image)
        var response = CRI.ImageStatusResponse()
        do throws(ImageFailure) {
            guard let image = try await rooms.images.image(name) else { return response }
            response.image = image.message
            if request.verbose { response.info = ["info": #"{"imageSpec":\#(image.configuration)}"#] }
        } catch {
            if error.kind != .invalidName { throw CRIFailure(error) }
        }
        return response
    }

    public func pullImage(_ request: CRI.PullImageRequest) async throws(CRI.Failure) -> CRI.PullImageResponse {
        let name = try imageName(request.image)
        let credentials = try request.auth.flatMap { auth throws(CRIFailure) in try auth.credentials() }
        let image: ShelvedImage
        do throws(ImageFailure) { image = try await rooms.images.pull(name, credentials: credentials) } catch {
            if Task.isCancelled { throw CRIFailure(.canceled, "the call was cancelled") }
            throw CRIFailure(error)
        }
        var response = CRI.PullImageResponse()
        response.imageRef = image.id
        return response
    }

    /// The layers that containers have mounted stay until they are gone.
    public func removeImage(_ request: CRI.RemoveImageRequest) async throws(CRI.Failure) -> CRI.RemoveImageResponse {
        let name = try imageName(request.image)
        do {
            guard let image = try await rooms.images.image(name) else { return CRI.RemoveImageResponse() }
            // By what it is: all its names go.
            try await rooms.images.remove(image.manifestDigest, sparing: try mountedLayers())
        } catch let error as ImageFailure where error.kind == .invalidName {
            // No image's name.
        } catch { throw CRIFailure(unexpected: error) }
        return CRI.RemoveImageResponse()
    }

    /// Of pods of files and of sandboxes.
    public func mountedLayers() throws -> Set<String> {
        let run = configuration.directories.run
        var folders: Set<String> = []
        for kind in ["pods", "sandboxes"] {
            folders.formUnion(try MountedLayers(run: run, mounts: rooms.pods.mounts, of: kind).folders())
        }
        return folders
    }

    public func imageFsInfo(_ request: CRI.ImageFsInfoRequest) async throws(CRI.Failure) -> CRI.ImageFsInfoResponse {
        var used = FolderUsage(usedBytes: 0, usedInodes: 0)
        // Figures are kept for a while: they are as old as the oldest.
        var time = now
        for folder in rooms.images.folders {
            guard let part = await rooms.usage.disk(folder) else { continue }
            used = used + part.value
            time = min(time, part.time.nanosecondsSinceEpoch)
        }
        let writable = "\(configuration.directories.state)/sandboxes"
        let written = await rooms.usage.disk(writable)
        var response = CRI.ImageFsInfoResponse()
        response.imageFilesystems = [.usage(of: rooms.images.folders.first ?? "", used, at: time)]
        response.containerFilesystems = [
            .usage(of: writable, written?.value, at: written?.time.nanosecondsSinceEpoch ?? now)
        ]
        return response
    }

    private func imageName(_ spec: CRI.ImageSpec?) throws(CRIFailure) -> String {
        guard let name = spec?.image, !name.isEmpty else { throw .invalid("image: nothing is named") }
        return name
    }
}

extension CRI.FilesystemUsage {
    static func usage(of folder: String, _ used: FolderUsage?, at time: Int64) -> CRI.FilesystemUsage {
        var id = CRI.FilesystemIdentifier()
        id.mountpoint = folder
        var usage = CRI.FilesystemUsage()
        usage.fsId = id
        usage.timestamp = time
        usage.usedBytes = .of(used?.usedBytes ?? 0)
        usage.inodesUsed = .of(used?.usedInodes ?? 0)
        return usage
    }
}

extension CRI.UInt64Value {
    static func of(_ value: UInt64) -> CRI.UInt64Value {
        var message = CRI.UInt64Value()
        message.value = value
        return message
    }

    static func of(_ value: Int64) -> CRI.UInt64Value { of(UInt64(clamping: value)) }
}

extension ShelvedImage {
    /// `repository:tag`.
    var repoTags: [String] { names.filter { !$0.contains("@") && !$0.hasPrefix("sha256:") } }

    /// `repository@digest`, for every repository that it has a name in.
    var repoDigests: [String] {
        var digests = names.filter { $0.contains("@") }
        for tag in repoTags {
            let last = tag.split(separator: "/").last ?? ""
            let repository = last.contains(":") ? String(tag[..<(tag.lastIndex(of: ":") ?? tag.endIndex)]) : tag
            let digest = "\(repository)@\(manifestDigest)"
            if !digests.contains(digest) { digests.append(digest) }
        }
        return digests
    }

    var message: CRI.Image {
        var image = CRI.Image()
        image.id = id
        image.repoTags = repoTags
        image.repoDigests = repoDigests
        image.size = UInt64(clamping: size)
        let user = process.user.split(separator: ":", omittingEmptySubsequences: false).first.map(String.init) ?? ""
        if let number = UInt32(user.isEmpty ? "0" : user) {
            var uid = CRI.Int64Value()
            uid.value = Int64(number)
            image.uid = uid
        } else {
            image.username = user
        }
        var spec = CRI.ImageSpec()
        spec.image = repoTags.first ?? id
        image.spec = spec
        return image
    }
}

extension CRI.AuthConfig {
    /// Nil where nothing is given. Nothing of it shows in an error.
    func credentials() throws(CRIFailure) -> PullCredentials? {
        if !registryToken.isEmpty { return PullCredentials(.registry(token: registryToken)) }
        if !identityToken.isEmpty { return PullCredentials(.identity(token: identityToken)) }
        if !username.isEmpty { return PullCredentials(.password(user: username, password: password)) }
        guard !auth.isEmpty else { return nil }
        let decoded: ProtoBytes
        do throws(ProtoProblem) { decoded = try ProtoBytes.read(JSONNode(auth), "auth") } catch {
            throw .invalid("auth.auth: this is no base64")
        }
        guard let colon = decoded.bytes.firstIndex(of: UInt8(ascii: ":")) else { throw .invalid("auth.auth: there is no colon in it") }
        let user = String(decoding: decoded.bytes[..<colon], as: UTF8.self)
        // Docker pads with zeros.
        let password = String(decoding: decoded.bytes[(colon + 1)...].prefix { $0 != 0 }, as: UTF8.self)
        return PullCredentials(.password(user: user, password: password))
    }
}
