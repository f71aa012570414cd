// Written by hack/cri-messages from cri-v1.schema.json: change that, not this.

extension CRI {
    public struct ImageSpec: ProtoMessage {
        public var image: String = .absent
        public var annotations: [String: String] = [:]
        public var userSpecifiedImage: String = .absent
        public var runtimeHandler: String = .absent
        public var imageRef: String = .absent

        public init() {}

        public static var protoName: String { "ImageSpec" }
        public static let fields: [ProtoField<ImageSpec>] = [
            .value("image", "image", \.image),
            .map("annotations", "annotations", \.annotations),
            .value("user_specified_image", "userSpecifiedImage", \.userSpecifiedImage),
            .value("runtime_handler", "runtimeHandler", \.runtimeHandler),
            .value("image_ref", "imageRef", \.imageRef),
        ]
    }

    public struct ImageFilter: ProtoMessage {
        public var image: ImageSpec?

        public init() {}

        public static var protoName: String { "ImageFilter" }
        public static let fields: [ProtoField<ImageFilter>] = [
            .message("image", "image", \.image),
        ]
    }

    public struct ListImagesRequest: ProtoMessage {
        public var filter: ImageFilter?

        public init() {}

        public static var protoName: String { "ListImagesRequest" }
        public static let fields: [ProtoField<ListImagesRequest>] = [
            .message("filter", "filter", \.filter),
        ]
    }

    public struct Image: ProtoMessage {
        public var id: String = .absent
        public var repoTags: [String] = []
        public var repoDigests: [String] = []
        public var size: UInt64 = .absent
        public var uid: Int64Value?
        public var username: String = .absent
        public var spec: ImageSpec?
        public var pinned: Bool = .absent

        public init() {}

        public static var protoName: String { "Image" }
        public static let fields: [ProtoField<Image>] = [
            .value("id", "id", \.id),
            .list("repo_tags", "repoTags", \.repoTags),
            .list("repo_digests", "repoDigests", \.repoDigests),
            .value("size", "size", \.size),
            .message("uid", "uid", \.uid),
            .value("username", "username", \.username),
            .message("spec", "spec", \.spec),
            .value("pinned", "pinned", \.pinned),
        ]
    }

    public struct ListImagesResponse: ProtoMessage {
        public var images: [Image] = []

        public init() {}

        public static var protoName: String { "ListImagesResponse" }
        public static let fields: [ProtoField<ListImagesResponse>] = [
            .list("images", "images", \.images),
        ]
    }

    public struct StreamImagesRequest: ProtoMessage {
        public var filter: ImageFilter?

        public init() {}

        public static var protoName: String { "StreamImagesRequest" }
        public static let fields: [ProtoField<StreamImagesRequest>] = [
            .message("filter", "filter", \.filter),
        ]
    }

    public struct StreamImagesResponse: ProtoMessage {
        public var images: [Image] = []

        public init() {}

        public static var protoName: String { "StreamImagesResponse" }
        public static let fields: [ProtoField<StreamImagesResponse>] = [
            .list("images", "images", \.images),
        ]
    }

    public struct ImageStatusRequest: ProtoMessage {
        public var image: ImageSpec?
        public var verbose: Bool = .absent

        public init() {}

        public static var protoName: String { "ImageStatusRequest" }
        public static let fields: [ProtoField<ImageStatusRequest>] = [
            .message("image", "image", \.image),
            .value("verbose", "verbose", \.verbose),
        ]
    }

    public struct ImageStatusResponse: ProtoMessage {
        public var image: Image?
        public var info: [String: String] = [:]

        public init() {}

        public static var protoName: String { "ImageStatusResponse" }
        public static let fields: [ProtoField<ImageStatusResponse>] = [
            .message("image", "image", \.image),
            .map("info", "info", \.info),
        ]
    }

    public struct AuthConfig: ProtoMessage {
        public var username: String = .absent
        public var password: String = .absent
        public var auth: String = .absent
        public var serverAddress: String = .absent
        public var identityToken: String = .absent
        public var registryToken: String = .absent

        public init() {}

        public static var protoName: String { "AuthConfig" }
        public static let fields: [ProtoField<AuthConfig>] = [
            .value("username", "username", \.username),
            .value("password", "password", \.password, [.secret]),
            .value("auth", "auth", \.auth, [.secret]),
            .value("server_address", "serverAddress", \.serverAddress),
            .value("identity_token", "identityToken", \.identityToken, [.secret]),
            .value("registry_token", "registryToken", \.registryToken, [.secret]),
        ]
    }

    public struct PullImageRequest: ProtoMessage {
        public var image: ImageSpec?
        public var auth: AuthConfig?
        public var sandboxConfig: PodSandboxConfig?

        public init() {}

        public static var protoName: String { "PullImageRequest" }
        public static let fields: [ProtoField<PullImageRequest>] = [
            .message("image", "image", \.image),
            .message("auth", "auth", \.auth),
            .message("sandbox_config", "sandboxConfig", \.sandboxConfig),
        ]
    }

    public struct PullImageResponse: ProtoMessage {
        public var imageRef: String = .absent

        public init() {}

        public static var protoName: String { "PullImageResponse" }
        public static let fields: [ProtoField<PullImageResponse>] = [
            .value("image_ref", "imageRef", \.imageRef),
        ]
    }

    public struct RemoveImageRequest: ProtoMessage {
        public var image: ImageSpec?

        public init() {}

        public static var protoName: String { "RemoveImageRequest" }
        public static let fields: [ProtoField<RemoveImageRequest>] = [
            .message("image", "image", \.image),
        ]
    }

    public struct RemoveImageResponse: ProtoMessage {
        public init() {}

        public static var protoName: String { "RemoveImageResponse" }
        public static let fields: [ProtoField<RemoveImageResponse>] = []
    }

    public struct ImageFsInfoRequest: ProtoMessage {
        public init() {}

        public static var protoName: String { "ImageFsInfoRequest" }
        public static let fields: [ProtoField<ImageFsInfoRequest>] = []
    }

    public struct ImageFsInfoResponse: ProtoMessage {
        public var imageFilesystems: [FilesystemUsage] = []
        public var containerFilesystems: [FilesystemUsage] = []

        public init() {}

        public static var protoName: String { "ImageFsInfoResponse" }
        public static let fields: [ProtoField<ImageFsInfoResponse>] = [
            .list("image_filesystems", "imageFilesystems", \.imageFilesystems),
            .list("container_filesystems", "containerFilesystems", \.containerFilesystems),
        ]
    }
}
