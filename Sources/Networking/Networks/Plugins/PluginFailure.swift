/// A plugin that has refused something, or has not done it.
public struct PluginFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// The network.
    public var network: String
    /// `plugins[0]`, its place in the list.
    public var place: String
    /// The program's name.
    public var type: String
    /// `ADD`, `DEL`…
    public var command: String
    /// The number that the specification or the plugin has for it; nil where it said none.
    public var code: Int64?
    /// In its own words.
    public var message: String

    public var description: String {
        "network \(network): \(place) (\(type)) \(command): " + (code.map { "code \($0): " } ?? "") + message
    }
}
