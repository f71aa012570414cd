/// The name server of the networks.
public struct NameServerConfiguration: Sendable, Hashable {
    /// `swiftlet-dns`.
    public var program: String
    /// The folder that it reads, in the run directory.
    public var directory: String
    /// The domain of pods' names.
    public var domain: String
    public var port: UInt16 = 53

    public init(program: String, directory: String, domain: String) {
        self.program = program
        self.directory = directory
        self.domain = domain
    }
}
