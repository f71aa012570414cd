import Networks

/// What the server's requests need beside engine and images.
struct NodeResources: Sendable {
    let networks: NetworkManager
    let manifests: ManifestEditor
}
